"""Which connection carries a message: that of the longest prefix that fits, else the one it came on."""

import time
from collections import defaultdict
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

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
    gateway: str | None = None
    """Whose connection carries it; None: it is the one that the message came on."""


@dataclass(frozen=True, slots=True)
class _Carrier:
    connection_id: int
    sender_id: str | None
    has_own_name: bool
    """Its vendor has a sender id for who names none."""


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

    def __init__(self, database: Database, nameless: Collection[str] = ()) -> None:
        """`nameless`: the gateways that need no sender id."""
        self._database = database
        self._nameless = frozenset(nameless)
        self._accounts: dict[int, _OfAccount] = {}
        self._read_until = 0.0

    def path(
        self,
        account_id: int,
        connection_id: int,
        number: str,
        sender_id: str,
        connection: Connection | None = None,
    ) -> Path:
        """Return the path of a message to a number (digits of E.164), as its connector composed it.

        `connection` is the caller's where it has one open: two at once for each of many threads may be more than
        there are.

        A sender id that is the default of the connection it came on gives way to the default of the one that carries
        it: a vendor knows only the sender ids that were registered with it. Raises StoreUnavailable.
        """
        of_account = self._known(connection).get(account_id)
        found = of_account.find(number) if of_account else None
        if of_account is None or found is None:
            return Path(connection_id)
        carrier, fallback = of_account.carriers[found[0]], of_account.carriers.get(found[1] or "")
        return Path(
            carrier.connection_id,
            None if fallback is None else fallback.connection_id,
            _sender_id(of_account, carrier, connection_id, sender_id),
            found[0],
        )

    def _known(self, connection: Connection | None) -> dict[int, _OfAccount]:
        now = time.monotonic()
        if now >= self._read_until:
            with nullcontext(connection) if connection is not None else self._database.read() as reading:
                self._accounts = self._read(reading)
            self._read_until = now + REMEMBERED_SECONDS
        return self._accounts

    def _read(self, connection: Connection) -> dict[int, _OfAccount]:
        found: defaultdict[int, _OfAccount] = defaultdict(_OfAccount)
        columns = connections.c
        owned = select(columns.account_id, columns.id, columns.gateway, columns.sender_id).where(
            columns.account_id.in_(select(routes.c.account_id)), columns.state != ConnectionState.MERGED.value
        )
        for route in connection.execute(select(routes)):
            found[route.account_id].by_prefix[route.prefix] = (route.gateway, route.fallback)
        for row in connection.execute(owned.order_by(columns.id.desc())):
            carrier = _Carrier(row.id, row.sender_id, row.gateway in self._nameless)
            found[row.account_id].carriers[row.gateway] = carrier
        return dict(found)


def _sender_id(of_account: _OfAccount, carrier: _Carrier, came_on: int, sender_id: str) -> str | None:
    if carrier.connection_id == came_on or not (carrier.sender_id or carrier.has_own_name):
        return None
    defaults = {each.sender_id or "" for each in of_account.carriers.values() if each.connection_id == came_on}
    return (carrier.sender_id or "") if sender_id in defaults or not sender_id else None
