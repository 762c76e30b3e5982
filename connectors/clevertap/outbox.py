"""What is owed to CleverTap: which is due, claimed by one process alone, and closed for good."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Connection, Row, Select, Table, bindparam, case, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from connectors.clevertap.destinations import Destination
from connectors.clevertap.tables import IS_PENDING, ReportState, clevertap_destinations, clevertap_reports
from connectors.shared.clock import MINUTE, SECOND

BATCH = 100
FIRST_PAUSE_MS = 10 * MINUTE
LONGEST_PAUSE_MS = 240 * MINUTE
JITTER_MS = (20 * SECOND, 80 * SECOND)
"""On top of a pause, which counts from the claim: more than a post takes, so that ten minutes are ten minutes."""

GIVEN_UP_AT_ONCE = 500

_destinations = clevertap_destinations.c
_moment = bindparam("moment", type_=BigInteger)
_ids: BindParameter[str] = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that this process alone posts now; `told` is what CleverTap takes beside its `ts` and `meta`."""

    id: str
    event: str
    meta: str | None = field(repr=False)
    ts: int
    created_at: int
    told: dict[str, str] = field(repr=False)


Reading = Callable[[Connection, Sequence[Row[Any]]], list[Claimed]]
"""Makes events of rows, in the transaction that claims them."""


class Outbox:
    """One table of what is owed: a row for each event, by `key`."""

    def __init__(self, name: str, table: Table, key: str, read: Reading) -> None:
        self.name = name
        """What it is called in the log."""
        self.ids_name = f"{key}s"
        self._read = read
        self._due_anywhere = _destinations_due(table)
        due = _due(table, key)
        self._claim = _claiming(table, key, due.limit(BATCH))
        self._overdue = due.limit(GIVEN_UP_AT_ONCE)
        # By their ids alone: with "is pending" beside them, PostgreSQL may walk the index of all that are.
        self._close = update(table).where(table.c[key].in_(_ids))

    def event(self, what: str) -> str:
        """Return what the log calls something that became of it."""
        return f"{self.name}_{what}"

    def due_destinations(self, connection: Connection, moment: int) -> list[Destination]:
        """Return the destinations that are owed something now."""
        return [Destination(*row) for row in connection.execute(self._due_anywhere, {"moment": moment})]

    def claim(self, connection: Connection, destination: Destination, moment: int) -> list[Claimed]:
        """Take a batch of what is due; each is due again ten minutes later, then after 20, 40, … up to 240."""
        jitter = random.randint(*JITTER_MS)  # noqa: S311 - spreads attempts, guards nothing
        values = {"moment": moment, "jitter": jitter, **_of(destination)}
        return self._read(connection, connection.execute(self._claim, values).all())

    def overdue(self, connection: Connection, destination: Destination, before: int) -> list[str]:
        """Return what has been due since then, locked: a destination that fails gets no more than some tried."""
        return list(connection.scalars(self._overdue, {"moment": before, **_of(destination)}))

    def close(self, connection: Connection, state: ReportState, ids: Sequence[str]) -> None:
        """End them for good; the phone number in `meta` is of no more use."""
        connection.execute(self._close.values(state=state.value, meta=None), {"ids": ids})


def sealed_url(connection: Connection, destination: Destination) -> str | None:
    """Return where a destination's events go, None once it has been removed."""
    return connection.scalar(_url, _of(destination))


def _destinations_due(table: Table) -> Select[Any]:
    columns = table.c
    waits = select(columns.account_id).where(
        IS_PENDING,
        columns.account_id == _destinations.account_id,
        columns.clevertap_account == _destinations.clevertap_account,
        columns.next_attempt_at <= _moment,
    )
    return select(_destinations.account_id, _destinations.clevertap_account).where(waits.exists())


def _due(table: Table, key: str) -> Select[Any]:
    columns = table.c
    own = (columns.account_id == bindparam("account")) & (columns.clevertap_account == bindparam("clevertap"))
    statement = select(columns[key]).where(IS_PENDING, own, columns.next_attempt_at <= _moment)
    return statement.order_by(columns.next_attempt_at).with_for_update(skip_locked=True)


def _claiming(table: Table, key: str, due: Select[Any]) -> ReturningUpdate[Any]:
    # A CTE and no plain subquery: where PostgreSQL plans a semi-join it runs the subquery once for each outer row, and
    # each run locks other rows (seen: 5,000 claimed by LIMIT 100). A CTE that locks is never folded into its parent
    # (https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CTE-MATERIALIZATION).
    batch, columns = due.cte("due"), table.c
    pause = case(
        {attempts: FIRST_PAUSE_MS * 2**attempts for attempts in range(5)},
        value=columns.attempts,
        else_=LONGEST_PAUSE_MS,
    )
    return (
        update(table)
        .where(columns[key].in_(select(batch.c[key])))
        .values(
            attempts=columns.attempts + 1,
            next_attempt_at=_moment + pause + bindparam("jitter", type_=BigInteger),
        )
        .returning(*columns)
    )


def _of(destination: Destination) -> dict[str, object]:
    return {"account": destination.account_id, "clevertap": destination.clevertap_account}


def _reports(_connection: Connection, rows: Sequence[Row[Any]]) -> list[Claimed]:
    return [Claimed(row.message_id, row.event, row.meta, row.ts, row.created_at, _told(row)) for row in rows]


def _told(report: Row[Any]) -> dict[str, str]:
    code = {} if report.code is None else {"code": report.code}
    return {"description": report.description} | code


_url = select(_destinations.url_sealed).where(
    _destinations.account_id == bindparam("account"), _destinations.clevertap_account == bindparam("clevertap")
)

REPORTS = Outbox("clevertap_reports", clevertap_reports, "message_id", _reports)
