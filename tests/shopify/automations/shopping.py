"""A shop, what is told of it, and a look at any step of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from connectors.service import Service
from connectors.shared.automations.running import Ask, Ended, NotNow, Prospect
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.automations.store import get_automation
from connectors.shared.automations.tables import automation_steps
from connectors.shopify.automations.looking import Asked
from connectors.shopify.automations.source import ShopifySource
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.errors import ShopifyError
from connectors.shopify.orders import facts, records
from connectors.shopify.orders.phones import numbers_of
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import change_shop
from tests.shopify.connected import Connected
from tests.shopify.payloads import CHECKOUT, ORDER, PARCEL, payload

THEN: Final = 1_795_300_000_000
READERS: Final = {
    "orders": facts.order_record,
    "fulfillments": facts.fulfillment_record,
    "fulfillment": facts.fulfillment_event_record,
    "refunds": facts.refund_record,
    "checkouts": facts.checkout_record,
    "customers": facts.customer_record,
}
ORDER_REFS: Final = {"order": ORDER}
PARCEL_REFS: Final = {"order": ORDER, "fulfillment": PARCEL}
CHECKOUT_REFS: Final = {"checkout": CHECKOUT}
STOPPED: Final = (StepStatus.STOPPED, Reason.CANCELED)
NO_NUMBER: Final = (StepStatus.SKIPPED, Reason.NO_NUMBER)


@dataclass(slots=True)
class Admin:
    """The Admin API as a script: what it returns, or raises."""

    answer: Mapping[str, Any] | ShopifyError | None = None
    asked: list[tuple[int, str]] = field(default_factory=list)

    def order(self, shop_id: int, order_ref: str) -> Mapping[str, Any] | None:
        self.asked.append((shop_id, order_ref))
        if isinstance(self.answer, ShopifyError):
            raise self.answer
        return self.answer


class Shopping:
    """A shop, what is told of it, and its source."""

    def __init__(self, service: Service, connected: Connected) -> None:
        self.service = service
        self.connected = connected
        self.shop_id = connected.shop.id
        self.admin = Admin()
        self.source = ShopifySource(service.database, service.secrets, self.admin)  # type: ignore[arg-type]

    def tell(self, name: str, /, **changes: Any) -> Record:
        """Have an event be remembered."""
        reader = facts.consent_record if "marketing_consent" in name else READERS[name.partition("_")[0]]
        record = reader(payload(name, **changes), THEN)
        assert record is not None
        with self.service.database.write() as connection:
            numbers = numbers_of(record, "IN")
            return records.remember(connection, self.service.secrets, self.shop_id, record, numbers)

    def change(self, **values: Any) -> None:
        with self.service.database.write() as connection:
            change_shop(connection, self.shop_id, **values)

    def step(self, trigger: str, refs: Mapping[str, str]) -> Step:
        return Step(
            id="a",
            owner=self.connected.owner.name,
            account_id=self.connected.account_id,
            trigger=trigger,
            key="k",
            subject="s",
            refs=refs,
            event_id="e",
            status=StepStatus.WAITING,
            reason=None,
            words=None,
            happened_at=THEN,
            due_at=THEN,
            look_at=THEN,
            message_id=None,
            created_at=THEN,
        )

    def keep(self, step: Step) -> None:
        """Have a step be there."""
        row = {name: getattr(step, name) for name in Step.__dataclass_fields__} | {"refs": "{}"}
        with self.service.database.write() as connection:
            connection.execute(automation_steps.insert().values(row))

    def look(
        self, trigger: str, refs: Mapping[str, str], *, later: int = 0, asked: Asked | None = None, **decided: Any
    ) -> Prospect | Ended | NotNow | Ask:
        """Look at a step so much later than what it is about."""
        with self.service.database.read() as connection:
            automation = get_automation(connection, self.connected.owner, TRIGGERS[trigger])
            automation = replace(automation, **decided)
            return self.source.prospect(connection, self.step(trigger, refs), automation, THEN + later, asked)

    def texted(self, trigger: str, refs: Mapping[str, str], **how: Any) -> Prospect:
        found = self.look(trigger, refs, **how)
        assert isinstance(found, Prospect), found
        return found


def outcome(found: object) -> tuple[StepStatus, Reason]:
    """Return how a step ended."""
    assert isinstance(found, Ended), found
    return found.status, found.reason
