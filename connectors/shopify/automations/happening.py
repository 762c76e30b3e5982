"""An event on its way into records and steps: what its handlers work with, all in the event's own transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from connectors.shared.automations import steps
from connectors.shared.automations.definitions import Automation, Owner
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Occasion, Step
from connectors.shared.automations.store import list_automations
from connectors.shared.secrets import SecretBox
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.orders import kept_consent, records
from connectors.shopify.orders.countries import reader_of
from connectors.shopify.orders.phones import Numbers, Reader, numbers_of
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import Shop
from connectors.shopify.tables import RecordKind

_TEST: Final = "This is a test: nobody is texted."

FactsReader = Callable[[Mapping[str, Any], int], Record | None]


@dataclass(frozen=True, slots=True)
class Event:
    """An event, read. `fresh_at` is when it counts from: when it was triggered, or replayed by hand."""

    id: str
    topic: str
    triggered_at: int
    fresh_at: int
    is_test: bool
    body: Mapping[str, Any] = field(repr=False)
    numbers: Numbers = field(default_factory=dict, repr=False, compare=False)
    """What was read of its phones so far."""
    _records: dict[FactsReader, Record | None] = field(default_factory=dict, repr=False, compare=False)

    def read(self, reader: FactsReader) -> Record | None:
        """Read the body, once: it is read before a transaction is opened, since that takes its time."""
        if reader not in self._records:
            self._records[reader] = reader(self.body, self.triggered_at)
        return self._records[reader]

    @property
    def is_replay(self) -> bool:
        """Whether somebody wants it taken as if nobody had been told."""
        return self.fresh_at != self.triggered_at


@dataclass(frozen=True, slots=True)
class About:
    """What a text is about: `steps.Occasion` without the event."""

    trigger: str
    key: str
    subject: str
    refs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of something before the event, and what is now."""

    before: Record | None
    newest: Record

    @property
    def ref(self) -> str:
        """Its id."""
        return self.newest.ref

    def was(self, fact: str) -> Any:
        """Return a fact as it was known before."""
        return None if self.before is None else self.before.facts.get(fact)

    def fact(self, name: str) -> Any:
        """Return a fact as it is known now."""
        return self.newest.facts.get(name)


@dataclass(slots=True)
class Batch:
    """What events share that are worked off together: their shop's automations and country are read once."""

    automations: Mapping[str, Automation]
    """By trigger; empty for a shop without an account."""
    phones: Reader
    is_due: bool = False
    """Whether a text waits now that is due already."""


def batch_of(connection: Connection, shop: Shop) -> Batch:
    """Return what the events of a shop share."""
    found = [] if shop.owner is None else list_automations(connection, shop.owner, TRIGGERS)
    return Batch({automation.trigger: automation for automation in found}, reader_of(connection, shop))


class Happening:
    """One event of one shop. Of a shop without an account everything is remembered, and nothing planned."""

    def __init__(
        self,
        connection: Connection,
        secrets: SecretBox,
        shop: Shop,
        event: Event,
        batch: Batch,
        *,
        paid_window_ms: int,
        now: int,
    ) -> None:
        self._connection = connection
        self._secrets = secrets
        self._batch: Final = batch
        self._owner: Final[Owner | None] = shop.owner
        self.shop: Final = shop
        self.event: Final = event
        self.body: Final = event.body
        self.paid_window_ms: Final = paid_window_ms
        self.now: Final = now
        self.is_test = event.is_test
        """Whether nobody is texted of it; handlers say so once they know of a test order."""

    def read(self, reader: FactsReader) -> Record | None:
        """Read what the event tells."""
        return self.event.read(reader)

    def remember(self, record: Record) -> Known:
        """Keep what an event tells; what a test notification tells is made up."""
        if self.event.is_test:
            return Known(self.find(record.kind, record.ref), record)
        phones = self._batch.phones
        numbers = numbers_of(record, phones.shop_country, phones.calling_code, known=self.event.numbers)
        return Known(*records.add(self._connection, self._secrets, self.shop.id, record, numbers))

    def find(self, kind: RecordKind, ref: str | None) -> Record | None:
        """Return what is known of something."""
        return None if ref is None else records.find(self._connection, self._secrets, self.shop.id, kind, ref)

    def of_checkout(self, kind: RecordKind, checkout_ref: str | None, cart_ref: str | None) -> list[Record]:
        """Return the orders of a checkout, or the checkouts of an order, by either token."""
        return records.of_checkout(self._connection, self._secrets, self.shop.id, kind, checkout_ref, cart_ref)

    def forget(self, kind: RecordKind, ref: str) -> None:
        """Forget what is known of something."""
        if not self.event.is_test:
            records.forget(self._connection, self.shop.id, [(kind, ref)])
            if kind is RecordKind.CUSTOMER:
                kept_consent.forget(self._connection, self._secrets, self.shop.id, customers=[ref])

    def had_said_yes(self, customer_ref: str) -> bool:
        """Whether a customer of whom no more is known had said yes to marketing by SMS."""
        return kept_consent.is_subscribed(self._connection, self.shop.id, customer_ref)

    def automation(self, trigger: str) -> Automation | None:
        """Return a trigger as the shop has it; None for a shop without an account."""
        return self._batch.automations.get(trigger)

    def is_on(self, trigger: str) -> bool:
        """Whether a text of this is sent at all."""
        automation = self.automation(trigger)
        return automation is not None and automation.enabled

    def delay_of(self, trigger: str, otherwise: int) -> int:
        """Return how long a text waits: as the shop wants, or as we do."""
        automation = self.automation(trigger)
        return otherwise if automation is None or automation.delay_ms is None else automation.delay_ms

    def step(self, trigger: str, key: str) -> Step | None:
        """Return the text about something that waits, was sent or was stopped."""
        return None if self._owner is None else steps.find(self._connection, self._owner, trigger, key)

    def plan(self, about: About, *, wait_ms: int = 0, happened_at: int | None = None) -> None:
        """Plan a text, or keep why there is none."""
        automation = self.automation(about.trigger)
        if self._owner is None or automation is None:
            return
        if self.is_test:
            self._record(about, StepStatus.SKIPPED, Reason.TEST_ORDER, _TEST)
            return
        occasion = self._occasion(about, happened_at)
        step = steps.plan(self._connection, self._owner, automation, occasion, wait_ms=wait_ms, now=self.now)
        if step.status is StepStatus.WAITING and step.due_at is not None:
            self._batch.is_due |= step.due_at <= self.now

    def skip(self, about: About, reason: Reason, words: str) -> None:
        """Keep why nobody is texted, if they would have been."""
        self._refuse(about, StepStatus.SKIPPED, reason, words)

    def call_off(self, about: About, words: str) -> None:
        """Keep that a text was called off before it could be planned."""
        self._refuse(about, StepStatus.STOPPED, Reason.CANCELED, words)

    def stop(
        self,
        subject: str,
        words: str,
        *,
        triggers: Collection[str] | None = None,
        key: str | None = None,
        for_good: bool = True,
    ) -> None:
        """Stop what waits about a subject; unless it is `for_good` something later may plan it anew."""
        if self._owner is not None and not self.event.is_test:
            how: dict[str, Any] = {"triggers": triggers, "key": key, "for_good": for_good}
            steps.stop(self._connection, self._owner, subject, words=words, now=self.now, **how)

    def parcels_of(self, order_ref: str) -> list[Record]:
        """Return what is known of an order's parcels."""
        return records.of_order(self._connection, self._secrets, self.shop.id, RecordKind.FULFILLMENT, order_ref)

    def move(self, trigger: str, key: str, due_at: int) -> None:
        """Have what waits be due at another time."""
        if self._owner is not None and not self.event.is_test:
            steps.move(self._connection, self._owner, trigger, key, due_at)
            self._batch.is_due |= due_at <= self.now

    def hasten(self, subjects: Iterable[str]) -> None:
        """Have what waits for something to be known looked at now."""
        if self._owner is not None and not self.event.is_test:
            for subject in subjects:
                self._batch.is_due |= steps.hasten(self._connection, self._owner, subject, self.now)

    def _refuse(self, about: About, status: StepStatus, reason: Reason, words: str) -> None:
        if self.is_on(about.trigger) and not self.is_test:
            self._record(about, status, reason, words)
        else:
            self.plan(about)  # keeps that instead

    def _record(self, about: About, status: StepStatus, reason: Reason, words: str) -> None:
        if self._owner is not None:
            steps.record(
                self._connection,
                self._owner,
                self._occasion(about, None),
                status=status,
                reason=reason,
                words=words,
                now=self.now,
            )

    def _occasion(self, about: About, happened_at: int | None) -> Occasion:
        return Occasion(
            trigger=about.trigger,
            key=about.key,
            subject=about.subject,
            refs=about.refs,
            event_id=self.event.id,
            happened_at=self.event.fresh_at if happened_at is None else happened_at,
        )
