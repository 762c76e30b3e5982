"""Which connection carries a message: that of the longest prefix that fits, else the one it came on."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import connections
from connectors.shared.database import Database
from connectors.shared.routes.tables import routes

REMEMBERED_SECONDS: Final = 1.0
"""How long a change made by a command may take to be seen by a running service."""


@dataclass(frozen=True, slots=True)
class Path:
    """The connection that carries a message, the one to try where it refuses, and whose name it bears."""

    connection_id: int
    fallback_id: int | None = None
    sender_id: str | None = None
    """None: the one that the message has."""


@dataclass(frozen=True, slots=True)
class _Carrier:
    connection_id: int
    sender_id: str | None


@dataclass(slots=True)
class _OfAccount:
    """What one account with routes has."""

    carriers: dict[str, _Carrier] = field(default_factory=dict)
    by_prefix: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def find(self, number: str) -> tuple[str, str | None] | None:
        for length in range(len(number), -1, -1):
            found = self.by_prefix.get(number[:length])
            if found is not None and found[0] in self.carriers:
                return found
        return None


class Router:
    """Finds paths. One for a process; it reads all routes again once a second, and most accounts have none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._accounts: dict[int, _OfAccount] = {}
        self._read_until = 0.0

    def path(self, account_id: int, connection_id: int, number: str, sender_id: str) -> Path:
        """Return the path of a message to a number (digits of E.164), as its connector composed it.

        A sender id that is the default of the connection it came on gives way to the default of the one that carries
        it: a vendor knows only the sender ids that were registered with it. Raises StoreUnavailable.
        """
        of_account = self._known().get(account_id)
        found = of_account.find(number) if of_account else None
        if of_account is None or found is None:
            return Path(connection_id)
        carrier, fallback = of_account.carriers[found[0]], of_account.carriers.get(found[1] or "")
        return Path(
            carrier.connection_id,
            None if fallback is None else fallback.connection_id,
            _sender_id(of_account, carrier, connection_id, sender_id),
        )

    def _known(self) -> dict[int, _OfAccount]:
        now = time.monotonic()
        if now >= self._read_until:
            self._accounts = self._read()
            self._read_until = now + REMEMBERED_SECONDS
        return self._accounts

    def _read(self) -> dict[int, _OfAccount]:
        found: defaultdict[int, _OfAccount] = defaultdict(_OfAccount)
        columns = connections.c
        owned = select(columns.account_id, columns.id, columns.gateway, columns.sender_id).where(
            columns.account_id.in_(select(routes.c.account_id)), columns.state != ConnectionState.MERGED.value
        )
        with self._database.read() as connection:
            for route in connection.execute(select(routes)):
                found[route.account_id].by_prefix[route.prefix] = (route.gateway, route.fallback)
            for row in connection.execute(owned.order_by(columns.id.desc())):
                found[row.account_id].carriers[row.gateway] = _Carrier(row.id, row.sender_id)
        return dict(found)


def _sender_id(of_account: _OfAccount, carrier: _Carrier, came_on: int, sender_id: str) -> str | None:
    if carrier.connection_id == came_on or not carrier.sender_id:
        return None
    defaults = {each.sender_id or "" for each in of_account.carriers.values() if each.connection_id == came_on}
    return carrier.sender_id if sender_id in defaults or not sender_id else None
