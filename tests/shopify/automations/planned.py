"""Events told in whatever order, and the steps that come of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Connection, select

from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step, of_events
from connectors.shared.automations.store import put_automation
from connectors.shared.automations.tables import automation_steps, automations
from connectors.shared.clock import DAY, HOUR, MINUTE
from connectors.shared.secrets import SecretBox
from connectors.shopify.automations.planning import Event, take
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.orders import records
from connectors.shopify.orders.reading import moment
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import Shop
from connectors.shopify.tables import RecordKind
from tests.shopify.connected import Connected
from tests.shopify.payloads import payload, topic_of

PLACED_AT = moment("2026-11-20T18:04:11+05:30") or 0
"""When the order of the payloads was placed."""
SHIPPED_AT = moment("2026-11-21T10:00:00+05:30") or 0
PAID_WINDOW_MS = 10 * MINUTE


@dataclass(frozen=True)
class Told:
    """A webhook: a payload, told at a moment, with parts of it otherwise."""

    name: str
    at: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    topic: str | None = None
    is_test: bool = False
    fresh_at: int | None = None


class Planner:
    """One shop in one transaction; `now` is when its events are worked off."""

    def __init__(self, connection: Connection, secrets: SecretBox, connected: Connected) -> None:
        self.connection, self.secrets, self.connected = connection, secrets, connected
        self.shop, self.owner = connected.shop, connected.owner
        self.now = PLACED_AT + 2 * DAY
        self.paid_window_ms = PAID_WINDOW_MS
        self._ids = count(1)

    def turn_off(self) -> None:
        """Have everything be as in a shop that never said anything."""
        self.connection.execute(automations.delete())

    def turn_on(self, *triggers: str, **given: Any) -> None:
        """Have texts of these triggers (all, where none is named) sent; `given` is what the owner decides beside."""
        for trigger in triggers or TRIGGERS:
            put_automation(self.connection, self.owner, TRIGGERS[trigger], {"enabled": True, **given})

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo what happens within, so that many lives fit into one database."""
        savepoint = self.connection.begin_nested()
        yield
        savepoint.rollback()

    def tell(self, *several: Told) -> list[Step]:
        """Have events worked off; returns the steps that the last one brought about."""
        found: list[Step] = []
        for told in several:
            found = self._take(told, self.shop)
        return found

    def tell_without_account(self, told: Told) -> None:
        """Have an event worked off of a shop that nobody sends for."""
        values = {name: getattr(self.shop, name) for name in Shop.__slots__} | {"account_id": None}
        self._take(told, Shop(**values))

    def waiting(self) -> dict[tuple[str, str], int]:
        """Return what waits, (trigger, key), and when it is due."""
        return {(step.trigger, str(step.key)): step.due_at or 0 for step in self.steps(StepStatus.WAITING)}

    def kept(self) -> Counter[str]:
        """Return how often each end came of each trigger: `order_paid skipped/duplicate`."""
        return Counter(f"{step.trigger} {told_of(step)}" for step in self.steps())

    def steps(self, status: StepStatus | None = None) -> list[Step]:
        """Return all steps, the oldest first."""
        ids = list(self.connection.scalars(select(automation_steps.c.event_id).distinct()))
        found = of_events(self.connection, self.owner, ids).values()
        steps = sorted((step for several in found for step in several), key=lambda step: step.id)
        return [step for step in steps if status is None or step.status is status]

    def end(self, trigger: str, status: StepStatus, reason: Reason | None = None) -> None:
        """Have the steps of a trigger that wait end, as the runner does it: what is skipped leaves its key free."""
        values: dict[str, Any] = {"status": status.value, "reason": reason and reason.value, "look_at": None}
        if status is StepStatus.SKIPPED:
            values["key"] = None
        which = (automation_steps.c.trigger == trigger) & (automation_steps.c.status == "waiting")
        self.connection.execute(automation_steps.update().where(which).values(**values))

    def record(self, kind: RecordKind, ref: str) -> Record | None:
        """Return what is remembered of something."""
        return records.find(self.connection, self.secrets, self.shop.id, kind, ref)

    def _take(self, told: Told, shop: Shop) -> list[Step]:
        event = Event(
            id=f"event-{next(self._ids)}",
            topic=told.topic or topic_of(told.name),
            triggered_at=told.at,
            fresh_at=told.at if told.fresh_at is None else told.fresh_at,
            is_test=told.is_test,
            body=payload(told.name, **told.changes),
        )
        take(self.connection, self.secrets, shop, event, paid_window_ms=self.paid_window_ms, now=self.now)
        return of_events(self.connection, self.owner, [event.id])[event.id]


def told_of(step: Step) -> str:
    """Return how a step stands: `waiting`, `skipped/duplicate`."""
    return step.status.value if step.reason is None else f"{step.status.value}/{step.reason.value}"


def outcomes(steps: Iterable[Step]) -> list[str]:
    """Return what came of an event: `order_placed waiting`."""
    return [f"{step.trigger} {told_of(step)}" for step in steps]


def after(since: int, *, days: float = 0, hours: float = 0, minutes: float = 0) -> int:
    """Return a moment after another."""
    return since + int(days * DAY + hours * HOUR + minutes * MINUTE)
