"""What a connection signs with and sends by, looked up before each call."""

import threading
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from connectors.shared.accounts.store import read_gateway_login
from connectors.shared.accounts.tables import connections
from connectors.shared.database import Database
from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin
from connectors.shared.gateways.ogangi.client import Keys
from connectors.shared.secrets import SecretBox

SEND_MT: Final = "sendMT"
SEND_SMS: Final = "sendSMS"
CALLS: Final = (SEND_MT, SEND_SMS)

GOOD_FOR_SECONDS: Final = 0.5
"""A change is seen within a second by every process; within this, thousands of sends share one look."""


@dataclass(frozen=True, slots=True)
class Login:
    """One connection: its keys and how it sends. `sender_id` is the account's own, None where it has none."""

    keys: Keys
    call: str
    carrier: str | None
    flags: str | None
    sender_id: str | None


class Logins:
    """Looks logins up, and remembers them for a moment. Safe to share between threads."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database = database
        self._secrets = secrets
        self._held: dict[int, tuple[float, Login]] = {}
        self._turn = threading.Lock()

    def get(self, connection_id: int) -> Login:
        """Return a connection's login. Raises NotFound where it is gone, SecretUnreadable without its key."""
        with self._turn:
            held = self._held.get(connection_id)
        if held is not None and time.monotonic() < held[0]:
            return held[1]
        return self._read(connection_id)

    def forget(self, connection_id: int) -> None:
        """Look it up anew the next time: the vendor refused what is held."""
        with self._turn:
            self._held.pop(connection_id, None)

    def _read(self, connection_id: int) -> Login:
        asked = time.monotonic()
        with self._database.read() as connection:
            kept = read_gateway_login(connection, self._secrets, connection_id)
            sender_id = connection.scalar(select(connections.c.sender_id).where(connections.c.id == connection_id))
        login = _login(kept, sender_id)
        with self._turn:
            self._held[connection_id] = (asked + GOOD_FOR_SECONDS, login)
        return login


def _login(kept: GatewayLogin, sender_id: str | None) -> Login:
    options = kept.options
    return Login(
        keys=Keys(kept.login, options["public_key"], kept.secret[PRIVATE_KEY]),
        call=options.get("call", SEND_MT),
        carrier=options.get("carrier"),
        flags=options.get("flags"),
        sender_id=sender_id,
    )
