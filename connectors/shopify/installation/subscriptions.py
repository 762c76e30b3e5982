"""A shop's subscriptions to webhooks, as the Admin API lists and makes them.

https://shopify.dev/docs/api/admin-graphql/latest/mutations/webhookSubscriptionCreate
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.shopify.errors import NotAllowed, Refused
from connectors.shopify.platform.admin import AdminApi
from connectors.shopify.platform.answers import user_errors

TOPICS: Final = (
    "app/uninstalled",
    "orders/create",
    "orders/paid",
    "orders/updated",
    "orders/cancelled",
    "orders/delete",
    "refunds/create",
    "fulfillments/create",
    "fulfillments/update",
    "fulfillment_events/create",
    "checkouts/create",
    "checkouts/update",
    "checkouts/delete",
    "customers_marketing_consent/update",
)
"""What an app of ours or of the shop's own hears of. The three of privacy come by the app's configuration alone."""
_MOST_PAGES: Final = 20
_THERE_ALREADY: Final = "already been taken"
_LIST: Final = """
query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_CREATE: Final = """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}
"""


def topics_at(admin: AdminApi, shop_id: int, uri: str) -> set[str]:
    """Return the topics (`ORDERS_CREATE`) that a shop tells this address of. Raises ShopifyError."""
    return {str(node.get("topic")).upper() for node in _listed(admin, shop_id) if _address(node) == uri}


def subscribe(admin: AdminApi, shop_id: int, topic: str, uri: str) -> str | None:
    """Have a shop tell this address of a topic; returns why it does not, in words, None where it does.

    Raises ShopifyError where it is worth another try.
    """
    given = {"topic": enum_of(topic), "webhookSubscription": {"uri": uri}}
    try:
        made = admin.query(shop_id, _CREATE, given).get("webhookSubscriptionCreate")
    except (NotAllowed, Refused) as error:
        return str(error)
    words = user_errors(made)
    if words is not None:
        return None if _THERE_ALREADY in words else words
    is_made = isinstance(made, Mapping) and isinstance(made.get("webhookSubscription"), Mapping)
    return None if is_made else "Shopify did not say why it does not tell of this."


def enum_of(topic: str) -> str:
    """Return ORDERS_CREATE for orders/create."""
    return topic.replace("/", "_").upper()


def _listed(admin: AdminApi, shop_id: int) -> Iterator[Mapping[str, Any]]:
    after: Any = None
    for _ in range(_MOST_PAGES):
        page = admin.query(shop_id, _LIST, {"after": after}).get("webhookSubscriptions")
        if not isinstance(page, Mapping):
            return
        yield from _nodes(page)
        info = page.get("pageInfo")
        if not isinstance(info, Mapping) or not info.get("hasNextPage") or not info.get("endCursor"):
            return
        after = info["endCursor"]


def _nodes(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    nodes = page.get("nodes")
    if not isinstance(nodes, list):
        edges = page.get("edges")
        nodes = [edge.get("node") for edge in edges if isinstance(edge, Mapping)] if isinstance(edges, list) else []
    return (node for node in nodes if isinstance(node, Mapping))


def _address(node: Mapping[str, Any]) -> str | None:
    """Return where a subscription leads: `uri`, which was `callbackUrl` and `endpoint.callbackUrl` before 2025."""
    endpoint = node.get("endpoint")
    of_endpoint = endpoint.get("callbackUrl") if isinstance(endpoint, Mapping) else None
    return node.get("uri") or node.get("callbackUrl") or of_endpoint
