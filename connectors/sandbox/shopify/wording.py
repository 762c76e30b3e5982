"""Words that the stand-in for Shopify shows people."""

from typing import Final

SCOPES: Final = {
    "read_orders": "See your orders",
    "write_orders": "Change your orders",
    "read_all_orders": "See all of your orders, the old ones too",
    "read_fulfillments": "See what you shipped",
    "read_customers": "See your customers and whether they want to be texted",
    "write_customers": "Tell Shopify that a customer wants no more texts",
}
"""What an app may do, by scope."""
