"""Steps that are due: read with a fair share for each owner, and what was decided about them kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, func, select, update

from connectors.shared.automations.judging import Send, Verdict, Wait
from connectors.shared.automations.sources import Ended
from connectors.shared.automations.states import StepStatus
from connectors.shared.automations.steps import STEP_COLUMNS, Step, read_step
from connectors.shared.automations.tables import IS_WAITING, automation_steps
from connectors.shared.messages.accept import Acceptor


@dataclass(frozen=True, slots=True)
class Sent:
    """A step whose message is in the ledger now, in the same transaction; `about` is the prospect's."""

    step: Step
    message_id: str
    about: Any = field(repr=False)


Listener = Callable[[Connection, Sequence[Sent]], None]

_row = automation_steps.c
_ids: BindParameter[str] = bindparam("ids", expanding=True)
_by_id = update(automation_steps).where(_row.id == bindparam("step"))
_SEND: Final = _by_id.values(
    status=StepStatus.SENT.value,
    message_id=bindparam("message"),
    reason=None,
    words=None,
    look_at=None,
    finished_at=bindparam("moment"),
)
_END: Final = _by_id.values(
    status=bindparam("ended"),
    key=bindparam("kept_key"),
    reason=bindparam("because"),
    words=bindparam("detail"),
    look_at=None,
    finished_at=bindparam("moment"),
)
_WAIT: Final = _by_id.values(look_at=bindparam("looks_at"), due_at=bindparam("is_due_at"), tries=bindparam("tried"))


def due_steps(connection: Connection, connector: str, now: int, most: int) -> list[Step]:
    """Return steps of a connector to be looked at: the first of each owner, then the second of each, and so on."""
    rank = func.row_number().over(partition_by=_row.owner, order_by=_row.look_at)
    due = (
        select(_row.id, _row.look_at, rank.label("rank"))
        .where(IS_WAITING, _row.look_at <= now, _row.owner.startswith(f"{connector}:", autoescape=True))
        .order_by("rank", _row.look_at)
        .limit(most)
        .subquery()
    )
    statement = select(*STEP_COLUMNS).join(due, due.c.id == _row.id).order_by(due.c.rank, due.c.look_at)
    return [read_step(row) for row in connection.execute(statement).mappings()]


def waiting_steps(connection: Connection, ids: Sequence[str]) -> dict[str, Step]:
    """Return those of the steps that wait still, by id."""
    statement = select(*STEP_COLUMNS).where(_row.id.in_(_ids), IS_WAITING)
    return {row["id"]: read_step(row) for row in connection.execute(statement, {"ids": ids}).mappings()}


def keep(
    connection: Connection,
    acceptor: Acceptor,
    judged: Sequence[tuple[Step, Verdict]],
    now: int,
    on_sent: Listener | None = None,
) -> list[Step]:
    """Keep what was decided, messages and steps as one; returns the steps that it was kept for.

    A step that is no longer as it was read was moved, stopped or taken by somebody else: it is left alone. Call
    `acceptor.announce()` once it is committed.
    """
    unchanged = _lock_unchanged(connection, [step for step, _ in judged])
    judged = [(step, verdict) for step, verdict in judged if step.id in unchanged]
    sends = [(step, verdict) for step, verdict in judged if isinstance(verdict, Send)]
    accepted = acceptor.accept_within(connection, [verdict.message for _, verdict in sends]) if sends else []
    sent = [Sent(step, each.id, verdict.about) for (step, verdict), each in zip(sends, accepted, strict=True)]
    _execute(connection, _SEND, ({"step": each.step.id, "message": each.message_id, "moment": now} for each in sent))
    if sent and on_sent is not None:
        on_sent(connection, sent)
    ends = ((step, verdict) for step, verdict in judged if isinstance(verdict, Ended))
    _execute(connection, _END, (_ended(step, verdict, now) for step, verdict in ends))
    waits = ((step, verdict) for step, verdict in judged if isinstance(verdict, Wait))
    _execute(connection, _WAIT, (_waiting(step, verdict) for step, verdict in waits))
    return [step for step, _ in judged]


def _lock_unchanged(connection: Connection, steps: Sequence[Step]) -> set[str]:
    """Return the ids of those that are as they were read; nobody changes them until this transaction ends."""
    statement = select(_row.id, _row.look_at, _row.due_at).where(IS_WAITING, _row.id.in_(_ids))
    # What is locked is in somebody else's hands: it is not waited for, so that no two wait for each other.
    locked = statement.with_for_update(skip_locked=True)
    rows = connection.execute(locked, {"ids": [step.id for step in steps]})
    now_there = {row.id: (row.look_at, row.due_at) for row in rows}
    return {step.id for step in steps if now_there.get(step.id) == (step.look_at, step.due_at)}


def _execute(connection: Connection, statement: Any, values: Iterable[dict[str, Any]]) -> None:
    rows = list(values)
    if rows:
        connection.execute(statement, rows)


def _ended(step: Step, verdict: Ended, now: int) -> dict[str, Any]:
    return {
        "step": step.id,
        "ended": verdict.status.value,
        # What was skipped leaves its key to a later event about the same.
        "kept_key": None if verdict.status is StepStatus.SKIPPED else step.key,
        "because": verdict.reason.value,
        "detail": verdict.words,
        "moment": now,
    }


def _waiting(step: Step, verdict: Wait) -> dict[str, Any]:
    due_at = step.due_at if verdict.due_at is None else verdict.due_at
    return {"step": step.id, "looks_at": verdict.look_at, "is_due_at": due_at, "tried": verdict.tries}
