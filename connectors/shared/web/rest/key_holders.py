"""Whose a key is, remembered for a second."""

import threading
import time
from typing import Final

from connectors.shared.accounts.api_keys import Holder, digest, find_holder
from connectors.shared.database import Database

REMEMBERED_SECONDS: Final = 1.0
_MOST_REMEMBERED: Final = 1_000


class KeyHolders:
    """Knows whose a key is. A revoked key is of no use a second later, in any process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[bytes, tuple[Holder, float]] = {}
        self._lock = threading.Lock()

    def holder_of(self, key: str) -> Holder | None:
        """Return who holds this key, None where nobody does. Raises StoreUnavailable."""
        fingerprint = digest(key)
        asked_at = time.monotonic()
        remembered = self._remembered.get(fingerprint)
        if remembered is not None and asked_at < remembered[1]:
            return remembered[0]
        with self._database.read() as connection:
            holder = find_holder(connection, key)
        # Wrong keys are not remembered: whoever tries many must not fill our memory.
        if holder is not None:
            self._remember(fingerprint, holder, asked_at + REMEMBERED_SECONDS)
        return holder

    def _remember(self, fingerprint: bytes, holder: Holder, until: float) -> None:
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[fingerprint] = (holder, until)
