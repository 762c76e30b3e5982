"""What a text is tried with: the shop's own name, and an order as its webhooks tell it."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.shared.clock import now_ms
from connectors.shopify.automations import triggers
from connectors.shopify.automations.knowledge import Known
from connectors.shopify.automations.values import values_of
from connectors.shopify.orders.facts import (
    checkout_record,
    customer_record,
    fulfillment_record,
    order_record,
    refund_record,
)
from connectors.shopify.shops import Shop

_NAMELESS: Final = {"id": 1, "token": "1"}
"""What stands for the id of a body that has none: nothing is kept of it."""


def trial_of(shop: Shop, trigger: str, body: Mapping[str, Any] | None) -> tuple[dict[str, Any], str | None]:
    """Return values to try a text with, and the locale of whoever it is for; what they lack is a sample's.

    `body` is an order as `orders/create` tells it, with its fulfillments and refunds; for checkout_abandoned it is a
    checkout, for welcome a customer.
    """
    known = Known() if body is None else _known(trigger, _NAMELESS | dict(body))
    return values_of(shop, known), known.locale


def _known(trigger: str, body: Mapping[str, Any]) -> Known:
    moment = now_ms()
    if trigger == triggers.CHECKOUT_ABANDONED:
        return Known(checkout=checkout_record(body, moment))
    if trigger == triggers.WELCOME:
        return Known(customer=customer_record(body, moment))
    parcel, refund = _newest(body, "fulfillments"), _newest(body, "refunds")
    return Known(
        order=order_record(body, moment),
        fulfillment=None if parcel is None else fulfillment_record(parcel, moment),
        refund=None if refund is None else refund_record(refund, moment),
    )


def _newest(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the last of what an order holds several of."""
    found = body.get(name)
    last = found[-1] if isinstance(found, list) and found else None
    return _NAMELESS | last if isinstance(last, dict) else None
