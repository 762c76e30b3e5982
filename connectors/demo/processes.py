"""The real service and a sandbox as processes of their own, in a folder that is gone afterwards."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import requests

from connectors.serving.parents import die_with_parent
from connectors.shared.errors import ConnectorsError

CONNECTORS = (sys.executable, "-m", "connectors")
START_SECONDS = 30.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.05
COMMAND_SECONDS = 60
LOG_LINES = 12


class DemoFailed(ConnectorsError):
    """The demo cannot go on; the words say why."""


class Processes:
    """Starts parts of the demo and runs commands beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = _clean_environment()
        self._running = ExitStack()
        self._by_name: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str, settings: Mapping[str, str] | None = None) -> Path:
        """Start `connectors …`, to be stopped at the end; returns the file that holds what it prints."""
        log = self.folder / f"{name}.log"
        self._environment |= settings or {}
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                [*CONNECTORS, *arguments],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the demo, which stops the others in order; if it is killed, they still end.
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        self._running.callback(_stop, process)
        self._by_name[name] = process
        return log

    def halt(self, name: str) -> None:
        """Stop one that was started, before the end."""
        _stop(self._by_name[name])

    def run(self, *arguments: str, typed: str = "") -> str:
        """Run `connectors …` to its end; returns what it printed. Raises DemoFailed where it did not work."""
        done = subprocess.run(  # noqa: S603
            [*CONNECTORS, *arguments],
            cwd=self.folder,
            env=self._environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise DemoFailed(f"`connectors {arguments[0]} …` did not work. {done.stderr.strip()}")
        return done.stdout.strip()

    def stop(self) -> None:
        """Stop what was started, the newest first."""
        self._running.close()


@contextmanager
def processes() -> Iterator[Processes]:
    """Give a folder to work in; at the end, however it comes, the processes and the folder are gone."""
    with tempfile.TemporaryDirectory(prefix="connectors-demo-") as folder:
        parts = Processes(Path(folder))
        with _stopped_by_signals():
            try:
                yield parts
            finally:
                parts.stop()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def await_url(log: Path) -> str:
    """Return the first URL that a process prints. Raises DemoFailed where none comes."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8", "replace"))
        if found:
            return found[0]
        time.sleep(LOOK_SECONDS)
    raise DemoFailed(f"The sandbox did not come up. It says:\n{last_lines(log)}")


def await_ready(url: str, log: Path) -> None:
    """Wait until a service answers that it is ready. Raises DemoFailed where it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/readyz", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(LOOK_SECONDS)
    raise DemoFailed(f"The service did not come up. It says:\n{last_lines(log)}")


def last_lines(log: Path) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:]) or "(nothing)"


def _clean_environment() -> dict[str, str]:
    """Return the environment without this installation's settings: the demo shall touch none of its data."""
    foreign = ("CONNECTORS_", "PROMETHEUS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Have a polite kill or a closed terminal unwind like Ctrl-C, so that nothing stays behind."""

    def unwind(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    former = {number: signal.signal(number, unwind) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
