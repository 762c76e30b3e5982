"""Which connections are to be asked for messages, each by one process at a time, and how far they were read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Connection, Update, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import MINUTE
from connectors.shared.incoming.tables import incoming_polls

LEASE_MS: Final = 2 * MINUTE
"""After that another process may ask, too: each message is kept once in any case."""

# A paused one's messages wait, but its people may write all the same.
ASKED: Final = (ConnectionState.ACTIVE.value, ConnectionState.PAUSED.value)

_polls = incoming_polls.c
_moment = bindparam("moment", type_=BigInteger)
_take = (
    update(incoming_polls)
    .where(_polls.connection_id == bindparam("connection"), _polls.due_at <= _moment, _polls.leased_until <= _moment)
    .values(leased_until=_moment + LEASE_MS, due_at=_moment + bindparam("every", type_=BigInteger))
    .returning(_polls.cursor, _polls.leased_until)
)


@dataclass(frozen=True, slots=True)
class Due:
    """A connection to be asked."""

    connection_id: int
    gateway: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to ask, for a time; `cursor` is what the source said last."""

    connection_id: int
    cursor: str | None
    until: int


def due(connection: Connection, gateways: Collection[str], moment: int) -> list[Due]:
    """Return the connections to these gateways that are to be asked now."""
    statement = (
        select(connections.c.id, connections.c.gateway)
        .join(incoming_polls, _polls.connection_id == connections.c.id, isouter=True)
        .where(
            connections.c.gateway.in_(gateways),
            connections.c.state.in_(ASKED),
            _polls.connection_id.is_(None) | ((_polls.due_at <= moment) & (_polls.leased_until <= moment)),
        )
        .order_by(_polls.due_at, connections.c.id)
    )
    return [Due(row.id, row.gateway) for row in connection.execute(statement)]


def take(connection: Connection, connection_id: int, every_ms: int, moment: int) -> Lease | None:
    """Take the turn to ask, None where another has it."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    known = select(connections.c.id).where(connections.c.id == connection_id)  # it may just have been removed
    connection.execute(insert(incoming_polls).from_select([_polls.connection_id], known).on_conflict_do_nothing())
    values = {"connection": connection_id, "every": every_ms, "moment": moment}
    row = connection.execute(_take, values).first()
    return None if row is None else Lease(connection_id, row.cursor, row.leased_until)


def note_cursor(connection: Connection, lease: Lease, cursor: str | None) -> None:
    """Keep how far it was read, unless another asks by now."""
    connection.execute(_own(lease).values(cursor=cursor))


def end(connection: Connection, lease: Lease, due_at: int | None = None) -> None:
    """Let go of the turn; `due_at` puts off the next."""
    values = {"leased_until": 0} | ({} if due_at is None else {"due_at": due_at})
    connection.execute(_own(lease).values(values))


def _own(lease: Lease) -> Update:
    same = (_polls.connection_id == lease.connection_id) & (_polls.leased_until == lease.until)
    return update(incoming_polls).where(same)
