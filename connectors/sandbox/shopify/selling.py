"""What buyers do: fill in a checkout, leave it, buy, and say whether they want texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from connectors.sandbox.shopify import payloads
from connectors.sandbox.shopify.records import Buyer, Checkout, Customer, Line, Misplaced, Order
from connectors.sandbox.shopify.store import Store, Told, e164, new_token

CARD: Final = "card"
CASH: Final = "cash"
GATEWAYS: Final = {CARD: "bogus", CASH: "Cash on Delivery (COD)"}
"""Shopify's own name of its gateway for tries is bogus."""

Cart = Sequence[tuple[str, int]]
"""Products by their SKU, and how many."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """How somebody buys."""

    payment: str = CARD
    test: bool = False
    source_name: str = "web"
    tags: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def put_checkout(store: Store, token: str | None, cart: Cart, buyer: Buyer) -> Checkout:
    """Fill in a checkout, a new one where `token` is None. Raises KeyError, and Misplaced once it was paid for."""
    with store.changing():
        now = store.now()
        known = store.checkouts[token] if token is not None else None
        if known is not None and known.completed_at is not None:
            raise Misplaced("This checkout was paid for.")
        # Whoever has typed only half of a number is nobody yet.
        told, customer = _meet(store, buyer, now) if e164(buyer) or buyer.email else ([], None)
        checkout = known or _new_checkout(store, buyer, now)
        if customer is not None and checkout.sms_phone is not None and not buyer.accepts_sms:
            told.append(_say(customer, "unsubscribed", now))
        checkout.lines = store.lines(cart)
        checkout.buyer, checkout.customer, checkout.updated_at = buyer, customer, now
        checkout.sms_phone = e164(buyer) if buyer.accepts_sms else None
        store.keep_checkout(checkout)
        topic = "checkouts/create" if known is None else "checkouts/update"
        store.tell([*told, (topic, payloads.checkout(store, checkout))], f"checkout of {buyer.name}")
        return checkout


def drop_checkout(store: Store, token: str) -> None:
    """Delete a checkout. Raises KeyError."""
    with store.changing():
        checkout = store.checkouts.pop(token)
        told = payloads.dropped_checkout(store, checkout)
        store.tell([("checkouts/delete", told)], f"checkout of {checkout.buyer.name}")


def buy(store: Store, token: str | None, cart: Cart, buyer: Buyer, how: Purchase) -> Order:
    """Buy what is in a checkout, or without one. Raises KeyError, and Misplaced once it was paid for."""
    with store.changing():
        now = store.now()
        checkout = store.checkouts[token] if token is not None else None
        if checkout is not None and checkout.completed_at is not None:
            raise Misplaced("This checkout was paid for.")
        told, customer = _meet(store, buyer, now)
        order = _new_order(store, store.lines(cart), buyer, customer, how, now)
        store.keep(order)
        if checkout is not None:
            order.checkout = checkout
            checkout.completed_at = checkout.updated_at = now
        shown = payloads.order(store, order)
        told.append(("orders/create", shown))
        if order.paid:
            told += [("orders/paid", shown), ("orders/updated", shown)]
        if checkout is not None:
            told.append(("checkouts/update", payloads.checkout(store, checkout)))
        store.tell(told, f"order {order.name}")
        return order


def consent(store: Store, customer_id: int, state: str) -> Customer:
    """Have a customer say whether they want texts: `subscribed` or `unsubscribed`. Raises KeyError."""
    with store.changing():
        customer = store.customer(customer_id)
        store.tell([_say(customer, state, store.now())], f"{customer.buyer.name}: {state}")
        return customer


def _meet(store: Store, buyer: Buyer, now: datetime) -> tuple[list[Told], Customer]:
    """Return the customer that a buyer is, a new one perhaps, and what is to be told of them."""
    key = e164(buyer) or buyer.email or new_token()
    customer = store.customers.get(key)
    told: list[Told] = []
    if customer is None:
        customer = store.customers[key] = Customer(store.new_id(), buyer, e164(buyer), now, now)
        told.append(("customers/create", payloads.customer(customer)))
    elif replace(customer.buyer, accepts_sms=False) != replace(buyer, accepts_sms=False):
        customer.buyer, customer.updated_at = buyer, now
        told.append(("customers/update", payloads.customer(customer)))
    if buyer.accepts_sms and customer.phone and customer.sms_state != "subscribed":
        told.append(_say(customer, "subscribed", now))
    return told, customer


def _say(customer: Customer, state: str, now: datetime) -> Told:
    """Have a customer say whether they want texts; returns what is to be told of it."""
    customer.sms_state, customer.consented_at = state, now
    return "customers_marketing_consent/update", payloads.consent(customer)


def _new_checkout(store: Store, buyer: Buyer, now: datetime) -> Checkout:
    return Checkout(store.new_id(), new_token(), new_token(), buyer, [], None, None, now, now)


def _new_order(
    store: Store, lines: list[Line], buyer: Buyer, customer: Customer, how: Purchase, now: datetime
) -> Order:
    return Order(
        id=store.new_id(),
        number=store.new_number(),
        token=new_token(),
        buyer=buyer,
        customer=customer,
        lines=lines,
        currency=store.shop.currency,
        gateway=GATEWAYS[how.payment],
        created_at=now,
        updated_at=now,
        paid=how.payment == CARD,
        test=how.test,
        source_name=how.source_name,
        tags=how.tags,
        extra=how.extra,
    )
