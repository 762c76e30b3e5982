"""Checkouts that somebody left: told of once, unless they come back and buy.

A checkout is updated again and again while its buyer types, and each time the wait begins anew.
https://shopify.dev/docs/api/webhooks, checkouts/*
"""

from typing import Final

from connectors.shared.automations.states import StepStatus
from connectors.shopify.automations import subjects
from connectors.shopify.automations.happening import About, Happening, Known
from connectors.shopify.automations.triggers import ABANDONED_MS, CHECKOUT_ABANDONED
from connectors.shopify.orders.facts import checkout_record
from connectors.shopify.orders.reading import token
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind

_BOUGHT: Final = "They bought."
_DELETED: Final = "The checkout is gone."
_GONE_AT: Final = "gone_at"
"""A fact of ours: when a checkout was deleted. No older event of it that comes later takes that back."""


def told(it: Happening) -> None:
    """Somebody began a checkout, or went on with it."""
    record = it.read(checkout_record)
    if record is None:
        return
    checkout = it.remember(record)
    ended = _why_ended(it, checkout.newest)
    if ended is None:
        _wait(it, checkout)
    else:
        _end(it, checkout, ended)


def deleted(it: Happening) -> None:
    """A checkout is gone; what Shopify tells of it may lack its token, and have that of its cart alone."""
    own, cart = token(it.body.get("token")), token(it.body.get("cart_token"))
    known = it.of_checkout(RecordKind.CHECKOUT, None, cart) if own is None else []
    for found in [own] if own is not None else [record.ref for record in known]:
        gone = {_GONE_AT: it.event.triggered_at}
        it.remember(Record(RecordKind.CHECKOUT, found, None, None, found, cart, 0, gone))
        it.stop(subjects.of_checkout(found), _DELETED)


def bought(it: Happening, order: Record) -> None:
    """Stop what waits of the checkout that an order came of, and of others of its cart."""
    found = {order.checkout_ref} if order.checkout_ref is not None else set()
    if order.cart_ref is not None:
        found |= {record.ref for record in it.of_checkout(RecordKind.CHECKOUT, None, order.cart_ref)}
    for ref in sorted(found):
        it.stop(subjects.of_checkout(ref), _BOUGHT)


def _wait(it: Happening, checkout: Known) -> None:
    about = _about(checkout)
    step = it.step(about.trigger, about.key)
    if step is None:
        # While it is off, that is kept once, not with each letter that somebody types.
        if checkout.before is None or it.event.is_replay or it.is_on(about.trigger):
            it.plan(about, wait_ms=ABANDONED_MS)
    elif step.status is StepStatus.WAITING:
        due_at = it.event.fresh_at + it.delay_of(about.trigger, ABANDONED_MS)
        if step.due_at is None or step.due_at < due_at:
            it.move(about.trigger, about.key, due_at)
    elif it.event.topic == "checkouts/create" or it.event.is_replay:
        it.plan(about, wait_ms=ABANDONED_MS)  # keeps that it was told already


def _end(it: Happening, checkout: Known, words: str) -> None:
    about = _about(checkout)
    if it.step(about.trigger, about.key) is not None:
        it.stop(about.subject, words)
    elif checkout.before is None:
        it.call_off(about, words)


def _why_ended(it: Happening, checkout: Record) -> str | None:
    if checkout.facts.get(_GONE_AT) is not None:
        return _DELETED
    if checkout.facts.get("completed_at") is not None:
        return _BOUGHT
    # A cart is gone once it was bought: whatever order has its token, or the checkout's own, is this one's.
    return _BOUGHT if it.of_checkout(RecordKind.ORDER, checkout.ref, checkout.cart_ref) else None


def _about(checkout: Known) -> About:
    name = subjects.of_checkout(checkout.ref)
    return About(CHECKOUT_ABANDONED, key=name, subject=name, refs={RecordKind.CHECKOUT.value: checkout.ref})
