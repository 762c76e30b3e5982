"""How many calls to a vendor are under way at once under one login, counted over all processes of a machine.

A file that somebody has locked is a call under way. The kernel lets go of it with the process, so that one that is
killed leaves none behind: https://man7.org/linux/man-pages/man2/flock.2.html
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LOOK_AGAIN_SECONDS: Final = 0.01


class CallSlots:
    """Room for `most` calls of each login. Safe for threads and processes that name the same folder."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    @contextmanager
    def taken(self, login: str, patience_seconds: float) -> Iterator[bool]:
        """Hold a slot while the block lasts; False where none came free in time. `login` names files: hexadecimal."""
        slot = self._wait(login, patience_seconds)
        try:
            yield slot is not None
        finally:
            if slot is not None:
                os.close(slot)  # and with it the lock

    def _wait(self, login: str, patience_seconds: float) -> int | None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        end = time.monotonic() + patience_seconds
        while (slot := self._try(login)) is None and time.monotonic() < end:
            time.sleep(LOOK_AGAIN_SECONDS)
        return slot

    def _try(self, login: str) -> int | None:
        # Each thread begins elsewhere: one after the other they would all meet at the first.
        first = threading.get_ident() % self._most
        for place in range(self._most):
            slot = self._lock(self._folder / f"{login}-{(first + place) % self._most}")
            if slot is not None:
                return slot
        return None

    def _lock(self, path: Path) -> int | None:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return file
