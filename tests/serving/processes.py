"""`python -m connectors …` as real processes on a free port, killed and looked into as an operator's machine would."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from tests.shared.messages.tenants import wait_for

CUSTOMER, PASSWORD = "C-SERVED", "correct horse battery"
SEND = "/partners/central/api/saveSingleSms"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """The processes below one, found in /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for parent in found:
        found.extend(child for child, its in parents.items() if its == parent)
    return found[1:]


def named(parent: int, word: str) -> list[int]:
    """The processes below one that were started with this word."""
    return [
        pid for pid in descendants(parent) if word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Installation:
    """A data folder with its settings, and the processes on it."""

    def __init__(self, folder: Path, vendor_url: str, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.log = folder / "service.log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "CONNECTORS_DATA_DIR": str(self.data),
            "CONNECTORS_MESSAGE_CENTRAL_URL": vendor_url,
            "CONNECTORS_MESSAGE_CENTRAL_TIMEOUT": "3",
            "CONNECTORS_WEB_WORKERS": "2",
            **settings,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "connectors", *arguments],
            env=self.environment,
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def add_account(self, customer_id: str = CUSTOMER, *options: str) -> None:
        options = options or ("--sender-id", "UTOMOB", "--country-code", "91")
        done = self.run("accounts", "add", "--customer-id", customer_id, *options, "--password-stdin", stdin=PASSWORD)
        assert done.returncode == 0, done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command; its log goes to `log`."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "connectors", *arguments],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def serve(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `connectors serve` and wait until it is ready."""
        process = self.start("serve", "--port", str(self.port), *arguments)
        wait_for(lambda: process.poll() is not None or self.is_ready(), 30.0)
        assert process.poll() is None, self.log.read_text()
        return process

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def send(self, messages: Sequence[dict[str, Any]], customer_id: str = CUSTOMER) -> dict[str, Any]:
        """Send a batch as CleverTap does. Raises requests.RequestException where it is not answered 200."""
        response = requests.post(
            f"{self.url}{SEND}",
            json={"flowType": "SMS", "type": "SMS", "messages": messages},
            headers={"customerId": customer_id, "password": PASSWORD},
            timeout=30,
        )
        response.raise_for_status()
        return dict(json.loads(response.content)["data"])

    def end(self) -> None:
        """Kill whatever is left of what was started here."""
        for process in self.processes:
            kill_all(process)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for a service and everything below it, and wait until all are gone."""
    family = [process.pid, *descendants(process.pid)]
    if process.poll() is None:
        for pid in family:
            _kill(pid)
        process.wait()
    wait_for(lambda: not any(map(alive, family[1:])))


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
