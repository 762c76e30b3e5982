"""Counts in a file that all processes of a host have in their memory: a turn waits for no disk."""

import fcntl
import mmap
import os
import struct
import threading
import time
import weakref
from pathlib import Path
from typing import Final, Protocol

import structlog

from connectors.shared.limits.pace import Pace, Turn

# Eight megabytes of address space, of which the disk holds only the pages that were touched.
SLOTS: Final = 1 << 20
_SLOT: Final = struct.Struct("=q")

log = structlog.get_logger()


class Limiter(Protocol):
    """Gives turns."""

    def take(self, caller_id: int) -> Turn:
        """Count one turn of a caller. Never raises: a limit that cannot be counted holds nobody up."""


class SlotLimiter:
    """A slot for each caller: the moment from which they have their whole rate again.

    The clock is the machine's own, which no process steps and all share. Callers whose ids are 1,048,576 apart
    would share a slot.
    """

    def __init__(self, pace: Pace, path: Path) -> None:
        self._pace = pace
        self._turn = threading.Lock()
        self._file, self._slots = _opened(path)
        if self._file is not None:
            weakref.finalize(self, os.close, self._file)

    def take(self, caller_id: int) -> Turn:
        offset = caller_id % SLOTS * _SLOT.size
        # The kernel's lock keeps other processes out, not other threads of this one.
        with self._turn:
            self._lock(fcntl.LOCK_EX, offset)
            try:
                turn, back_at = self._pace.take(_SLOT.unpack_from(self._slots, offset)[0], time.monotonic_ns())
                _SLOT.pack_into(self._slots, offset, back_at)
            finally:
                self._lock(fcntl.LOCK_UN, offset)
        return turn

    def _lock(self, kind: int, offset: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, kind, _SLOT.size, offset)


def _opened(path: Path) -> tuple[int | None, mmap.mmap]:
    """Return the file and its slots; where there can be no file, slots of this process alone."""
    octets = SLOTS * _SLOT.size
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(file, octets)
        return file, mmap.mmap(file, octets)
    except OSError as error:
        log.warning("limits_by_process", error=type(error).__name__)
        return None, mmap.mmap(-1, octets)
