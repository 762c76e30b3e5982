"""What runs while measuring, each in processes of its own: the service, bare Flask, the vendor."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

READY_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None, port: int = 0) -> Iterator[None]:
    """Run a command of Python's until the end of the block; waits for its port."""
    process = subprocess.Popen([sys.executable, *command], env=os.environ | (environment or {}))
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("a process did not come up")


@contextmanager
def vendor(latency: float) -> Iterator[int]:
    """A vendor `latency` seconds away; gives its port."""
    port = free_port()
    with running(["-m", "tests.bench.vendor", str(port), str(latency)], port=port):
        yield port


@contextmanager
def service(folder: Path, vendor_port: int, *options: str) -> Iterator[int]:
    """The whole service on its embedded default; gives its port."""
    port = free_port()
    environment = {
        "CONNECTORS_DATA_DIR": str(folder),
        "CONNECTORS_MESSAGE_CENTRAL_URL": f"http://127.0.0.1:{vendor_port}",
    }
    subprocess.run(
        [
            *(sys.executable, "-m", "connectors", "accounts", "add", "--customer-id", "BENCH"),
            *("--sender-id", "UTOMOB", "--country-code", "91", "--password-stdin"),
        ],
        input=b"bench\n",
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    with running(["-m", "connectors", "serve", "--port", str(port), *options], environment, port):
        yield port


@contextmanager
def bare_flask(workers: int, threads: int) -> Iterator[int]:
    """A Flask that says "ok", on gunicorn with the workers and threads of the service."""
    port = free_port()
    command = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--log-level", "error"]
    sizes = ["--workers", str(workers), "--threads", str(threads), "--keep-alive", "30"]
    with running([*command, *sizes, "tests.bench.bare:app"], port=port):
        yield port


def counted(vendor_port: int) -> int:
    """How many messages the vendor has."""
    with requests.Session() as session:
        session.trust_env = False
        return int(session.get(f"http://127.0.0.1:{vendor_port}/counted", timeout=10).json()["messages"])
