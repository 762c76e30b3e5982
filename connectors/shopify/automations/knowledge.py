"""What is known of what a step is about: the records that its refs name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from connectors.shared.secrets import SecretBox
from connectors.shopify.orders import records
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind


@dataclass(frozen=True, slots=True)
class Known:
    """Records; None for what a step is not about, or nothing is known of."""

    order: Record | None = None
    fulfillment: Record | None = None
    refund: Record | None = None
    checkout: Record | None = None
    customer: Record | None = None
    lately: Record | None = None
    """The newest order or checkout of a customer, where nothing else says what they are called and what they speak."""

    @property
    def locale(self) -> str | None:
        """The locale of whoever is texted, as they saw the shop."""
        told = (record.facts.get("locale") for record in (self.order, self.checkout, self.lately) if record is not None)
        return next(filter(None, told), None)

    @property
    def customer_ref(self) -> str | None:
        """Whose consent it takes."""
        told = (record.customer_ref for record in (self.customer, self.order, self.checkout) if record is not None)
        return next(filter(None, told), None)

    @property
    def someone(self) -> tuple[Record | None, ...]:
        """The records that tell of a person, the best first."""
        return self.order, self.checkout, self.customer, self.fulfillment, self.lately


def known_of(
    connection: Connection, secrets: SecretBox, shop_id: int, refs: Mapping[str, str], order: Record | None = None
) -> Known:
    """Return what is known of these (`{"order": "6012"}`); `order` is one that was asked for."""
    found: dict[str, Any] = {
        kind.value: records.find(connection, secrets, shop_id, kind, refs[kind.value])
        for kind in RecordKind
        if kind.value in refs
    }
    if "customer" in refs:
        found["lately"] = _lately(connection, secrets, shop_id, refs["customer"])
    found["order"] = found.get("order") or order
    return Known(**found)


def checkout_of(connection: Connection, secrets: SecretBox, shop_id: int, order: Record) -> Record | None:
    """Return the checkout that an order came of."""
    if order.checkout_ref is None:
        return None
    return records.find(connection, secrets, shop_id, RecordKind.CHECKOUT, order.checkout_ref)


def _lately(connection: Connection, secrets: SecretBox, shop_id: int, customer_ref: str) -> Record | None:
    of_theirs = [
        record
        for kind in (RecordKind.ORDER, RecordKind.CHECKOUT)
        for record in records.of_customer(connection, secrets, shop_id, kind, customer_ref)
    ]
    return max(of_theirs, key=lambda record: record.version, default=None)
