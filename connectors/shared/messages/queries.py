"""Reading the ledger, always within one account."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shared.messages.tables import messages


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages to list; None means any."""

    status: str | None = None
    to: str | None = None
    source: str | None = None
    campaign_id: str | None = None


def get_message(connection: Connection, account_id: int, message_id: str) -> dict[str, Any]:
    """Return one message in the API's shape. Raises NotFound where it is not there or another's."""
    statement = select(messages).where(messages.c.id == message_id, messages.c.account_id == account_id)
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound("There is no such message.")
    return present(row)


def list_messages(
    connection: Connection, account_id: int, chosen: Filter, *, before_id: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return messages, newest first, older than `before_id`."""
    statement = select(messages).where(messages.c.account_id == account_id)
    if before_id is not None:
        statement = statement.where(messages.c.id < before_id)
    for column, value in (
        (messages.c.status, chosen.status),
        (messages.c.recipient, chosen.to),
        (messages.c.source, chosen.source),
        (messages.c.campaign_id, chosen.campaign_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows = connection.execute(statement.order_by(messages.c.id.desc()).limit(limit)).mappings()
    return [present(row) for row in rows]


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
        "source": row["source"],
        "external_id": row["external_id"],
        "campaign_id": row["campaign_id"],
        "transaction_id": row["transaction_id"],
        "error": error,
        **{name: to_rfc3339(row[name]) for name in ("created_at", "due_at", "sent_at", "finished_at")},
    }
