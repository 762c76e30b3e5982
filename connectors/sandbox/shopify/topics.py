"""What Shopify tells apps of, by the names of webhooks' headers and by those of GraphQL.

https://shopify.dev/docs/api/admin-graphql/latest/enums/WebhookSubscriptionTopic
"""

from collections.abc import Mapping
from typing import Final

TOLD: Final = (
    "orders/create",
    "orders/paid",
    "orders/updated",
    "orders/fulfilled",
    "orders/partially_fulfilled",
    "orders/cancelled",
    "refunds/create",
    "fulfillments/create",
    "fulfillments/update",
    "fulfillment_events/create",
    "checkouts/create",
    "checkouts/update",
    "checkouts/delete",
    "customers/create",
    "customers/update",
    "customers_marketing_consent/update",
)
"""What happens in the stand-in's shop."""

ONLY_FOR_APPS: Final = frozenset({"fulfillment_events/create"})
"""Topics that the page of webhooks made by hand does not have (from memory: no document lists that page's)."""

BY_HAND: Final = tuple(topic for topic in TOLD if topic not in ONLY_FOR_APPS)

_OTHERS: Final = (
    "app/uninstalled",
    "app/scopes_update",
    "orders/delete",
    "orders/edited",
    "carts/update",
    "shop/update",
)

ENUMS: Final[Mapping[str, str]] = {
    topic.replace("/", "_").upper(): topic
    for topic in (*TOLD, *_OTHERS, "products/update", "fulfillment_events/delete")
}
"""ORDERS_CREATE → orders/create. The three of privacy are not there: only an app's configuration has them."""

PRIVACY: Final = ("customers/data_request", "customers/redact", "shop/redact")


def enum_of(topic: str) -> str:
    """Return ORDERS_CREATE for orders/create."""
    return topic.replace("/", "_").upper()
