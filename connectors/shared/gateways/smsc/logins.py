"""Credentials of connections, remembered for a moment: a campaign asks for the same ones a hundred times a second."""

import time
from typing import Final

from connectors.shared.accounts.store import read_gateway_login
from connectors.shared.database import Database
from connectors.shared.gateways.logins import API_KEY, PASSWORD
from connectors.shared.gateways.smsc.client import Credentials
from connectors.shared.secrets import SecretBox

REMEMBERED_SECONDS: Final = 1.0
"""After so long at most every process sends with a password that was changed."""


class Logins:
    """Looks up the credentials of connections. Safe for threads."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database = database
        self._secrets = secrets
        self._known: dict[int, tuple[float, Credentials]] = {}

    def get(self, connection_id: int) -> Credentials:
        """Return a connection's credentials.

        Raises NotFound where it is gone, SecretUnreadable without its key, StoreUnavailable.
        """
        read_at, known = self._known.get(connection_id, (0.0, None))
        now = time.monotonic()
        if known is not None and now - read_at < REMEMBERED_SECONDS:
            return known
        with self._database.read() as connection:
            login = read_gateway_login(connection, self._secrets, connection_id)
        found = Credentials(login.login, login.secret.get(PASSWORD, ""), login.secret.get(API_KEY, ""))
        self._known[connection_id] = (now, found)
        return found
