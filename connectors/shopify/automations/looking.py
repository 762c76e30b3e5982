"""One look at a step of a shop that is due: what keeps it from being sent, or who is texted."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from connectors.shared.automations.definitions import Automation
from connectors.shared.automations.running import Ask, Ended, NotNow, Prospect
from connectors.shared.automations.states import Consent, Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.clock import MINUTE, SECOND
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.secrets import SecretBox
from connectors.shopify.automations import triggers, underway
from connectors.shopify.automations.knowledge import Known, checkout_of
from connectors.shopify.automations.standing import CANCELLED, is_called_off, is_test
from connectors.shopify.automations.values import values_of
from connectors.shopify.orders import consent, kept_consent, records
from connectors.shopify.orders.phones import Candidate, Reader, best_number, candidates
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import Shop
from connectors.shopify.tables import RecordKind

PATIENCE_MS: Final = 15 * MINUTE
"""How long an order that was not told of yet is waited for."""
LOOK_MS: Final = 30 * SECOND

_OF_CANCELLED: Final = frozenset((triggers.ORDER_CANCELLED, triggers.ORDER_REFUNDED))
_TEST: Final = Ended(StepStatus.SKIPPED, Reason.TEST_ORDER, "This is a test order.")
_CANCELLED: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, CANCELLED)
_PARCEL_CANCELLED: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, "The parcel was cancelled.")
_BOUGHT: Final = Ended(StepStatus.STOPPED, Reason.CANCELED, "The checkout was completed.")
_UNKNOWN: Final = Ended(
    StepStatus.SKIPPED, Reason.NO_NUMBER, "No number to text: Shopify has not told of the order, or of who it is."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What Shopify said about an order: the order, that there is none, or (`later`) that it cannot say right now."""

    order: Record | None = field(default=None, repr=False)
    later: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """All that one look needs; `asked` is None where Shopify was not asked."""

    connection: Connection
    secrets: SecretBox = field(repr=False)
    shop: Shop
    step: Step
    automation: Automation
    known: Known
    reader: Reader
    now: int
    asked: Asked | None

    def result(self) -> Prospect | Ended | NotNow | Ask:
        """Say who is texted, or why nobody is."""
        return self._hindrance() or self._without_order() or self._prospect()

    def _hindrance(self) -> Ended | NotNow | None:
        order, parcel = self.known.order, self.known.fulfillment
        if is_test(order):
            return _TEST
        if _is_cancelled(order) and self.step.trigger not in _OF_CANCELLED:
            return _CANCELLED
        if parcel is not None and parcel.facts.get("status") in underway.GONE:
            return _PARCEL_CANCELLED
        if self.step.trigger == triggers.CHECKOUT_ABANDONED and self._is_bought():
            return _BOUGHT
        if self.step.trigger == triggers.REVIEW_REQUEST and self.automation.after is None:
            return self._not_delivered()
        return None

    def _is_bought(self) -> bool:
        checkout = self.known.checkout
        if checkout is None:
            return False
        tokens = (checkout.checkout_ref, checkout.cart_ref)
        orders = records.of_checkout(self.connection, self.secrets, self.shop.id, RecordKind.ORDER, *tokens)
        return checkout.facts.get("completed_at") is not None or bool(orders)

    def _not_delivered(self) -> Ended | NotNow | None:
        wait_ms = triggers.REVIEW_MS if self.automation.delay_ms is None else self.automation.delay_ms
        order_ref = self.step.refs.get("order", "")
        parcels = records.of_order(self.connection, self.secrets, self.shop.id, RecordKind.FULFILLMENT, order_ref)
        return underway.not_yet(parcels, self.step.happened_at + wait_ms, self.now)

    def _without_order(self) -> Ask | NotNow | Ended | None:
        """Say what comes of a step whose order nobody told of.

        A parcel may tell enough; else the order is asked for where the shop lets us, or awaited.
        """
        if "order" not in self.step.refs or self.known.order is not None:
            return None
        if isinstance(self._best(candidates(self.known.fulfillment)), PhoneNumber):
            return None
        if self.asked is None and self.shop.is_app and self.shop.uninstalled_at is None:
            return Ask()
        if self.asked is not None and self.asked.later:
            return NotNow(self.now + MINUTE)
        deadline = self.step.happened_at + PATIENCE_MS
        return NotNow(min(self.now + LOOK_MS, deadline)) if self.now < deadline else _UNKNOWN

    def _prospect(self) -> Prospect | Ended:
        known = self.known
        phones = candidates(*known.someone)
        willing = self._willing(phones) if self.automation.consent is Consent.MARKETING else None
        number = willing or self._best(phones)
        if isinstance(number, str):
            return Ended(StepStatus.SKIPPED, Reason.NO_NUMBER, number)
        values = values_of(self.shop, known)
        return Prospect(number=number, values=values, locale=known.locale, consented=willing is not None)

    def _willing(self, phones: list[Candidate]) -> PhoneNumber | None:
        """Return the number that they said yes to marketing at, the one that they named as they did so first."""
        own = consent.said_by(
            self.connection, self.secrets, self.shop.id, customer_ref=self.known.customer_ref, checkout=self._checkout()
        )
        read = (self._best([candidate]) for candidate in [*consent.named_in(own), *phones])
        numbers = dict.fromkeys(number for number in read if isinstance(number, PhoneNumber))
        return next((number for number in numbers if self._said_yes(own, number)), None)

    def _said_yes(self, own: list[Record], number: PhoneNumber) -> bool:
        of_number = consent.said_at(self.connection, self.secrets, self.shop.id, number.digits)
        kept_as = kept_consent.digests(self.secrets, number.digits)
        return consent.allows(own, of_number, number.digits, self.reader, kept_as)

    def _checkout(self) -> Record | None:
        known = self.known
        if known.checkout is not None or known.order is None:
            return known.checkout
        return checkout_of(self.connection, self.secrets, self.shop.id, known.order)

    def _best(self, phones: list[Candidate]) -> PhoneNumber | str:
        return best_number(phones, self.reader)


def _is_cancelled(order: Record | None) -> bool:
    # Of an order that was asked for there was no event.
    return is_called_off(order) or (order is not None and order.facts.get("cancelled_at") is not None)
