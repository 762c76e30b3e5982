"""Messages go on to their account's other gateway, where the first is known not to have taken them.

Never after an answer that leaves it open: then the message may be on its way already.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    ScalarSelect,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    null,
    select,
    update,
)

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import connections
from connectors.shared.gateways.base import SendResult, Verdict
from connectors.shared.gateways.installed import GATEWAYS
from connectors.shared.messages.claim import NOT_HELD
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import HAS_OTHER_GATEWAY, IS_QUEUED, messages

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

    Where the vendor only could not take them now, those alone that it could not take several times. What may still go
    by the first waits there while the other is paused: whichever is back sooner sends it (see `divert`).
    """
    going = and_(
        messages.c.connection_id == connection_id,
        messages.c.status == Status.SENDING.value,
        messages.c.expires_at > moment,  # past it, it is refused and no more
        _HAS_OTHER,
    )
    if result.verdict is Verdict.TRY_AGAIN:
        going &= _IS_TRIED_ENOUGH
    if result.verdict is not Verdict.REFUSED:
        going &= _other_is_active()
    told = {"error_code": result.code, "error_message": result.explanation}
    statement = update(messages).where(messages.c.id.in_(_ids), going).values(_moved(moment) | told)
    connection.execute(statement, {"ids": list(ids)})


def divert(connection: Connection, connection_id: int, moment: int) -> int:
    """Queue what waits on a connection that sends nothing now at the other gateway; returns how many went.

    Also what waits for its next try here: there it is new. While the other is paused too, one goes when it is to be
    probed, since nothing else may be there to ask whether it is back.
    """
    active, probed = _others(connection, connection_id, moment)
    ids = _waiting(connection, connection_id, active, moment, SLICE) if active else []
    if not ids and probed:
        ids = _waiting(connection, connection_id, probed, moment, 1)
    if ids:
        connection.execute(update(messages).where(messages.c.id.in_(_ids)).values(_moved(moment)), {"ids": ids})
    return len(ids)


def _others(connection: Connection, connection_id: int, moment: int) -> tuple[list[int], list[int]]:
    """Return the account's other connections: those that are active, and those that lack a message to be probed by."""
    columns = connections.c
    account = select(columns.account_id).where(columns.id == connection_id).scalar_subquery()
    is_due = (columns.state == ConnectionState.PAUSED.value) & (func.coalesce(columns.retry_at, 0) <= moment)
    has_some = exists().where(IS_QUEUED, messages.c.connection_id == columns.id, NOT_HELD).correlate(connections)
    statement = select(columns.id, columns.state).where(
        columns.account_id == account,
        columns.id != connection_id,
        (columns.state == ConnectionState.ACTIVE.value) | (is_due & ~has_some),
    )
    rows = connection.execute(statement).all()
    active = [row.id for row in rows if row.state == ConnectionState.ACTIVE]
    return active, [row.id for row in rows if row.state != ConnectionState.ACTIVE]


def _waiting(
    connection: Connection, connection_id: int, others: Sequence[int], moment: int, most: int
) -> Sequence[str]:
    statement = (
        select(messages.c.id)
        .where(HAS_OTHER_GATEWAY, messages.c.connection_id == connection_id, messages.c.fallback_id.in_(others))
        .where(messages.c.expires_at > moment, NOT_HELD)
    )
    return connection.scalars(statement.limit(most).with_for_update(skip_locked=True)).all()


def _other_is_active() -> ColumnElement[bool]:
    own = connections.c.id == messages.c.fallback_id
    return exists().where(own, connections.c.state == ConnectionState.ACTIVE.value).correlate(messages)


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
