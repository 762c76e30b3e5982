"""What our app asks a shop to be let do. `deploy/shopify.app.toml` says the same.

https://shopify.dev/docs/api/usage/access-scopes
"""

from collections.abc import Iterable
from typing import Final

SCOPES: Final = (
    # Webhooks of orders, refunds and checkouts (https://shopify.dev/docs/api/webhooks), and an order that is looked up.
    "read_orders",
    "read_fulfillments",  # webhooks of parcels and of what their carriers tell
    "read_customers",  # webhooks of consent
    # Telling of a STOP: https://shopify.dev/docs/api/admin-graphql/latest/mutations/customerSmsMarketingConsentUpdate
    "write_customers",
)
REQUESTED: Final = ",".join(SCOPES)


def missing(granted: str | None) -> tuple[str, ...]:
    """Return the scopes that a shop did not grant; who may write may read, and Shopify then names only the former."""
    given = set(split(granted or ""))
    given |= {f"read_{scope.removeprefix('write_')}" for scope in given if scope.startswith("write_")}
    return tuple(scope for scope in SCOPES if scope not in given)


def split(scope: str) -> Iterable[str]:
    """Return the names in a list of scopes, between commas or spaces."""
    return scope.replace(",", " ").split()
