"""Reading the ledger, always within one account."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, TextClause, select

from connectors.shared.accounts.tables import connections
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import (
    ENDED_BADLY,
    IS_OF_CAMPAIGN,
    IS_QUEUED,
    IS_SCHEDULED,
    IS_SENDING,
    messages,
)

FEW = 1_000
"""As many ids may be looked up one by one."""
BAD_ENDS = frozenset(state for state in Status if f"'{state}'" in ENDED_BADLY.text)
_FEW_STAND_HERE: dict[str, TextClause] = {
    Status.QUEUED: IS_QUEUED,
    Status.SCHEDULED: IS_SCHEDULED,
    Status.SENDING: IS_SENDING,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages to list; None means any."""

    status: str | None = None
    to: str | None = None
    source: str | None = None
    campaign_id: str | None = None


def get_message(connection: Connection, account_id: int, message_id: str) -> dict[str, Any]:
    """Return one message in the API's shape. Raises NotFound where it is not there or another's."""
    statement = shown().where(messages.c.id == message_id, messages.c.account_id == account_id)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such message.")
    return present(row)


def list_messages(
    connection: Connection, account_id: int, chosen: Filter, *, before_id: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return messages, newest first, older than `before_id`."""
    statement = _chosen(account_id, chosen)
    waiting = _waiting(connection, account_id, chosen)
    if waiting is not None:
        statement = statement.where(messages.c.id.in_(waiting))
    if before_id is not None:
        statement = statement.where(messages.c.id < before_id)
    rows = connection.execute(statement.order_by(messages.c.id.desc()).limit(limit)).mappings()
    return [present(row) for row in rows]


def shown() -> Select[Any]:
    """Return what `present` shows of messages, to be narrowed."""
    # By a subquery and no join, which would have SQLite think about the order of tables.
    gateway = select(connections.c.gateway).where(connections.c.id == messages.c.connection_id).scalar_subquery()
    return select(messages, gateway.label("gateway"))


def _chosen(account_id: int, chosen: Filter) -> Select[Any]:
    """Return the messages that fit, by way of the index that has the fewest others in it.

    Left alone SQLite, which has no statistics of ours, walks all messages of the account, as its index has their order.
    """
    narrow = chosen.to is not None or chosen.campaign_id is not None
    # An expression is no column of an index: this one is left to those of numbers and campaigns.
    account = messages.c.account_id + 0 if narrow else messages.c.account_id
    statement = shown().where(account == account_id)
    if chosen.status in BAD_ENDS:
        statement = statement.where(ENDED_BADLY)
    if chosen.campaign_id is not None:
        statement = statement.where(IS_OF_CAMPAIGN)
    for column, value in (
        (messages.c.status, chosen.status),
        (messages.c.recipient, chosen.to),
        (messages.c.source, chosen.source),
        (messages.c.campaign_id, chosen.campaign_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement


def _waiting(connection: Connection, account_id: int, chosen: Filter) -> list[str] | None:
    """Return the ids of all that stand where few do, mostly; None where a walk from the newest on finds them soon."""
    state = _FEW_STAND_HERE.get(chosen.status or "")
    if state is None or chosen.to is not None or chosen.campaign_id is not None:
        return None
    ids = list(connection.scalars(_standing(account_id, state).limit(FEW + 1)))
    return ids if len(ids) <= FEW else None


def _standing(account_id: int, state: TextClause) -> Select[Any]:
    if state is IS_SENDING:  # few in the whole house: what dispatchers hold in their hands
        return select(messages.c.id).where(state, messages.c.account_id + 0 == account_id)
    own = select(connections.c.id).where(connections.c.account_id == account_id)
    return select(messages.c.id).where(state, messages.c.connection_id.in_(own))


def present(row: RowMapping) -> dict[str, Any]:
    """Return a row in the shape that the REST API shows."""
    error = {"code": row["error_code"], "message": row["error_message"]} if row["error_code"] else None
    return {
        "id": row["id"],
        "status": row["status"],
        "to": f"+{row['recipient']}" if row["recipient"] else None,
        "sender_id": row["sender_id"],
        "text": row["text"],
        "channel": row["channel"],
        "message_type": row["message_type"],
        "template_id": row["template_id"],
        "entity_id": row["entity_id"],
        "encoding": row["encoding"],
        "segments": row["segments"],
        "gateway": row["gateway"],
        "source": row["source"],
        "external_id": row["external_id"],
        "campaign_id": row["campaign_id"],
        "transaction_id": row["transaction_id"],
        "error": error,
        **{name: to_rfc3339(row[name]) for name in ("created_at", "due_at", "sent_at", "finished_at")},
    }
