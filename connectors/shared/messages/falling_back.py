"""Messages go on to their account's other gateway, where the first is known not to have taken them.

Never after an answer that leaves it open: then the message may be on its way already.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, ScalarSelect, bindparam, func, null, select, update

from connectors.shared.accounts.tables import connections
from connectors.shared.gateways.base import SendResult, Verdict
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import IS_QUEUED, messages

TRIES: Final = 3
"""So often a gateway that cannot take a message now is asked before the other one is."""
SLICE: Final = 1_000

_ids: BindParameter[str] = bindparam("ids", expanding=True)
_HAS_OTHER: Final = messages.c.fallback_id.is_not(None)


def calls_for_other(result: SendResult, attempts: int) -> bool:
    """Tell whether a message whose call ended so, after so many before it, goes on to the other gateway."""
    if result.verdict is Verdict.TRY_AGAIN:
        return attempts + 1 >= TRIES
    return result.verdict in (Verdict.REFUSED, Verdict.ACCOUNT_REFUSED)


def fall_back(connection: Connection, ids: Sequence[str], result: SendResult, moment: int) -> None:
    """Queue those of these messages that have another gateway there; their call has just ended."""
    told = {"error_code": result.code, "error_message": result.explanation}
    being_sent = messages.c.status == Status.SENDING.value
    statement = update(messages).where(messages.c.id.in_(_ids), being_sent, _HAS_OTHER).values(_moved(moment) | told)
    connection.execute(statement, {"ids": list(ids)})


def divert(connection: Connection, connection_id: int, moment: int) -> None:
    """Queue what waits on a connection that sends nothing now at the other gateway, where it has one."""
    due = messages.c.next_attempt_at <= moment
    waiting = select(messages.c.id).where(IS_QUEUED, messages.c.connection_id == connection_id, due, _HAS_OTHER)
    ids = list(connection.scalars(waiting.limit(SLICE).with_for_update(skip_locked=True)))
    if ids:
        connection.execute(update(messages).where(messages.c.id.in_(_ids)).values(_moved(moment)), {"ids": ids})


def _moved(moment: int) -> dict[str, Any]:
    return {
        "connection_id": messages.c.fallback_id,
        "fallback_id": null(),
        "sender_id": func.coalesce(_own_sender_id(), messages.c.sender_id),
        "status": Status.QUEUED.value,
        "claimed_by": None,
        "begun_at": None,
        "transaction_id": None,
        "deadline_at": messages.c.expires_at,
        "next_attempt_at": moment,
        # To the other gateway it is new.
        "attempts": 0,
    }


def _own_sender_id() -> ScalarSelect[str | None]:
    """A vendor knows only the sender ids that were registered with it."""
    own = select(func.nullif(connections.c.sender_id, "")).where(connections.c.id == messages.c.fallback_id)
    return own.scalar_subquery()
