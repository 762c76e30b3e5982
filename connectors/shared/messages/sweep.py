"""What keeps every row moving: each state that is no end has a deadline, and this looks at those that passed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, select, update

from connectors.shared.clock import DAY, SECOND
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.receipts import Taker, all_parked, give_up, match_parked, untaken
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import HAS_DEADLINE, IS_SENDING, dispatchers, messages

LEASE_MS = 12 * SECOND
"""A dispatcher that has not said so for this long is taken for dead."""

EMBEDDED_LEASE_MS = 120 * SECOND
"""Where the kernel tells of its death at once (`liveness`), only one that hangs is meant: a busy disk is no death."""

SLICE = 2_000
"""Rows moved in one transaction, so that nobody waits long for a turn to write."""


LONGEST_CALL_MS = 300 * SECOND
"""A call is over long before, also where a token had to be minted and the database was away for a while."""

_BACK_IN_QUEUE: dict[str, Any] = {"status": "queued", "claimed_by": None, "deadline_at": messages.c.expires_at}


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Moves rows whose deadline has passed. Durations in milliseconds."""

    endings: Endings
    receipt_deadline_ms: int
    lease_ms: int = LEASE_MS

    def sweep(self, connection: Connection, moment: int) -> bool:
        """Do one slice of each kind; True when there may be more."""
        busy = [
            self._make_due(connection, moment),
            self._expire_unsent(connection, moment),
            self._close_unanswered(connection, moment),
            self._close_unconfirmed(connection, moment),
            self._recover_from_the_dead(connection, moment),
            self._end_forgotten(connection, moment),
        ]
        return max(busy) >= SLICE

    def _make_due(self, connection: Connection, moment: int) -> int:
        return _move(connection, Status.SCHEDULED, moment, {"status": "queued", "deadline_at": messages.c.expires_at})

    def _expire_unsent(self, connection: Connection, moment: int) -> int:
        return self._end(
            connection,
            Status.QUEUED,
            moment,
            Status.FAILED,
            "expired_unsent",
            "It could not be sent while it was still of use, so it was not sent late.",
        )

    def _close_unanswered(self, connection: Connection, moment: int) -> int:
        return self._end(
            connection,
            Status.SENT,
            moment,
            Status.UNKNOWN,
            "no_receipt",
            "The vendor took it and never said what became of it.",
        )

    def _close_unconfirmed(self, connection: Connection, moment: int) -> int:
        """Past its deadline nobody expects an answer: it stays unconfirmed, and who asked is told so."""
        past = _past_deadline(Status.UNCONFIRMED, moment)
        ids = list(connection.scalars(_forget_deadline(past)))
        self.endings.tell(connection, ids, moment)
        return len(ids)

    def _recover_from_the_dead(self, connection: Connection, moment: int) -> int:
        """Rows of a dispatcher that is gone: begun calls are in doubt, the others simply go back."""
        alive = select(dispatchers.c.id).where(dispatchers.c.heartbeat_at > moment - self.lease_ms)
        orphaned = and_(IS_SENDING, messages.c.claimed_by.not_in(alive))
        back = connection.execute(
            update(messages).where(orphaned, messages.c.begun_at.is_(None)).values(_BACK_IN_QUEUE)
        ).rowcount
        doubted = connection.execute(
            update(messages).where(orphaned, messages.c.begun_at.is_not(None)).values(self._in_doubt(moment))
        ).rowcount
        # Rows that a live dispatcher holds are few, so a slice is never the limit here.
        return 0 if back + doubted < SLICE else SLICE

    def _end_forgotten(self, connection: Connection, moment: int) -> int:
        """Rows past their validity that a living dispatcher lost track of: no call takes so long."""
        forgotten = and_(
            _past_deadline(Status.SENDING, moment),
            messages.c.begun_at.is_not(None),
            messages.c.begun_at < moment - LONGEST_CALL_MS,
        )
        doubted = int(connection.execute(_statement(forgotten, self._in_doubt(moment))).rowcount)
        unsent = and_(_past_deadline(Status.SENDING, moment), messages.c.begun_at.is_(None))
        back = int(connection.execute(_statement(unsent, _BACK_IN_QUEUE)).rowcount)
        return max(doubted, back)

    def _in_doubt(self, moment: int) -> dict[str, Any]:
        return {
            "status": Status.UNCONFIRMED.value,
            "finished_at": moment,
            "deadline_at": moment + self.receipt_deadline_ms,
            "captcha": None,
            "error_code": "interrupted",
            "error_message": (
                "The service was stopped while this was being sent, so it may or may not have gone out. "
                "A receipt or a person settles it."
            ),
        }

    def _end(self, connection: Connection, state: Status, moment: int, end: Status, code: str, why: str) -> int:
        values = {
            "status": end.value,
            "error_code": code,
            "error_message": why,
            "finished_at": moment,
            "deadline_at": None,
            "captcha": None,
        }
        past = _past_deadline(state, moment)
        ids = list(connection.scalars(_statement(past, values).returning(messages.c.id)))
        self.endings.tell(connection, ids, moment)
        return len(ids)


def rematch(connection: Connection, endings: Endings, taker: Taker, moment: int, after_id: int = 0) -> int:
    """Try parked receipts once more; returns the last one tried, 0 at the end."""
    give_up(connection, moment - 3 * DAY)
    parked = all_parked(connection, after_id, SLICE)
    match_parked(connection, endings, untaken(connection, taker, parked))
    return (parked[-1].row_id or 0) if len(parked) == SLICE else 0


def register_dispatcher(connection: Connection, moment: int) -> int:
    """Say that a dispatcher lives; returns its id."""
    result = connection.execute(
        insert(dispatchers).values(started_at=moment, heartbeat_at=moment).returning(dispatchers.c.id)
    )
    return int(result.scalar_one())


def heartbeat(connection: Connection, dispatcher: int, moment: int) -> None:
    """Say that it still lives, and forget those long dead."""
    connection.execute(update(dispatchers).where(dispatchers.c.id == dispatcher).values(heartbeat_at=moment))
    holds_rows = exists().where(IS_SENDING, messages.c.claimed_by == dispatchers.c.id)
    connection.execute(delete(dispatchers).where(dispatchers.c.heartbeat_at < moment - DAY, ~holds_rows))


def record_ended(connection: Connection, ended: Sequence[int]) -> None:
    """Say that dispatchers ended, so that whatever they still held is taken over at once.

    Their rows stay until they hold nothing: SQLite gives the last id anew, and with it what is left of its work.
    """
    connection.execute(update(dispatchers).where(dispatchers.c.id.in_(ended)).values(heartbeat_at=0))


def _past_deadline(state: Status, moment: int) -> ColumnElement[bool]:
    return and_(HAS_DEADLINE, messages.c.deadline_at <= moment, messages.c.status == state.value)


def _statement(condition: ColumnElement[bool], values: dict[str, Any]) -> Any:
    """Move a slice of the rows that a condition holds for."""
    chosen = select(messages.c.id).where(condition).limit(SLICE).with_for_update(skip_locked=True).cte("chosen")
    return update(messages).where(messages.c.id.in_(select(chosen.c.id))).values(values)


def _move(connection: Connection, state: Status, moment: int, values: dict[str, Any]) -> int:
    return int(connection.execute(_statement(_past_deadline(state, moment), values)).rowcount)


def _forget_deadline(condition: ColumnElement[bool]) -> Any:
    return _statement(condition, {"deadline_at": None}).returning(messages.c.id)
