"""Replies to CleverTap: whoever answers a message of its own, told under that message's id.

CleverTap calls them `replied` (https://docs.clevertap.com/docs/generic-sms). An SMS does not say what it answers, so it
is taken to answer the last one that CleverTap sent to that number.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, Connection, Row, bindparam, delete, literal, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from connectors.clevertap.destinations import is_of_message
from connectors.clevertap.outbox import Claimed, Outbox
from connectors.clevertap.routes import SOURCE
from connectors.clevertap.tables import IS_PENDING, ReportState, clevertap_destinations, clevertap_replies
from connectors.service import Service
from connectors.shared.clock import SECOND
from connectors.shared.incoming.tables import incoming_messages
from connectors.shared.messages.states import ENDS_BY_RECEIPT, Status
from connectors.shared.messages.tables import messages

EVENT: Final = "replied"
LONGEST_TEXT: Final = 512
SLICE: Final = 500
"""Messages in one statement: SQLite and PostgreSQL bound how many values it may carry."""

WENT_OUT: Final = ENDS_BY_RECEIPT | {Status.SENDING, Status.SENT, Status.UNKNOWN, Status.UNCONFIRMED}

_ids: BindParameter[str] = bindparam("ids", expanding=True)
_incoming = incoming_messages.c
_replies = clevertap_replies.c


def listen(service: Service) -> None:
    """Have a reply written for every incoming message that answers one of CleverTap's, and erased with either."""
    service.arrivals.register(write_replies)
    service.arrivals.register_forgetter(forget)
    service.forgetting.register(forget_answered)


def write_replies(connection: Connection, incoming_ids: Sequence[str], moment_ms: int) -> None:
    """Write what CleverTap is owed for these incoming messages; nothing where it sent nothing, or no URL is known."""
    statement = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for start in range(0, len(incoming_ids), SLICE):
        connection.execute(statement, {"ids": incoming_ids[start : start + SLICE], "moment": moment_ms})


def forget(connection: Connection, incoming_ids: Sequence[str]) -> None:
    """Erase the replies of these incoming messages."""
    for start in range(0, len(incoming_ids), SLICE):
        chosen = {"ids": incoming_ids[start : start + SLICE]}
        connection.execute(delete(clevertap_replies).where(_replies.incoming_id.in_(_ids)), chosen)


def forget_answered(connection: Connection, message_ids: Sequence[str]) -> None:
    """Erase what is still owed for answers to these messages: a number is part of their `meta`."""
    for start in range(0, len(message_ids), SLICE):
        # With the account: another's messages may have the same ids.
        answered = select(messages.c.account_id, messages.c.external_id).where(
            messages.c.id.in_(_ids), messages.c.external_id.is_not(None)
        )
        connection.execute(
            delete(clevertap_replies).where(IS_PENDING, tuple_(_replies.account_id, _replies.meta).in_(answered)),
            {"ids": message_ids[start : start + SLICE]},
        )


def _owed() -> Any:
    """What is owed to whom for these incoming messages, by the last message that each may answer."""
    sent = messages.alias().c
    last = (
        select(sent.id)
        .where(
            # An expression is no column of an index: the one by numbers has fewer others in it.
            sent.account_id + 0 == _incoming.account_id,
            sent.recipient == _incoming.sender,
            sent.source == SOURCE,
            sent.external_id.is_not(None),
            sent.status.in_(sorted(WENT_OUT)),
        )
        .order_by(sent.id.desc())
        .limit(1)
        .correlate(incoming_messages)
        .scalar_subquery()
    )
    moment = bindparam("moment", type_=BigInteger)
    owed = {
        "incoming_id": _incoming.id,
        "account_id": clevertap_destinations.c.account_id,
        "clevertap_account": clevertap_destinations.c.clevertap_account,
        "meta": messages.c.external_id,
        "ts": _incoming.happened_at // SECOND,
        "state": literal(ReportState.PENDING.value),
        "attempts": literal(0),
        "next_attempt_at": moment,
        "created_at": moment,
    }
    statement = (
        select(*owed.values())
        .select_from(incoming_messages)
        .join(messages, messages.c.id == last)
        .join(clevertap_destinations, is_of_message())
        .where(_incoming.id.in_(_ids))
    )
    return list(owed), statement


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> list[Claimed]:
    # What was said is read when it is posted, so that an erasure reaches it.
    statement = select(_incoming.id, _incoming.recipient, _incoming.text).where(_incoming.id.in_(_ids))
    said = {
        row.id: _told(row.recipient, row.text or "")
        for row in connection.execute(statement, {"ids": [row.incoming_id for row in rows]})
    }
    return [
        Claimed(row.incoming_id, EVENT, row.meta, row.ts, row.created_at, said.get(row.incoming_id, {})) for row in rows
    ]


def _told(recipient: str | None, text: str) -> dict[str, str]:
    to_phone = {"toPhone": recipient} if recipient else {}
    return to_phone | {"incomingText": text[:LONGEST_TEXT]}


REPLIES: Final = Outbox("clevertap_replies", clevertap_replies, "incoming_id", _read)
_SQLITE = sqlite.insert(clevertap_replies).from_select(*_owed()).on_conflict_do_nothing()
_POSTGRESQL = postgresql.insert(clevertap_replies).from_select(*_owed()).on_conflict_do_nothing()
