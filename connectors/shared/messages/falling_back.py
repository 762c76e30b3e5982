"""Messages go on to their account's other gateway, where the first is known not to have taken them.

Never after an answer that leaves it open: then the message may be on its way already.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    ScalarSelect,
    String,
    and_,
    bindparam,
    func,
    literal,
    null,
    select,
    update,
)

from connectors.shared.accounts.tables import connections
from connectors.shared.gateways.base import SendResult, Verdict
from connectors.shared.gateways.installed import GATEWAYS
from connectors.shared.messages.claim import NOT_HELD
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import HAS_OTHER_GATEWAY, messages

TRIES: Final = 3
"""So often a gateway that cannot take a message now is asked before the other one is."""
SLICE: Final = 1_000

_ids: BindParameter[str] = bindparam("ids", expanding=True)
_HAS_OTHER: Final = messages.c.fallback_id.is_not(None)
# The calls so far, the one that has just ended among them. Those of one call may have been tried differently often.
_IS_TRIED_ENOUGH: Final = messages.c.attempts >= TRIES

_FALLS_BACK: Final = frozenset({Verdict.REFUSED, Verdict.ACCOUNT_REFUSED, Verdict.TRY_AGAIN})


def may_fall_back(result: SendResult) -> bool:
    """Tell whether a call ended so that its messages are known not to have gone out."""
    return result.verdict in _FALLS_BACK


def fall_back(connection: Connection, connection_id: int, ids: Sequence[str], result: SendResult, moment: int) -> None:
    """Queue those of these messages that have another gateway there; their call on a connection has just ended.

    Where the vendor only could not take them now, those alone that it could not take several times.
    """
    going = and_(
        messages.c.connection_id == connection_id,
        messages.c.status == Status.SENDING.value,
        messages.c.expires_at > moment,  # past it, it is refused and no more
        _HAS_OTHER,
    )
    if result.verdict is Verdict.TRY_AGAIN:
        going &= _IS_TRIED_ENOUGH
    told = {"error_code": result.code, "error_message": result.explanation}
    statement = update(messages).where(messages.c.id.in_(_ids), going).values(_moved(moment) | told)
    connection.execute(statement, {"ids": list(ids)})


def divert(connection: Connection, connection_id: int, moment: int) -> int:
    """Queue what waits on a connection that sends nothing now at the other gateway; returns how many had one.

    Also what waits for its next try here: there it is new.
    """
    waiting = (
        select(messages.c.id)
        .where(HAS_OTHER_GATEWAY, messages.c.connection_id == connection_id)
        .where(messages.c.expires_at > moment, NOT_HELD)
    )
    ids = list(connection.scalars(waiting.limit(SLICE).with_for_update(skip_locked=True)))
    if ids:
        connection.execute(update(messages).where(messages.c.id.in_(_ids)).values(_moved(moment)), {"ids": ids})
    return len(ids)


def _moved(moment: int) -> dict[str, Any]:
    return {
        "connection_id": messages.c.fallback_id,
        "fallback_id": null(),
        "sender_id": func.coalesce(_own_sender_id(), _without_default(), messages.c.sender_id),
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


def _without_default() -> ScalarSelect[str | None]:
    """To a vendor that has a sender id for who names none, the default of another's connection says nothing."""
    here, there = connections.alias(), connections.alias()
    nameless = [kind.name for kind in GATEWAYS if not kind.features.sender_id_needed]
    empty = select(literal("", String)).where(
        there.c.id == messages.c.fallback_id,
        there.c.gateway.in_(nameless),
        here.c.id == messages.c.connection_id,
        here.c.sender_id == messages.c.sender_id,
    )
    return empty.scalar_subquery()
