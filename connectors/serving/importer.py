"""The process that reads campaigns' files, and what starts it.

Reading a file takes an interpreter for minutes, and on the web's and the dispatcher's somebody waits for a code.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

import structlog

from connectors.installed import listen
from connectors.service import Service
from connectors.serving.parents import die_with_parent
from connectors.shared.campaigns import leases
from connectors.shared.campaigns.importing import Importer
from connectors.shared.clock import now_ms
from connectors.shared.errors import StoreUnavailable

LOOK_SECONDS = 0.2
LINGER_SECONDS = 5.0
"""For how long it waits for another file before it ends: starting takes longer than reading a small one."""
DRAIN_SECONDS = 5.0
RESTART_SECONDS = 5.0
NICENESS = 5

log = structlog.get_logger()


def run_importer(service: Service, parent: int) -> None:
    """Read what there is to read, until nothing is left for a while or SIGTERM; stops between two slices."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    die_with_parent(parent)
    os.nice(NICENESS)
    listen(service)
    importer = Importer(service.database, service.secrets, service.acceptor)
    try:
        _read_all(importer, stop)
    finally:
        importer.close()
        service.close()


def _read_all(importer: Importer, stop: threading.Event) -> None:
    idle_since = time.monotonic()
    while not stop.is_set() and time.monotonic() - idle_since < LINGER_SECONDS:
        try:
            busy = importer.look()
        except StoreUnavailable as error:
            log.warning("database_unavailable", job="import", error=str(error))
            busy = False
        if busy:
            idle_since = time.monotonic()
        else:
            stop.wait(LOOK_SECONDS)


class ImporterProcess:
    """Sees to it that somebody reads the files of campaigns: a job of the dispatcher."""

    def __init__(self, service: Service) -> None:
        self._database = service.database
        self._child: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._closing = False
        self._lock = threading.Lock()

    def look(self) -> None:
        """Start the process where there is something to read and none is running."""
        with self._lock:
            if self._closing or self._is_running() or time.monotonic() < self._not_before:
                return
            with self._database.read() as connection:
                if leases.waiting(connection, now_ms()):
                    self._child = _start()

    def close(self) -> None:
        """End the process after the slice that it is writing."""
        with self._lock:
            self._closing = True
            if self._child is None or self._child.poll() is not None:
                return
            self._child.terminate()
            try:
                self._child.wait(DRAIN_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def _is_running(self) -> bool:
        if self._child is None:
            return False
        code = self._child.poll()
        if code is None:
            return True
        self._child = None
        if code:
            log.error("process_ended", name="importer", code=code)
            self._not_before = time.monotonic() + RESTART_SECONDS
        return False


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "connectors", "importer", "--parent", str(os.getpid())]
    # It counts nothing, and each process that may leaves a file in that folder.
    environment = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
