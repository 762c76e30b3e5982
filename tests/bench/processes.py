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
        "CONNECTORS_API_RATE": "0",
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


def command_output(folder: Path, *arguments: str) -> str:
    """What a command of ours prints, on the service of this folder."""
    environment = os.environ | {"CONNECTORS_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "connectors", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def peak_memory_mb(data_dir: Path) -> dict[str, int]:
    """The most memory that each process of the service on this folder ever had, by what it does."""
    peaks: dict[str, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            words = (process / "cmdline").read_bytes().decode().split("\x00")
            status = (process / "status").read_text()
        except OSError:
            continue
        if f"CONNECTORS_DATA_DIR={data_dir}".encode() in environment and "connectors" in words:
            does = words[words.index("connectors") + 1]
            peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
            peaks[does] = max(peak, peaks.get(does, 0))
    return peaks


@contextmanager
def bare_flask(workers: int, threads: int) -> Iterator[int]:
    """A Flask that says "ok", on gunicorn with the workers and threads of the service."""
    port = free_port()
    command = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--log-level", "error"]
    sizes = ["--workers", str(workers), "--threads", str(threads), "--keep-alive", "30"]
    with running([*command, *sizes, "tests.bench.bare:app"], port=port):
        yield port


def counted(vendor_port: int, what: str = "messages") -> int:
    """How many messages the vendor has, or in how many calls."""
    with requests.Session() as session:
        session.trust_env = False
        return int(session.get(f"http://127.0.0.1:{vendor_port}/counted", timeout=10).json()[what])


def send_receipts_to(vendor_port: int, url: str) -> None:
    """Have the vendor post receipts there."""
    with requests.Session() as session:
        session.trust_env = False
        session.get(f"http://127.0.0.1:{vendor_port}/callback?{url}", timeout=10).raise_for_status()
