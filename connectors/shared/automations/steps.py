"""Steps: planned when something happens, moved or stopped by what happens later. Each function is one statement or two.

All of them work in the caller's transaction, so that a step and the event that brought it about are kept as one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import uuid_utils
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.automations.definitions import Automation, Owner
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.tables import IS_WAITING, automation_steps
from connectors.shared.automations.tables import automations as decisions
from connectors.shared.clock import first_id, to_rfc3339

SLICE: Final = 1_000
DISABLED: Final = "This automation is switched off."
_TAKEN: Final = {
    StepStatus.WAITING: "A text about this waits to be sent already.",
    StepStatus.SENT: "A text about this was sent already.",
    StepStatus.STOPPED: "The text about this was stopped.",
}

_row = automation_steps.c
_values_of: BindParameter[str] = bindparam("values", expanding=True)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened. `refs` are ids by which the connector finds the rest; no number, name or text."""

    trigger: str
    key: str
    """What it is about: `order:6012`. There is one text for it, whatever comes twice."""
    subject: str
    """What stops it: `order:6012`, `checkout:a1b2`."""
    refs: Mapping[str, str]
    event_id: str
    happened_at: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step as its row has it; moments are UTC milliseconds."""

    id: str
    owner: str
    account_id: int
    trigger: str
    key: str | None
    subject: str
    refs: Mapping[str, str]
    event_id: str
    status: StepStatus
    reason: Reason | None
    words: str | None
    happened_at: int
    due_at: int | None
    look_at: int | None
    message_id: str | None
    created_at: int
    tries: int = 0


STEP_COLUMNS: Final = tuple(_row[name] for name in Step.__dataclass_fields__)

# Made once: to make them costs more than to have them executed, and each event has several.
_of_subject = (_row.owner == bindparam("whose")) & (_row.subject == bindparam("about"))
_FIND: Final = select(*STEP_COLUMNS).where(
    _row.owner == bindparam("whose"), _row.trigger == bindparam("of_trigger"), _row.key == bindparam("of_key")
)
_HASTEN: Final = (
    update(automation_steps)
    .where(IS_WAITING, _of_subject, _row.due_at <= bindparam("moment"), _row.look_at > bindparam("moment"))
    .values(look_at=bindparam("moment"))
)
_STOP_ALL: Final = (
    update(automation_steps)
    .where(IS_WAITING, _row.owner == bindparam("whose"))
    .values(status=StepStatus.STOPPED.value, reason=Reason.CANCELED.value, words=bindparam("detail"))
    .values(look_at=None, finished_at=bindparam("moment"))
)
_STOP: Final = _STOP_ALL.where(_row.subject == bindparam("about")).returning(_row.id)
_INSERTS: Final = {
    dialect: made(automation_steps)
    .on_conflict_do_nothing(index_elements=[_row.owner, _row.trigger, _row.key])
    .returning(_row.id)
    for dialect, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def read_step(row: RowMapping) -> Step:
    """Return what a row of STEP_COLUMNS says."""
    return Step(
        **{
            **row,
            "refs": orjson.loads(row["refs"]),
            "status": StepStatus(row["status"]),
            "reason": None if row["reason"] is None else Reason(row["reason"]),
        }
    )


def plan(
    connection: Connection, owner: Owner, automation: Automation, occasion: Occasion, *, wait_ms: int, now: int
) -> Step:
    """Plan a text, due `wait_ms` after it happened, or after the automation's own delay.

    Returns what was kept: a step that waits, or one that says why there is none (disabled, duplicate). A key whose step
    was skipped is free again; one that waits, was sent or was stopped is taken.
    """
    if not automation.enabled:
        return _skip(connection, owner, occasion, Reason.DISABLED, DISABLED, now)
    wait = wait_ms if automation.delay_ms is None else automation.delay_ms
    due_at = occasion.happened_at + wait
    step = _make(owner, occasion, now, key=occasion.key, status=StepStatus.WAITING, due_at=due_at)
    while not _insert(connection, step):
        taken = find(connection, owner, occasion.trigger, occasion.key)
        if taken is not None:  # else it was skipped this moment, and its key is free again
            return _skip(connection, owner, occasion, Reason.DUPLICATE, _TAKEN[taken.status], now)
    return step


def record(
    connection: Connection,
    owner: Owner,
    occasion: Occasion,
    *,
    status: StepStatus,
    reason: Reason,
    words: str,
    now: int,
) -> Step:
    """Keep why nobody is texted; the key stays free."""
    step = _make(owner, occasion, now, status=status, reason=reason, words=words)
    _insert(connection, step, finished_at=now)
    return step


def stop(
    connection: Connection,
    owner: Owner,
    subject: str,
    *,
    words: str,
    now: int,
    triggers: Collection[str] | None = None,
    key: str | None = None,
    for_good: bool = True,
) -> list[str]:
    """Stop what waits about a subject as canceled, all of it, or these triggers or this key alone.

    Unless it is `for_good` its key is free again: something later may plan it anew. Returns the ids of the steps.
    """
    values: dict[str, Any] = {"whose": owner.name, "about": subject, "detail": words, "moment": now}
    statement = _STOP if for_good else _STOP.values(key=None)
    if triggers is not None:
        statement = statement.where(_row.trigger.in_(sorted(triggers)))
    if key is not None:
        statement = statement.where(_row.key == key)
    return list(connection.scalars(statement, values))


def stop_all(connection: Connection, owner: Owner, *, words: str, now: int) -> None:
    """Stop everything of an owner that waits."""
    connection.execute(_STOP_ALL, {"whose": owner.name, "detail": words, "moment": now})


def move(connection: Connection, owner: Owner, trigger: str, key: str, due_at: int) -> bool:
    """Have a step that waits be due at another time; False where none waits."""
    about = (_row.trigger == trigger) & (_row.key == key)
    statement = update(automation_steps).where(IS_WAITING, _of(owner), about)
    return connection.execute(statement.values(due_at=due_at, look_at=due_at)).rowcount > 0


def hasten(connection: Connection, owner: Owner, subject: str, now: int) -> bool:
    """Have steps of a subject that are due, and wait for something to be known, looked at now; False: none does."""
    return connection.execute(_HASTEN, {"whose": owner.name, "about": subject, "moment": now}).rowcount > 0


def find(connection: Connection, owner: Owner, trigger: str, key: str) -> Step | None:
    """Return the step about something, None where there is none: what was skipped is not found."""
    about = {"whose": owner.name, "of_trigger": trigger, "of_key": key}
    row = connection.execute(_FIND, about).mappings().first()
    return None if row is None else read_step(row)


def of_subject(connection: Connection, owner: Owner, subject: str) -> list[Step]:
    """Return all steps about a subject, oldest first, those that only record among them."""
    statement = select(*STEP_COLUMNS).where(_of(owner), _row.subject == subject).order_by(_row.id)
    return [read_step(row) for row in connection.execute(statement).mappings()]


def of_events(connection: Connection, owner: Owner, event_ids: Sequence[str]) -> dict[str, list[Step]]:
    """Return the steps that each event brought about, oldest first; none is an empty list."""
    found: dict[str, list[Step]] = {event_id: [] for event_id in event_ids}
    statement = select(*STEP_COLUMNS).where(_row.event_id.in_(_values_of), _of(owner)).order_by(_row.id)
    for some in _slices(list(found)):
        for row in connection.execute(statement, {"values": some}).mappings():
            found[row["event_id"]].append(read_step(row))
    return found


def outcome(step: Step) -> dict[str, Any]:
    """Return a step as users see it: trigger, status, reason, detail, due_at (RFC 3339), message_id."""
    return {
        "trigger": step.trigger,
        "status": step.status.value,
        "reason": None if step.reason is None else step.reason.value,
        "detail": step.words,
        "due_at": to_rfc3339(step.due_at),
        "message_id": step.message_id,
    }


def message_ids(connection: Connection, owner: Owner, subjects: Sequence[str] | None = None) -> list[str]:
    """Return the messages of an owner, or of these subjects alone."""
    statement = select(_row.message_id).where(_of(owner), _row.message_id.is_not(None)).order_by(_row.id)
    if subjects is None:
        return list(connection.scalars(statement))
    of_some = statement.where(_row.subject.in_(_values_of))
    return [each for some in _slices(subjects) for each in connection.scalars(of_some, {"values": some})]


def remove_owner(connection: Connection, owner_name: str, *, automations: bool) -> None:
    """Forget an owner's steps, and with `automations` what they decided, too."""
    connection.execute(delete(automation_steps).where(_row.owner == owner_name))
    if automations:
        connection.execute(delete(decisions).where(decisions.c.owner == owner_name))


def purge(connection: Connection, before_ms: int) -> int:
    """Forget steps that ended before a moment; returns how many: SLICE where there may be more."""
    # An id begins with when it was made: what is younger is not looked through.
    old = select(_row.id).where(_row.id < first_id(before_ms), _row.finished_at < before_ms).order_by(_row.id)
    return connection.execute(delete(automation_steps).where(_row.id.in_(old.limit(SLICE)))).rowcount


def _skip(connection: Connection, owner: Owner, occasion: Occasion, reason: Reason, words: str, now: int) -> Step:
    return record(connection, owner, occasion, status=StepStatus.SKIPPED, reason=reason, words=words, now=now)


def _make(
    owner: Owner,
    occasion: Occasion,
    now: int,
    *,
    status: StepStatus,
    key: str | None = None,
    reason: Reason | None = None,
    words: str | None = None,
    due_at: int | None = None,
) -> Step:
    return Step(
        id=str(uuid_utils.uuid7()),
        owner=owner.name,
        account_id=owner.account_id,
        trigger=occasion.trigger,
        key=key,
        subject=occasion.subject,
        refs=dict(occasion.refs),
        event_id=occasion.event_id,
        status=status,
        reason=reason,
        words=words,
        happened_at=occasion.happened_at,
        due_at=due_at,
        look_at=due_at,
        message_id=None,
        created_at=now,
    )


def _insert(connection: Connection, step: Step, finished_at: int | None = None) -> bool:
    """Insert a step; False where its key is taken."""
    values: dict[str, Any] = {column.name: getattr(step, column.name) for column in STEP_COLUMNS}
    values |= {"refs": orjson.dumps(step.refs).decode(), "status": step.status.value, "finished_at": finished_at}
    values["reason"] = None if step.reason is None else step.reason.value
    return connection.execute(_INSERTS[connection.dialect.name], values).first() is not None


def _of(owner: Owner) -> ColumnElement[bool]:
    return _row.owner == owner.name


def _slices(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + SLICE] for start in range(0, len(values), SLICE)]
