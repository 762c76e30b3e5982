"""What the dispatcher writes: that a call is about to begin, and how it ended. Every statement is guarded."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    String,
    bindparam,
    case,
    func,
    literal_column,
    null,
    update,
)

from connectors.shared.accounts.pausing import FIRST_PAUSE_MS, pause, postpone, resume
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.gateways.base import SendResult, Verdict
from connectors.shared.messages.claim import NOT_HELD
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.falling_back import fall_back
from connectors.shared.messages.receipts import match_parked, parked_for
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages

LONGEST_PAUSE_MS = 30 * SECOND

_ids: BindParameter[str] = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class Begin:
    """The call for these rows is about to start: from here on a kill leaves them in doubt."""

    ids: tuple[str, ...]
    dispatcher: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The call for these rows has ended so."""

    ids: tuple[str, ...]
    connection_id: int
    attempts: int
    result: SendResult
    receipt_deadline_ms: int
    probing: bool = False
    recipients: tuple[str, ...] = field(default=(), repr=False)
    may_fall_back: bool = False
    """Whether they are known not to have gone out, and any of them has another gateway to go to."""


@dataclass(frozen=True, slots=True)
class Release:
    """These rows were claimed and their call was not begun: they go back, due at `next_attempt_at`."""

    ids: tuple[str, ...]
    next_attempt_at: int | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The call for many was refused because of one: none went out, and halves of it are tried."""

    ids: tuple[str, ...]


Write = Begin | Finish | Release | Restart


# Statements are built once: building one costs more than running it.
_record_begin = (
    update(messages)
    .where(
        messages.c.id.in_(_ids),
        messages.c.status == Status.SENDING.value,
        messages.c.claimed_by == bindparam("dispatcher"),
        messages.c.begun_at.is_(None),
        messages.c.expires_at > bindparam("moment"),
        messages.c.recipient.is_not(None),  # erased meanwhile
        NOT_HELD,  # paused or canceled meanwhile
    )
    .values(begun_at=bindparam("moment"), attempts=messages.c.attempts + 1)
    .returning(messages.c.id)
)

_was_out = messages.c.status.in_((literal_column("'sending'"), literal_column("'unconfirmed'")))
# A receipt may have come before this answer, or a sweeper given it up: neither is overwritten.
_record_sent = (
    update(messages)
    .where(messages.c.id == bindparam("message"))
    .values(
        status=case((_was_out, literal_column("'sent'")), else_=messages.c.status),
        deadline_at=case((_was_out, bindparam("deadline", type_=BigInteger)), else_=messages.c.deadline_at),
        error_code=case((_was_out, null()), else_=messages.c.error_code),
        error_message=case((_was_out, null()), else_=messages.c.error_message),
        finished_at=case((_was_out, null()), else_=messages.c.finished_at),
        transaction_id=func.coalesce(messages.c.transaction_id, bindparam("transaction", type_=String)),
        sent_at=func.coalesce(messages.c.sent_at, bindparam("moment", type_=BigInteger)),
        captcha=null(),
    )
)


class OutcomeWriter:
    """Applies the dispatcher's writes inside a shared commit."""

    def __init__(self, endings: Endings) -> None:
        self._endings = endings

    def apply(self, connection: Connection, writes: Sequence[Write]) -> list[frozenset[str]]:
        """Return for each Begin the ids that may go out, and nothing for the others."""
        moment = now_ms()
        begun = _begin(connection, [write for write in writes if isinstance(write, Begin)], moment)
        finished = [write for write in writes if isinstance(write, Finish)]
        self._finish(connection, finished, moment)
        for write in writes:
            if isinstance(write, Release):
                release(connection, write)
            elif isinstance(write, Restart):
                _restart(connection, write)
        return [begun.intersection(write.ids) if isinstance(write, Begin) else frozenset() for write in writes]

    def _finish(self, connection: Connection, finished: Sequence[Finish], moment: int) -> None:
        sent = [write for write in finished if write.result.verdict is Verdict.ACCEPTED]
        if sent:
            _sent(connection, sent, moment)
            # A receipt may have been faster than the answer.
            numbers = [number for write in sent for number in write.recipients]
            match_parked(connection, self._endings, parked_for(connection, numbers))
        for write in finished:
            if write.result.verdict is not Verdict.ACCEPTED:
                self._record_not_accepted(connection, write, moment)
            if write.probing:
                _judge_probe(connection, write, moment)

    def _record_not_accepted(self, connection: Connection, write: Finish, moment: int) -> None:
        if write.may_fall_back:
            # What follows finds them gone.
            fall_back(connection, write.connection_id, write.ids, write.result, moment)
        match write.result.verdict:
            case Verdict.TRY_AGAIN:
                _record_not_sent(connection, write, moment + pause_before_try(write))
            case Verdict.ACCOUNT_REFUSED:
                _record_not_sent(connection, write, moment)
                reason = write.result.explanation or ""
                pause(connection, write.connection_id, write.result.code, reason, moment, probing=write.probing)
            case Verdict.REFUSED:
                self._endings.tell(connection, _record_refused(connection, write, moment), moment)
            case Verdict.IN_DOUBT:
                _record_in_doubt(connection, write, moment)


def _begin(connection: Connection, begins: Sequence[Begin], moment: int) -> frozenset[str]:
    """Mark the start of calls, for those rows that are still this dispatcher's and still in time."""
    if not begins:
        return frozenset()
    ids = [message_id for begin in begins for message_id in begin.ids]
    values = {"ids": ids, "dispatcher": begins[0].dispatcher, "moment": moment}
    return frozenset(connection.scalars(_record_begin, values))


def _sent(connection: Connection, sent: Sequence[Finish], moment: int) -> None:
    rows = [
        {
            "message": message_id,
            "transaction": write.result.transaction_id,
            "deadline": moment + write.receipt_deadline_ms,
            "moment": moment,
        }
        for write in sent
        for message_id in write.ids
    ]
    connection.execute(_record_sent, rows)


def _judge_probe(connection: Connection, write: Finish, moment: int) -> None:
    """The one message sent on a paused connection tells whether it may go on."""
    if write.result.verdict in (Verdict.ACCEPTED, Verdict.REFUSED):
        resume(connection, write.connection_id)
    elif write.result.verdict is not Verdict.ACCOUNT_REFUSED:
        postpone(connection, write.connection_id, moment + FIRST_PAUSE_MS)


def release(connection: Connection, write: Release) -> None:
    """Put rows whose call was not begun back into the queue."""
    values: dict[str, Any] = _back_in_queue()
    if write.next_attempt_at is not None:
        values["next_attempt_at"] = write.next_attempt_at
    connection.execute(
        update(messages)
        .where(messages.c.id.in_(_ids), messages.c.status == Status.SENDING.value, messages.c.begun_at.is_(None))
        .values(values),
        {"ids": write.ids},
    )


def _restart(connection: Connection, write: Restart) -> None:
    connection.execute(
        update(messages)
        .where(messages.c.id.in_(_ids), messages.c.status == Status.SENDING.value)
        .values(begun_at=None, attempts=messages.c.attempts - 1),
        {"ids": write.ids},
    )


def pause_before_try(write: Finish) -> int:
    """About 1 s, doubling to 30 s, jittered; at least what the vendor asked for. In milliseconds."""
    doubled = min(LONGEST_PAUSE_MS, SECOND * 2 ** min(write.attempts, 10))
    jittered = int(doubled * random.uniform(0.75, 1.25))  # noqa: S311 - spreads tries, guards nothing
    asked = int((write.result.retry_after or 0) * SECOND)
    return max(jittered, min(asked, 2 * LONGEST_PAUSE_MS))


def _back_in_queue() -> dict[str, Any]:
    return {
        "status": Status.QUEUED.value,
        "claimed_by": None,
        "begun_at": None,
        "deadline_at": messages.c.expires_at,
    }


def _is_on(write: Finish) -> ColumnElement[bool]:
    """A commit whose own end is not known is done again: by then the message may be with the other gateway."""
    return messages.c.connection_id == write.connection_id


def _record_not_sent(connection: Connection, write: Finish, next_attempt_at: int) -> None:
    connection.execute(
        update(messages)
        .where(messages.c.id.in_(_ids), _is_on(write), messages.c.status == Status.SENDING.value)
        .values(
            **_back_in_queue(),
            next_attempt_at=next_attempt_at,
            error_code=write.result.code,
            error_message=write.result.explanation,
        ),
        {"ids": write.ids},
    )


def _record_refused(connection: Connection, write: Finish, moment: int) -> list[str]:
    statement = (
        update(messages)
        .where(
            messages.c.id.in_(_ids),
            _is_on(write),
            messages.c.status.in_((Status.SENDING.value, Status.UNCONFIRMED.value)),
        )
        .values(
            status=Status.FAILED.value,
            deadline_at=None,
            finished_at=moment,
            captcha=None,
            error_code=write.result.code,
            error_message=write.result.explanation,
        )
        .returning(messages.c.id)
    )
    return list(connection.scalars(statement, {"ids": write.ids}))


def _record_in_doubt(connection: Connection, write: Finish, moment: int) -> None:
    connection.execute(
        update(messages)
        .where(messages.c.id.in_(_ids), _is_on(write), messages.c.status == Status.SENDING.value)
        .values(
            status=Status.UNCONFIRMED.value,
            deadline_at=moment + write.receipt_deadline_ms,
            finished_at=moment,
            transaction_id=write.result.transaction_id,
            captcha=None,
            error_code=write.result.code,
            error_message=write.result.explanation,
        ),
        {"ids": write.ids},
    )
