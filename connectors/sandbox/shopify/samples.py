"""What "Send test notification" sends: an order of nobody, in the shape of the topic."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.shopify import payloads
from connectors.sandbox.shopify.catalog import PRODUCTS
from connectors.sandbox.shopify.records import Buyer, Checkout, Customer, Line, Order, Parcel, Refund

if TYPE_CHECKING:
    from connectors.sandbox.shopify.store import Store

ORDER_ID = 820_982_911_946_154_508
"""The id of Shopify's own sample, which is beyond 53 bits."""


def sample(store: "Store", topic: str) -> dict[str, Any]:
    """Return a payload of a topic, about nobody; `{}` for topics that the shop does not play."""
    now, currency = store.now(), store.shop.currency
    buyer = Buyer("Jon", "Sample", "jon@example.com", "555-555-SHIP", store.shop.country_code)
    line = Line(1, PRODUCTS[0].sku, PRODUCTS[0].title, 1, Decimal(PRODUCTS[0].prices[currency]))
    customer = Customer(115_310_627_314_723_954, buyer, None, now, now)
    order = Order(ORDER_ID, 9_999, "sample", buyer, customer, [line], currency, "bogus", now, now, test=True)
    parcel = Parcel(123_456, 1, ORDER_ID, [line], now, now, status="pending")
    checkout = Checkout(2, "sample", "sample", buyer, [line], customer, None, now, now)
    refund = Refund(3, 4, line.price, now, "Sample")
    shapes = {
        "orders": lambda: payloads.order(store, order),
        "fulfillments": lambda: payloads.parcel(order, parcel),
        "refunds": lambda: payloads.refund(order, refund),
        "checkouts": lambda: payloads.checkout(store, checkout),
        "customers": lambda: payloads.customer(customer),
        "customers_marketing_consent": lambda: payloads.consent(customer),
    }
    make = shapes.get(topic.partition("/")[0])
    return make() if make else {}
