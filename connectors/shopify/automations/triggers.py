"""What may happen in a shop, in the order in which a buyer lives through it."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.shared.automations.definitions import Trigger
from connectors.shared.automations.states import Consent, Hours
from connectors.shared.clock import DAY, HOUR
from connectors.shopify.automations import fields, sample
from connectors.shopify.automations.texts import texts_of

ABANDONED_MS: Final = HOUR
REVIEW_MS: Final = 7 * DAY

ORDER_PLACED: Final = "order_placed"
ORDER_PAID: Final = "order_paid"
ORDER_CANCELLED: Final = "order_cancelled"
ORDER_REFUNDED: Final = "order_refunded"
ORDER_SHIPPED: Final = "order_shipped"
OUT_FOR_DELIVERY: Final = "out_for_delivery"
ORDER_DELIVERED: Final = "order_delivered"
CHECKOUT_ABANDONED: Final = "checkout_abandoned"
REVIEW_REQUEST: Final = "review_request"
WELCOME: Final = "welcome"

_BUYER: Final = {**fields.SHOP, **fields.CUSTOMER}
_ORDER: Final = {**_BUYER, **fields.ORDER}
_PARCEL: Final = {**_ORDER, **fields.PARCEL}
_MARKETING: Final[Mapping[str, Any]] = {"consent": Consent.MARKETING, "hours": Hours.MARKETING}


def _trigger(name: str, title: str, about: str, shown: Mapping[str, str], **more: Any) -> Trigger:
    values = sample.of_fields(shown)
    return Trigger(name=name, title=title, about=about, texts=texts_of(name), fields=shown, sample=values, **more)


_ALL: Final = (
    _trigger(
        ORDER_PLACED,
        "Order placed",
        "To whoever ordered, at once. An order that is paid as it is placed, or soon after, is told of once: by this.",
        _ORDER,
    ),
    _trigger(
        ORDER_PAID,
        "Order paid",
        "To whoever ordered, once an order is paid that was not paid when it was placed: cash on delivery, a transfer.",
        _ORDER,
    ),
    _trigger(
        ORDER_CANCELLED,
        "Order cancelled",
        "To whoever ordered, at once. Whatever else waits about the order is stopped.",
        {**_ORDER, **fields.CANCELLATION},
    ),
    _trigger(
        ORDER_REFUNDED,
        "Order refunded",
        "To whoever ordered, once for each time that money goes back to them.",
        {**_ORDER, **fields.REFUND},
    ),
    _trigger(
        ORDER_SHIPPED,
        "Order shipped",
        "To whoever ordered, once for each parcel. Waits up to 15 minutes for the tracking link, then goes without.",
        _PARCEL,
        delay_ms=None,
    ),
    _trigger(
        OUT_FOR_DELIVERY,
        "Out for delivery",
        "To whoever ordered, each time that the carrier sets out with a parcel; of carriers that tell Shopify.",
        _PARCEL,
    ),
    _trigger(
        ORDER_DELIVERED,
        "Order delivered",
        "To whoever ordered, once for each parcel; of carriers that tell Shopify.",
        _PARCEL,
    ),
    _trigger(
        CHECKOUT_ABANDONED,
        "Checkout abandoned",
        "To whoever left a checkout an hour ago without buying, and said yes to marketing by SMS.",
        {**_BUYER, **fields.CHECKOUT},
        delay_ms=ABANDONED_MS,
        **_MARKETING,
    ),
    _trigger(
        REVIEW_REQUEST,
        "Review request",
        "To whoever ordered and said yes to marketing by SMS, 7 days after the last parcel was delivered; after it was "
        "shipped, where the carrier tells nothing.",
        _ORDER,
        delay_ms=REVIEW_MS,
        after=(ORDER_PLACED, ORDER_SHIPPED, ORDER_DELIVERED),
        **_MARKETING,
    ),
    _trigger(
        WELCOME,
        "Welcome",
        "To whoever says yes to marketing by SMS, once.",
        _BUYER,
        **_MARKETING,
    ),
)

TRIGGERS: Final[Mapping[str, Trigger]] = {trigger.name: trigger for trigger in _ALL}
"""By name: order_placed, order_paid, order_cancelled, order_refunded, order_shipped, out_for_delivery, order_delivered,
checkout_abandoned, review_request, welcome."""
