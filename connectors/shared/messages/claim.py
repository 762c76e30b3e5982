"""Claiming due rows: one statement a connection, nothing claimed twice, nothing claimed late."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, case, literal_column, or_, select, text, update

from connectors.shared.accounts.tables import connections
from connectors.shared.campaigns.tables import IS_HELD, campaigns
from connectors.shared.messages.tables import IS_QUEUED, messages

PRIORITIES = (0, 1, 2)
NO_LIMIT = 1_000_000
BURST_MS = 250
"""An account with a rate may spend at most this much of it at once."""

# Walks the queue's index from connection to connection, so that a million rows of one cost no more than one row
# (https://wiki.postgresql.org/wiki/Loose_indexscan).
LANES_WITH_DUE_ROWS = text(
    """
    WITH RECURSIVE walk(id) AS (
        SELECT MIN(connection_id) FROM messages WHERE status = 'queued'
        UNION ALL
        SELECT (SELECT MIN(connection_id) FROM messages WHERE status = 'queued' AND connection_id > walk.id)
        FROM walk WHERE walk.id IS NOT NULL
    ),
    priorities(priority) AS (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2)
    SELECT id, account_id, state, retry_at, rate, rate_spent_until, bulk, gateway, EXISTS (
        SELECT 1 FROM connections AS other
        WHERE other.account_id = connections.account_id AND other.id != connections.id
        AND (other.state = 'active' OR (other.state = 'paused' AND COALESCE(other.retry_at, 0) <= :moment))
        AND EXISTS (
            SELECT 1 FROM messages
            WHERE status = 'queued' AND fallback_id = other.id AND connection_id = connections.id
        )
    ) AS diverts
    FROM connections
    WHERE id IN (SELECT id FROM walk) AND state IN ('active', 'paused') AND EXISTS (
        SELECT 1 FROM priorities WHERE EXISTS (
            SELECT 1 FROM messages
            WHERE status = 'queued' AND connection_id = connections.id
            AND messages.priority = priorities.priority AND next_attempt_at <= :moment
        )
    )
    """
)


@dataclass(frozen=True, slots=True)
class Lane:
    """A connection that has due rows, and the terms on which they may go."""

    id: int
    account_id: int
    state: str
    retry_at: int | None
    rate: float
    rate_spent_until: int
    bulk: bool
    gateway: str
    diverts: bool = False
    """Whether another gateway may be tried now for some of what waits."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in the hands of this dispatcher; its call has not begun."""

    id: str
    connection_id: int
    country_code: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    sender_id: str
    channel: str
    message_type: str
    template_id: str | None
    entity_id: str | None
    priority: int
    attempts: int
    created_at: int
    expires_at: int
    counted_day: int | None
    hours: str | None
    campaign_id: str | None
    variables: str | None = field(repr=False)
    """JSON list."""
    captcha: str | None = field(default=None, repr=False)
    """JSON list: what the person read, and from which address."""
    fallback_id: int | None = None


_CLAIMED_COLUMNS = tuple(messages.c[name] for name in Claimed.__dataclass_fields__)

# The gate: a campaign that is imported, paused or canceled holds its rows from one statement to the next.
NOT_HELD = or_(messages.c.campaign_id.is_(None), messages.c.campaign_id.not_in(select(campaigns.c.id).where(IS_HELD)))

_due = (
    select(messages.c.id)
    .where(
        IS_QUEUED,
        messages.c.connection_id == bindparam("lane"),
        messages.c.priority == bindparam("claimed_priority"),
        messages.c.next_attempt_at <= bindparam("moment"),
        messages.c.expires_at > bindparam("moment"),
        messages.c.recipient.is_not(None),  # erased meanwhile
        NOT_HELD,
    )
    .order_by(messages.c.next_attempt_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    # As a subquery PostgreSQL may run it again for each row, and so claim more than the limit.
    .cte("due")
)
_claim = (
    update(messages)
    .where(messages.c.id.in_(select(_due.c.id)))
    .values(
        status=literal_column("'sending'"),
        claimed_by=bindparam("dispatcher"),
        # Its deadline stays: should this dispatcher lose the row, the sweeper finds it past its validity.
    )
    .returning(*_CLAIMED_COLUMNS)
)


def lanes(connection: Connection, moment: int) -> list[Lane]:
    """Return the connections that have due rows and may perhaps send."""
    rows = connection.execute(LANES_WITH_DUE_ROWS, {"moment": moment}).mappings()
    return [Lane(**{**row, "bulk": bool(row["bulk"]), "diverts": bool(row["diverts"])}) for row in rows]


def claim(
    connection: Connection,
    lane: Lane,
    dispatcher: int,
    most: int,
    moment: int,
    priorities: Sequence[int] = PRIORITIES,
) -> list[Claimed]:
    """Take up to `most` due rows of one connection and these priorities, one-time codes first, promotions last."""
    if lane.rate:
        most = min(most, within_rate(_lock_rate(connection, lane), moment))
    claimed: list[Claimed] = []
    for priority in priorities:
        if len(claimed) >= most:
            break
        values: dict[str, Any] = {
            "lane": lane.id,
            "claimed_priority": priority,
            "moment": moment,
            "most": most - len(claimed),
            "dispatcher": dispatcher,
        }
        rows = connection.execute(_claim, values)
        claimed.extend(sorted((Claimed(*row) for row in rows), key=lambda row: row.id))
    if lane.rate and claimed:
        _spend(connection, lane, len(claimed), moment)
    return claimed


def patterns(connection: Connection, rows: Sequence[Claimed]) -> dict[str, str]:
    """Return the campaigns' texts with the vendor's placeholders, for the rows that a workbook may carry."""
    ids = {row.campaign_id for row in rows if row.campaign_id is not None and row.variables is not None}
    if not ids:
        return {}
    statement = select(campaigns.c.id, campaigns.c.pattern).where(
        campaigns.c.id.in_(ids), campaigns.c.pattern.is_not(None)
    )
    return {row.id: row.pattern for row in connection.execute(statement)}


def within_rate(lane: Lane, moment: int) -> int:
    """Return how many messages the connection's rate lets go now (GCRA); no rate is no limit."""
    if not lane.rate:
        return NO_LIMIT
    burst_ms = max(BURST_MS, 1_000 / lane.rate)
    room_ms = burst_ms - max(lane.rate_spent_until - moment, 0)
    # A third of a second at three a second is one message, and not 0.9999.
    return max(0, int(room_ms * lane.rate / 1_000 + 1e-6))


def _lock_rate(connection: Connection, lane: Lane) -> Lane:
    """Read what is spent under a lock, so that several dispatchers share one rate."""
    spent = select(connections.c.rate_spent_until).where(connections.c.id == lane.id).with_for_update()
    return replace(lane, rate_spent_until=connection.execute(spent).scalar_one())


def _spend(connection: Connection, lane: Lane, count: int, moment: int) -> None:
    cost_ms = round(count * 1_000 / lane.rate)
    connection.execute(
        update(connections)
        .where(connections.c.id == lane.id)
        .values(
            rate_spent_until=case(
                (connections.c.rate_spent_until > moment, connections.c.rate_spent_until), else_=moment
            )
            + cost_ms
        )
    )
