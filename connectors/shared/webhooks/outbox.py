"""What webhooks are owed: written in the transaction in which it comes true."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    String,
    any_,
    bindparam,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.incoming.tables import incoming_messages
from connectors.shared.messages.tables import messages
from connectors.shared.webhooks.events import MESSAGE, MESSAGE_RECEIVED
from connectors.shared.webhooks.tables import webhook_deliveries, webhook_events, webhooks

SLICE = 1_000
"""Messages in one statement: SQLite and PostgreSQL bound how many values it may carry."""

_COLUMNS = ("webhook_id", "event", "subject_id", "happened_at", "attempts", "next_attempt_at")
_ids: BindParameter[str] = bindparam("ids", expanding=True)
_moment = bindparam("moment", type_=BigInteger)
_is_active = webhooks.c.disabled_at.is_(None)
_anybody_listens = select(literal(1)).where(select(webhooks.c.id).where(_is_active).exists())


def announce(connection: Connection, account_id: int, event: str, subject_id: str, moment_ms: int) -> None:
    """Have the account's webhooks told of an event, in the caller's transaction; each is told once.

    `subject_id`: the message or campaign that it happened to.
    """
    statement = _ANNOUNCE_SQLITE if connection.dialect.name == "sqlite" else _ANNOUNCE_POSTGRESQL
    connection.execute(statement, {"account": account_id, "event": event, "subject": subject_id, "moment": moment_ms})


def announce_ends(connection: Connection, message_ids: Sequence[str], moment_ms: int) -> None:
    """Have webhooks told how these messages ended: a listener of `Endings`."""
    _announce(connection, (_ENDS_SQLITE, _ENDS_POSTGRESQL), message_ids, moment_ms)


def announce_arrivals(connection: Connection, incoming_ids: Sequence[str], moment_ms: int) -> None:
    """Have webhooks told of these messages from phones: a listener of `Arrivals`."""
    _announce(connection, (_ARRIVALS_SQLITE, _ARRIVALS_POSTGRESQL), incoming_ids, moment_ms)


def _announce(connection: Connection, statements: tuple[Any, Any], ids: Sequence[str], moment_ms: int) -> None:
    if connection.scalar(_anybody_listens) is None:
        return
    statement = statements[connection.dialect.name != "sqlite"]
    for start in range(0, len(ids), SLICE):
        # psycopg takes a tuple for a row and only a list for an array.
        chosen = list(ids[start : start + SLICE])
        connection.execute(statement, {"ids": chosen, "moment": moment_ms})


def _owed(chosen: ColumnElement[bool]) -> Any:
    # Materialized: with few webhooks and stale statistics PostgreSQL would rather go through all that an account has.
    ended = (
        select(messages.c.id, messages.c.account_id, messages.c.status, messages.c.finished_at)
        .where(chosen)
        .cte("ended")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    event = literal(MESSAGE) + ended.c.status
    return (
        select(
            webhooks.c.id,
            event,
            ended.c.id,
            func.coalesce(ended.c.finished_at, _moment),
            literal(0),
            _moment,
        )
        .select_from(ended)
        .join(webhooks, (webhooks.c.account_id == ended.c.account_id) & _is_active)
        .join(webhook_events, (webhook_events.c.webhook_id == webhooks.c.id) & (webhook_events.c.event == event))
        .where(true())
    )


def _arrived(chosen: ColumnElement[bool]) -> Any:
    return (
        select(
            webhooks.c.id,
            literal(MESSAGE_RECEIVED),
            incoming_messages.c.id,
            incoming_messages.c.happened_at,
            literal(0),
            _moment,
        )
        .select_from(incoming_messages)
        .join(webhooks, (webhooks.c.account_id == incoming_messages.c.account_id) & _is_active)
        .join(
            webhook_events,
            (webhook_events.c.webhook_id == webhooks.c.id) & (webhook_events.c.event == MESSAGE_RECEIVED),
        )
        .where(chosen)
    )


_announced = (
    select(
        webhooks.c.id,
        bindparam("event", type_=String),
        bindparam("subject", type_=String),
        _moment,
        literal(0),
        _moment,
    )
    .join(webhook_events, webhook_events.c.webhook_id == webhooks.c.id)
    .where(
        webhooks.c.account_id == bindparam("account"),
        _is_active,
        webhook_events.c.event == bindparam("event", type_=String),
    )
)


def _insert(dialect_insert: Any, chosen: Any) -> Any:
    return dialect_insert(webhook_deliveries).from_select(_COLUMNS, chosen).on_conflict_do_nothing()


_ANNOUNCE_SQLITE = _insert(sqlite.insert, _announced)
_ANNOUNCE_POSTGRESQL = _insert(postgresql.insert, _announced)
_ENDS_SQLITE = _insert(sqlite.insert, _owed(messages.c.id.in_(_ids)))
# One array instead of a thousand values, which PostgreSQL takes longer to plan.
_any_id = any_(bindparam("ids", type_=ARRAY(String)))
_ENDS_POSTGRESQL = _insert(postgresql.insert, _owed(messages.c.id == _any_id))
_ARRIVALS_SQLITE = _insert(sqlite.insert, _arrived(incoming_messages.c.id.in_(_ids)))
_ARRIVALS_POSTGRESQL = _insert(postgresql.insert, _arrived(incoming_messages.c.id == _any_id))
