"""The reports that are owed: which are due, claimed by one process alone, and closed for good."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, case, select, update

from connectors.clevertap.destinations import Destination
from connectors.clevertap.tables import IS_PENDING, ReportState, clevertap_destinations, clevertap_reports
from connectors.shared.clock import MINUTE, SECOND

BATCH = 100
FIRST_PAUSE_MS = 10 * MINUTE
LONGEST_PAUSE_MS = 240 * MINUTE
JITTER_MS = (20 * SECOND, 80 * SECOND)
"""On top of a pause, which counts from the claim: more than a post takes, so that ten minutes are ten minutes."""

GIVEN_UP_AT_ONCE = 500

_reports = clevertap_reports.c
_destinations = clevertap_destinations.c


@dataclass(frozen=True, slots=True)
class Claimed:
    """A report that this process alone posts now."""

    message_id: str
    event: str
    meta: str | None = field(repr=False)
    code: str | None
    description: str
    ts: int
    created_at: int


def _of(destination: Destination) -> dict[str, object]:
    return {"account": destination.account_id, "clevertap": destination.clevertap_account}


_own = (_reports.account_id == bindparam("account")) & (_reports.clevertap_account == bindparam("clevertap"))
_moment = bindparam("moment", type_=BigInteger)
_ids: BindParameter[str] = bindparam("ids", expanding=True)

_due_anywhere = select(_destinations.account_id, _destinations.clevertap_account).where(
    select(_reports.message_id)
    .where(
        IS_PENDING,
        _reports.account_id == _destinations.account_id,
        _reports.clevertap_account == _destinations.clevertap_account,
        _reports.next_attempt_at <= _moment,
    )
    .exists()
)

# A CTE and no plain subquery: where PostgreSQL plans a semi-join it runs the subquery once for each outer row, and
# each run locks other rows (seen: 5,000 claimed by LIMIT 100). A CTE that locks is never folded into its parent
# (https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CTE-MATERIALIZATION).
_due = (
    select(_reports.message_id)
    .where(IS_PENDING, _own, _reports.next_attempt_at <= _moment)
    .order_by(_reports.next_attempt_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
    .cte("due")
)
_pause = case(
    {attempts: FIRST_PAUSE_MS * 2**attempts for attempts in range(5)},
    value=_reports.attempts,
    else_=LONGEST_PAUSE_MS,
)
_claim = (
    update(clevertap_reports)
    .where(_reports.message_id.in_(select(_due.c.message_id)))
    .values(
        attempts=_reports.attempts + 1,
        next_attempt_at=_moment + _pause + bindparam("jitter", type_=BigInteger),
    )
    .returning(*(_reports[name] for name in Claimed.__dataclass_fields__))
)
_overdue = (
    select(_reports.message_id)
    .where(IS_PENDING, _own, _reports.next_attempt_at <= _moment)
    .order_by(_reports.next_attempt_at)
    .limit(GIVEN_UP_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_url = select(_destinations.url_sealed).where(
    _destinations.account_id == bindparam("account"), _destinations.clevertap_account == bindparam("clevertap")
)


def due_destinations(connection: Connection, moment: int) -> list[Destination]:
    """Return the destinations that are owed something now."""
    return [Destination(*row) for row in connection.execute(_due_anywhere, {"moment": moment})]


def sealed_url(connection: Connection, destination: Destination) -> str | None:
    """Return where its reports go, None once it has been removed."""
    return connection.scalar(_url, _of(destination))


def claim(connection: Connection, destination: Destination, moment: int) -> list[Claimed]:
    """Take a batch of due reports; each is due again ten minutes later, then after 20, 40, … up to 240."""
    jitter = random.randint(*JITTER_MS)  # noqa: S311 - spreads attempts, guards nothing
    values = {"moment": moment, "jitter": jitter, **_of(destination)}
    return [Claimed(*row) for row in connection.execute(_claim, values)]


def overdue(connection: Connection, destination: Destination, before: int) -> list[str]:
    """Return reports that have been due since then, locked: a destination that fails gets no more than some tried."""
    return list(connection.scalars(_overdue, {"moment": before, **_of(destination)}))


def close_reports(connection: Connection, state: ReportState, ids: Sequence[str]) -> None:
    """End reports for good; the phone number in `meta` is of no more use."""
    # By their ids alone: with "is pending" beside them, PostgreSQL may walk the index of all that are.
    connection.execute(
        update(clevertap_reports).where(_reports.message_id.in_(_ids)).values(state=state.value, meta=None),
        {"ids": ids},
    )
