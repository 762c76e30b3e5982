"""What an event means: a text is planned, or one that waits is stopped, in the event's own transaction."""

from typing import Final

from sqlalchemy import Connection

from connectors.pipedrive.automations.inbox import Event
from connectors.pipedrive.automations.triggers import PERSON_ADDED, STAGE_PREFIX, deal_in_stage, person_added
from connectors.shared.automations import steps
from connectors.shared.automations.definitions import Owner, Trigger
from connectors.shared.automations.states import StepStatus
from connectors.shared.automations.steps import Occasion, Step
from connectors.shared.automations.store import get_automation
from connectors.shared.clock import DAY

AGAIN_MS: Final = DAY
"""A deal that is dragged to and fro on its board is not told of each time that it passes a stage."""
_LEFT: Final = "The deal left this stage before."
_OVER: Final = "The deal was lost or deleted before."


def take(connection: Connection, owner: Owner, event: Event, now: int) -> None:
    """Plan and stop what an event means for a company's automations. What is switched off leaves no trace."""
    if "person" in event.refs:
        _plan(connection, owner, person_added(), f"person:{event.refs['person']}", event, now)
    elif "ended" in event.refs:
        _stop(connection, owner, event, _OVER, now)
    elif "stage" in event.refs:
        _stop(connection, owner, event, _LEFT, now)
        _enter(connection, owner, event, now)


def _enter(connection: Connection, owner: Owner, event: Event, now: int) -> None:
    stage_id = int(event.refs["stage"])
    key = f"{_subject(event)}:stage:{stage_id}"
    before = _keyed(connection, owner, event, f"{STAGE_PREFIX}{stage_id}")
    if before:
        # Where it came back since, that is a moment of its own.
        key = next((step.key for step in before if _covers(step, event)), None) or f"{key}:{event.happened_at}"
    _plan(connection, owner, deal_in_stage(stage_id), key, event, now)


def _covers(step: Step, event: Event) -> bool:
    """Whether a step about a deal in a stage is about its coming now, too: the same, a later one, or one that texted
    within a day of it."""
    sent_lately = step.status is StepStatus.SENT and event.happened_at - step.happened_at < AGAIN_MS
    return event.happened_at <= step.happened_at or sent_lately


def _keyed(connection: Connection, owner: Owner, event: Event, trigger: str) -> list[Step]:
    of_deal = steps.of_subject(connection, owner, _subject(event))
    return [step for step in of_deal if step.trigger == trigger and step.key is not None]


def _plan(connection: Connection, owner: Owner, trigger: Trigger, key: str, event: Event, now: int) -> None:
    automation = get_automation(connection, owner, trigger)
    if not automation.enabled:
        return
    subject = key if trigger.name == PERSON_ADDED else _subject(event)
    occasion = Occasion(trigger.name, key, subject, event.refs, event.id, event.happened_at)
    steps.plan(connection, owner, automation, occasion, wait_ms=0, now=now)


def _stop(connection: Connection, owner: Owner, event: Event, words: str, now: int) -> None:
    """Stop what waits about a deal, whatever it entered before; what it entered since stays: events may come late."""
    for step in steps.of_subject(connection, owner, _subject(event)):
        if step.status is StepStatus.WAITING and step.happened_at < event.happened_at and step.key is not None:
            steps.stop(connection, owner, step.subject, words=words, now=now, key=step.key)


def _subject(event: Event) -> str:
    return f"deal:{event.refs['deal']}"
