"""Whose a message to one person is, and what Pipedrive is owed for it: kept with the message, or not at all."""

from typing import Any

from sqlalchemy import Connection, insert

from connectors.pipedrive.company.activity_types import PREFERRED
from connectors.pipedrive.company.store import Company
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import LogKind, LogState, pipedrive_logs, pipedrive_messages
from connectors.shared.clock import now_ms


def record(connection: Connection, company: Company, who: GrantKey, person_id: int, message_id: str) -> None:
    """Keep that a message is to a person of the company's, in whose name, and the entry that is to be written of it."""
    whose = {"message_id": message_id, "company_id": who.company_id, "user_id": who.user_id, "person_id": person_id}
    connection.execute(insert(pipedrive_messages).values(whose))
    if company.log_single is not LogKind.NONE:
        connection.execute(insert(pipedrive_logs).values(whose | _log(company)))


def _log(company: Company) -> dict[str, Any]:
    activity = company.log_single is LogKind.ACTIVITY
    moment = now_ms()
    return {
        "kind": company.log_single.value,
        "activity_type": (company.activity_type or PREFERRED[0]) if activity else None,
        "state": LogState.WAITING.value,
        "next_attempt_at": moment,
        "created_at": moment,
    }
