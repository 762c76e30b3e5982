"""`connectors serve`: one command is the whole service. It minds a web process and a dispatcher process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

import structlog

RESTART_SECONDS = 1.0
LOOK_SECONDS = 0.2
DRAIN_SECONDS = 30.0

log = structlog.get_logger()


class Supervisor:
    """Starts the children, starts one again that died, and ends when told to."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._commands = commands
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def run(self) -> int:
        """Mind the children until SIGTERM or SIGINT; returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        started = time.monotonic()
        for index in range(len(self._commands)):
            self._start(index)
        while not self._stop.wait(LOOK_SECONDS):
            for index, child in list(self._children.items()):
                if child.poll() is None:
                    continue
                if time.monotonic() - started < RESTART_SECONDS * 3 and child.returncode > 0:
                    # It never came up, and has said why. One that was killed (below zero) is started again.
                    self._drain()
                    return 1
                log.error("process_ended", name=self._commands[index][0], code=child.returncode)
                self._stop.wait(RESTART_SECONDS)
                if not self._stop.is_set():
                    self._start(index)
        return self._drain()

    def _start(self, index: int) -> None:
        environment = os.environ | {"CONNECTORS_SUPERVISOR": str(os.getpid())}
        command = [sys.executable, "-m", "connectors", *self._commands[index]]
        # A session of its own, so that Ctrl-C reaches the supervisor alone and each child is told once.
        self._children[index] = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _drain(self) -> int:
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + DRAIN_SECONDS
        clean = True
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                clean = False
        return 0 if clean else 1
