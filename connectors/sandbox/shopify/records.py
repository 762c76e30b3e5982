"""Buyers, carts, orders and parcels as the shop keeps them. Moments are of the wall's clock, with their zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


class Misplaced(Exception):
    """What was asked for cannot be done to this any more; the text says why."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """What somebody fills in at the checkout; `phone` as they type it."""

    first_name: str = "Meera"
    last_name: str = "Example"
    email: str | None = None
    phone: str | None = None
    country_code: str = "IN"
    city: str = "Pune"
    zip: str = "411001"
    locale: str | None = "en"
    accepts_sms: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Line:
    """Some of one product."""

    id: int
    sku: str
    title: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(slots=True)
class Customer:
    """Somebody the shop knows; `phone` is E.164."""

    id: int
    buyer: Buyer
    phone: str | None
    created_at: datetime
    updated_at: datetime
    sms_state: str = "not_subscribed"
    consented_at: datetime | None = None


@dataclass(slots=True)
class Checkout:
    """A cart that somebody is about to pay for; `sms_phone` is E.164, once they want texts."""

    id: int
    token: str
    cart_token: str
    buyer: Buyer
    lines: list[Line]
    customer: Customer | None
    sms_phone: str | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None


@dataclass(slots=True)
class Parcel:
    """A fulfillment."""

    id: int
    number: int
    order_id: int
    lines: list[Line]
    created_at: datetime
    updated_at: datetime
    status: str = "success"
    shipment_status: str | None = None
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back."""

    id: int
    transaction_id: int
    amount: Decimal
    created_at: datetime
    note: str | None


@dataclass(slots=True)
class Order:
    """An order; `extra` replaces fields of its payloads, for cases that the shop does not play."""

    id: int
    number: int
    token: str
    buyer: Buyer
    customer: Customer
    lines: list[Line]
    currency: str
    gateway: str
    created_at: datetime
    updated_at: datetime
    checkout: Checkout | None = None
    paid: bool = False
    test: bool = False
    source_name: str = "web"
    tags: str = ""
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    parcels: list[Parcel] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), Decimal(0))

    @property
    def financial_status(self) -> str:
        if self.refunds:
            return "refunded" if self.refunded >= self.subtotal else "partially_refunded"
        return "paid" if self.paid else "voided" if self.cancelled_at else "pending"

    @property
    def fulfillment_status(self) -> str | None:
        if not self.parcels:
            return None
        return "partial" if self.unshipped() else "fulfilled"

    def unshipped(self) -> list[Line]:
        """Return what is in no parcel yet."""
        shipped: dict[int, int] = {}
        for line in (line for parcel in self.parcels if parcel.status != "cancelled" for line in parcel.lines):
            shipped[line.id] = shipped.get(line.id, 0) + line.quantity
        left = ((line, line.quantity - shipped.get(line.id, 0)) for line in self.lines)
        return [Line(line.id, line.sku, line.title, count, line.price) for line, count in left if count > 0]
