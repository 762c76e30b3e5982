"""Numbers and texts of incoming messages do not stay for ever. What remains of them are digests.

By those a message that a vendor hands in once more, as out of its history, is still known, and stays forgotten.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.clock import first_id
from connectors.shared.database import Database
from connectors.shared.incoming import store
from connectors.shared.incoming.arrivals import Arrivals
from connectors.shared.incoming.tables import incoming_messages
from connectors.shared.messages.retention import truncate_log
from connectors.shared.messages.tables import housekeeping

PURGED_UP_TO: Final = "incoming_purged_up_to"
SLICE: Final = 1_000

_rows = incoming_messages.c
_holds = or_(_rows.sender.is_not(None), _rows.text.is_not(None))


def forget_number(arrivals: Arrivals, connection: Connection, number: str) -> None:
    """Erase a number (digits of E.164) and what it said from every account."""
    _forget(arrivals, connection, _rows.sender == number)


def forget_of_account(arrivals: Arrivals, connection: Connection, account_id: int, numbers: Collection[str]) -> None:
    """Erase numbers and what they said to one account alone."""
    for part in store.slices(sorted(numbers)):
        _forget(arrivals, connection, (_rows.account_id + 0 == account_id) & _rows.sender.in_(part))


def purge(database: Database, arrivals: Arrivals, before_ms: int) -> None:
    """Remove numbers and texts of what came before a moment."""
    with database.read() as connection:
        marker = select(housekeeping.c.value).where(housekeeping.c.name == PURGED_UP_TO)
        after = connection.scalar(marker) or ""
    found = False
    while ids := _next(database, after, first_id(before_ms)):
        with database.write() as connection:
            arrivals.forget(connection, ids)
            store.scrub(connection, ids)
            _remember(connection, ids[-1])
        after, found = ids[-1], True
    if found:
        truncate_log(database)


def _next(database: Database, after: str, end: str) -> list[str]:
    statement = select(_rows.id).where(_rows.id > after, _rows.id < end, _holds).order_by(_rows.id).limit(SLICE)
    with database.read() as connection:
        return list(connection.scalars(statement))


def _remember(connection: Connection, purged: str) -> None:
    # In one statement: every dispatcher purges.
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(
        insert(housekeeping)
        .values(name=PURGED_UP_TO, value=purged)
        .on_conflict_do_update(index_elements=[housekeeping.c.name], set_={"value": purged})
    )


def _forget(arrivals: Arrivals, connection: Connection, chosen: ColumnElement[bool]) -> None:
    ids = list(connection.scalars(select(_rows.id).where(chosen)))
    arrivals.forget(connection, ids)
    store.scrub(connection, ids)
