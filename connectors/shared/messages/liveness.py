"""Proof that a dispatcher died: beside an embedded database each holds a lock on a file, which the kernel ends with it.

Elsewhere, and for one that hangs, the heartbeat tells, after the length of its lease.
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from sqlalchemy import select

from connectors.shared.database import Database
from connectors.shared.messages.tables import dispatchers


class Liveness:
    """The locks of the dispatchers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._beside = Path(database.engine.url.database or "") if database.embedded else None
        self._held: IO[str] | None = None

    def hold(self, dispatcher: int) -> None:
        """Hold this dispatcher's lock until `release()` or the end of the process."""
        if self._beside is None:
            return
        draft = self._beside.with_name(f"{self._beside.name}.dispatcher-{dispatcher}.{os.getpid()}")
        self._held = draft.open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        draft.rename(self._path(dispatcher))  # locked from the first moment that others can see it

    def release(self, dispatcher: int) -> None:
        """Let go of the lock."""
        if self._held is not None:
            self._path(dispatcher).unlink(missing_ok=True)
            self._held.close()
            self._held = None

    def dead(self) -> list[int]:
        """Return the dispatchers, not yet known to have ended, whose lock nobody holds any more."""
        if self._beside is None:
            return []
        with self._database.read() as connection:
            known = list(connection.scalars(select(dispatchers.c.id).where(dispatchers.c.heartbeat_at > 0)))
        return [dispatcher for dispatcher in known if self._is_free(dispatcher)]

    def forget(self, dead: list[int]) -> None:
        """Remove the files of dispatchers that are recorded as dead."""
        for dispatcher in dead if self._beside else ():
            self._path(dispatcher).unlink(missing_ok=True)

    def _is_free(self, dispatcher: int) -> bool:
        try:
            with self._path(dispatcher).open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # held, or never there
            return False
        return True

    def _path(self, dispatcher: int) -> Path:
        beside = self._beside or Path()
        return beside.with_name(f"{beside.name}.dispatcher-{dispatcher}")
