"""Delivery reports to CleverTap: written in the transaction that ends a message, posted by the dispatcher's process.

What CleverTap takes: https://docs.clevertap.com/docs/generic-sms (Delivery report callback).
"""

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
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from connectors.clevertap import mapping, replies
from connectors.clevertap.destinations import is_of_message
from connectors.clevertap.outbox import REPORTS
from connectors.clevertap.posting import Poster
from connectors.clevertap.routes import SOURCE
from connectors.clevertap.settings import read_clevertap_settings
from connectors.clevertap.tables import ReportState, clevertap_destinations, clevertap_reports
from connectors.service import Service
from connectors.shared.clock import SECOND
from connectors.shared.messages.dispatcher import Job
from connectors.shared.messages.tables import messages

LOOK_SECONDS = 0.5
SLICE = 1_000
"""Messages in one statement: SQLite and PostgreSQL bound how many values it may carry."""

_ids: BindParameter[str] = bindparam("ids", expanding=True)


def listen(service: Service) -> None:
    """Have CleverTap told of every message of its own that ends or is answered; both are erased with the message."""
    service.endings.register(write_reports)
    service.forgetting.register(forget)
    replies.listen(service)


def jobs(service: Service) -> Sequence[Job]:
    """Return what posts them. Raises SettingsError where a setting cannot be read."""
    hosts = read_clevertap_settings().callback_hosts
    return [
        Job(name, LOOK_SECONDS, poster.post_due, poster.close)
        for name, outbox in (("clevertap-reports", REPORTS), ("clevertap-replies", replies.REPLIES))
        for poster in [Poster(service.database, service.secrets, hosts, outbox)]
    ]


def write_reports(connection: Connection, message_ids: Sequence[str], moment_ms: int) -> None:
    """Write what CleverTap is owed for these messages: one report a message, ever, and none where no URL is known."""
    statement = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for start in range(0, len(message_ids), SLICE):
        # psycopg takes a tuple for a row and only a list for an array.
        chosen = list(message_ids[start : start + SLICE])
        connection.execute(statement, {"ids": chosen, "moment": moment_ms})


def forget(connection: Connection, message_ids: Sequence[str]) -> None:
    """Erase the reports of these messages: a phone number is part of what CleverTap calls `meta`."""
    for start in range(0, len(message_ids), SLICE):
        connection.execute(
            delete(clevertap_reports).where(clevertap_reports.c.message_id.in_(_ids)),
            {"ids": message_ids[start : start + SLICE]},
        )


def _owed(chosen: ColumnElement[bool]) -> Any:
    """What is owed to whom for these messages."""
    destinations = clevertap_destinations.c
    moment = bindparam("moment", type_=BigInteger)
    owed = {
        "message_id": messages.c.id,
        "account_id": destinations.account_id,
        "clevertap_account": destinations.clevertap_account,
        "event": mapping.event(),
        "meta": messages.c.external_id,
        "code": mapping.code(),
        "description": mapping.description(),
        "ts": func.coalesce(messages.c.finished_at, moment) // SECOND,
        "state": literal(ReportState.PENDING.value),
        "attempts": literal(0),
        "next_attempt_at": moment,
        "created_at": moment,
    }
    statement = (
        select(*owed.values())
        .select_from(messages)
        .join(clevertap_destinations, is_of_message())
        .where(
            chosen,
            messages.c.source == SOURCE,
            messages.c.external_id.is_not(None),
            mapping.is_told(),
        )
    )
    return list(owed), statement


_SQLITE = sqlite.insert(clevertap_reports).from_select(*_owed(messages.c.id.in_(_ids))).on_conflict_do_nothing()
# One array instead of a thousand values: measured, 19 ms instead of 30 for a thousand ends.
_any_id = messages.c.id == any_(bindparam("ids", type_=ARRAY(String)))
_POSTGRESQL = postgresql.insert(clevertap_reports).from_select(*_owed(_any_id)).on_conflict_do_nothing()
