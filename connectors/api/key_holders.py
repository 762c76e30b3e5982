"""Whose a key is, remembered for a second."""

import threading
import time
from typing import Final

from connectors.shared.accounts.api_keys import digest, find_account
from connectors.shared.database import Database

REMEMBERED_SECONDS: Final = 1.0
_MOST_REMEMBERED: Final = 1_000


class KeyHolders:
    """Knows whose a key is. A revoked key is of no use a second later, in any process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[bytes, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def account_of(self, key: str) -> int | None:
        """Return the account that holds this key, None where nobody does. Raises StoreUnavailable."""
        fingerprint = digest(key)
        asked_at = time.monotonic()
        remembered = self._remembered.get(fingerprint)
        if remembered is not None and asked_at < remembered[1]:
            return remembered[0]
        with self._database.read() as connection:
            account_id = find_account(connection, key)
        # Wrong keys are not remembered: whoever tries many must not fill our memory.
        if account_id is not None:
            self._remember(fingerprint, account_id, asked_at + REMEMBERED_SECONDS)
        return account_id

    def _remember(self, fingerprint: bytes, account_id: int, until: float) -> None:
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[fingerprint] = (account_id, until)
