"""A connector's part of automations, played: shops whose orders text their buyers."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.automations.definitions import Automation, Owner, Trigger
from connectors.shared.automations.running import Ask, Ended, NotNow, Prospect, Runner
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.automations.steps import Occasion, Step
from connectors.shared.automations.store import get_automation
from connectors.shared.automations.tables import automation_steps, automations
from connectors.shared.clock import DAY
from connectors.shared.messages.hours import read_hours
from connectors.shared.messages.tables import messages
from connectors.shared.phone_numbers import read_number
from tests.shared.messages.tenants import Tenant, number_of

NOON = 1_795_262_400_000
"""2026-11-21T12:00:00Z: half past five in the afternoon in India."""
VALIDITY = DAY
HOURS = read_hours("IN=10:00-21:00,US=10:00-11:00")
PLACED = Trigger(
    name="placed",
    title="Order placed",
    about="When somebody orders.",
    texts={"en": "Hello {{ name }}"},
    fields={"name": "Their name"},
    sample={"name": "Meera"},
)
REVIEW = Trigger(
    name="review",
    title="Review",
    about="A week later.",
    texts={"en": "How was it, {{ name }}?"},
    fields={"name": "Their name"},
    sample={"name": "Meera"},
    delay_ms=7 * DAY,
    consent=Consent.MARKETING,
    hours=Hours.MARKETING,
)
TRIGGERS = {trigger.name: trigger for trigger in (PLACED, REVIEW)}

Said = Prospect | Ended | NotNow | Ask
_events = itertools.count(1)


def prospect(index: int = 1, **changes: Any) -> Prospect:
    """Somebody with a number of their own."""
    values: dict[str, Any] = {"number": read_number(number_of(index)), "values": {"name": "Meera"}}
    return Prospect(**(values | {"locale": None, "consented": True} | changes))


def occasion(key: str, trigger: str = "placed", **changes: Any) -> Occasion:
    """Something that happened at noon, in an event of its own."""
    values: dict[str, Any] = {"subject": key, "refs": {"order": key}, "event_id": f"event-{next(_events)}"}
    return Occasion(trigger=trigger, key=key, **(values | {"happened_at": NOON} | changes))


@dataclass
class Shop:
    """An owner with an account."""

    service: Service
    owner: Owner

    def decide(self, trigger: str = "placed", **columns: Any) -> None:
        """Have the owner switch an automation on, or change it."""
        key = {"owner": self.owner.name, "trigger": trigger}
        with self.service.database.write() as connection:
            of_it = update(automations).where(automations.c.owner == self.owner.name, automations.c.trigger == trigger)
            if connection.execute(of_it.values(updated_at=NOON, **columns)).rowcount == 0:
                made = {"enabled": True, "created_at": NOON, "updated_at": NOON}
                connection.execute(insert(automations).values(**(key | made | columns)))

    def automation(self, connection: Connection, trigger: str = "placed") -> Automation:
        return get_automation(connection, self.owner, TRIGGERS[trigger])

    def plan(self, key: str, trigger: str = "placed", *, wait_ms: int = 0, **changes: Any) -> Step:
        with self.service.database.write() as connection:
            automation = self.automation(connection, trigger)
            happened = occasion(key, trigger, **changes)
            return steps.plan(connection, self.owner, automation, happened, wait_ms=wait_ms, now=NOON)

    def plan_many(self, count: int, prefix: str = "order") -> list[Step]:
        with self.service.database.write() as connection:
            automation = self.automation(connection)
            return [
                steps.plan(connection, self.owner, automation, occasion(f"{prefix}:{n}"), wait_ms=0, now=NOON)
                for n in range(count)
            ]


def row(service: Service, step: Step) -> RowMapping:
    with service.database.read() as connection:
        statement = select(automation_steps).where(automation_steps.c.id == step.id)
        return connection.execute(statement).mappings().one()


def fate(service: Service, step: Step) -> tuple[str, str | None]:
    """A step's status and reason."""
    found = row(service, step)
    return found["status"], found["reason"]


def change(service: Service, step: Step, **values: Any) -> None:
    with service.database.write() as connection:
        connection.execute(update(automation_steps).where(automation_steps.c.id == step.id).values(values))


def texted(service: Service) -> list[str]:
    """What the messages in the ledger are about."""
    with service.database.read() as connection:
        return sorted(str(each) for each in connection.scalars(select(messages.c.external_id)))


@dataclass
class ScriptedSource:
    """Says of each step what a test wants: by its key, else that somebody is to be texted."""

    owners: dict[str, Owner] = field(default_factory=dict)
    said: dict[str, Said | Callable[[Any], Said]] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    answer: Callable[[Step], Any] = lambda step: step.key
    connector: str = "tests"
    triggers: dict[str, Trigger] = field(default_factory=lambda: dict(TRIGGERS))

    def owner(self, connection: Connection, name: str) -> Owner | None:
        return self.owners.get(name)

    def prospect(self, connection: Connection, step: Step, automation: Automation, now: int, asked: Any = None) -> Said:
        key = str(step.key)
        self.judged.append(key)
        said = self.said.get(key, prospect())
        return said(asked) if callable(said) else said

    def ask(self, step: Step) -> Any:
        self.asked_for.append(str(step.key))
        return self.answer(step)

    def add(self, tenant: Tenant, key: str = "1") -> Shop:
        """Add a shop that texts its buyers when they order."""
        owner = Owner("tests", key, tenant.account_id)
        self.owners[owner.name] = owner
        shop = Shop(tenant.service, owner)
        shop.decide()
        return shop

    def runner(self, service: Service) -> Runner:
        return Runner(service.database, service.acceptor, service.secrets, HOURS, self, validity_ms=VALIDITY)


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do something in so many threads at once; returns what each returned."""
    barrier = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(index: int) -> None:
        barrier.wait()
        results[index] = work(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
