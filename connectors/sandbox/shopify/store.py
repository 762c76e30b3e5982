"""A shop with its shelves: customers, checkouts, orders; and what tells the world of them."""

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers

from connectors.sandbox.shopify import catalog
from connectors.sandbox.shopify.records import Buyer, Checkout, Customer, Line, Order, Parcel

FIRST_ORDER: Final = 1_001
MOST: Final = 1_000
"""Orders and checkouts that are remembered, the newest."""

Told = tuple[str, dict[str, Any]]
"""A topic and its payload."""
Tell = Callable[["Store", Sequence[Told], str], None]
"""Sends webhooks of one thing that happened; the text says for people what it is about."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as Shopify knows it; `domain` is x.myshopify.com."""

    id: int
    domain: str
    name: str
    currency: str
    country_code: str
    timezone: str


class Store:
    """One shop. Whoever changes it holds `changing()`."""

    def __init__(self, shop: Shop, ids: Iterator[int], tell: Tell) -> None:
        self._lock = threading.RLock()
        self._ids = ids
        self._tell = tell
        self.shop = shop
        self.url = f"https://{shop.domain}"
        """Where its pages are, as payloads have it."""
        self.customers: dict[str, Customer] = {}
        self.checkouts: dict[str, Checkout] = {}
        self.orders: dict[int, Order] = {}
        self._number = FIRST_ORDER

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let nobody else change the shop meanwhile."""
        with self._lock:
            yield

    def tell(self, told: Sequence[Told], about: str) -> None:
        """Send webhooks of one thing that happened."""
        self._tell(self, told, about)

    def now(self) -> datetime:
        """Return this moment where the shop is."""
        return datetime.now(ZoneInfo(self.shop.timezone))

    def new_id(self) -> int:
        return next(self._ids)

    def new_number(self) -> int:
        """Return the number of a new order."""
        self._number += 1
        return self._number - 1

    def order(self, order_id: int) -> Order:
        """Raises KeyError."""
        return self.orders[order_id]

    def parcel(self, parcel_id: int) -> tuple[Order, Parcel]:
        """Raises KeyError."""
        for order in self.orders.values():
            for parcel in order.parcels:
                if parcel.id == parcel_id:
                    return order, parcel
        raise KeyError(parcel_id)

    def customer(self, customer_id: int) -> Customer:
        """Raises KeyError."""
        for one in self.customers.values():
            if one.id == customer_id:
                return one
        raise KeyError(customer_id)

    def lines(self, wanted: Iterable[tuple[str, int]]) -> list[Line]:
        """Return lines of products by (sku, quantity). Raises KeyError."""
        found = ((catalog.product(sku), quantity) for sku, quantity in wanted)
        currency = self.shop.currency
        return [
            Line(self.new_id(), one.sku, one.title, quantity, Decimal(one.prices[currency])) for one, quantity in found
        ]

    def keep(self, order: Order) -> None:
        """Remember an order; the oldest is forgotten once there are too many."""
        self.orders[order.id] = order
        while len(self.orders) > MOST:
            self.orders.pop(next(iter(self.orders)))

    def keep_checkout(self, checkout: Checkout) -> None:
        """Remember a checkout; the oldest is forgotten once there are too many."""
        self.checkouts[checkout.token] = checkout
        while len(self.checkouts) > MOST:
            self.checkouts.pop(next(iter(self.checkouts)))

    def clear(self) -> None:
        """Forget who bought what."""
        with self._lock:
            self.customers.clear()
            self.checkouts.clear()
            self.orders.clear()
            self._number = FIRST_ORDER


def e164(buyer: Buyer) -> str | None:
    """Return a phone as `+919816123456`, None where it cannot be one of the buyer's country."""
    try:
        parsed = phonenumbers.parse(buyer.phone or "", buyer.country_code)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def new_token() -> str:
    """Return what stands for a cart, a checkout or an order in links."""
    return secrets.token_hex(16)
