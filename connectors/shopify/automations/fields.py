"""What a text and a condition may show of a shop, under the names that they are written with."""

from collections.abc import Mapping
from typing import Final

SHOP: Final[Mapping[str, str]] = {
    "shop.name": "The shop's name",
    "shop.domain": "The shop's address: example.myshopify.com",
    "shop.currency": "The shop's own currency: INR",
}

CUSTOMER: Final[Mapping[str, str]] = {
    "customer.first_name": "The buyer's first name; not everybody gives one",
    "customer.last_name": "The buyer's last name",
    "customer.name": "The buyer's whole name",
}

ORDER: Final[Mapping[str, str]] = {
    "order.name": "The order's name, as the buyer knows it: #1042",
    "order.number": "The order's number: 1042",
    "order.total_price": "What the order costs; write it with | money",
    "order.subtotal_price": "What the order costs without delivery; write it with | money",
    "order.currency": "The currency that the buyer pays in: INR",
    "order.status_url": "The page on which the buyer sees how the order stands; a long link",
    "order.item_count": "How many things were bought",
    "order.items": "What was bought, each with title and quantity",
    "order.first_item": "The first thing that was bought: Blue Kurta",
    "order.tags": "The order's tags",
    "order.source_name": "Where it was bought: web, pos, …",
    "order.financial_status": "How it stands with the payment: pending, paid, …",
    "order.country": "The country that it goes to: IN",
    "order.city": "The town that it goes to: Pune",
    "order.is_first": "Whether it is the buyer's first order, where Shopify says so: true or false",
    "order.customer_locale": "The language that the buyer read the shop in: en-IN",
}

CANCELLATION: Final[Mapping[str, str]] = {
    "order.cancel_reason": "Why it was cancelled: customer, inventory, fraud, declined, staff, other",
}

PARCEL: Final[Mapping[str, str]] = {
    "fulfillment.name": "The parcel's name: #1042.1",
    "fulfillment.tracking_url": "The page on which the parcel is followed; not every parcel has one",
    "fulfillment.tracking_number": "The parcel's number at its carrier; not every parcel has one",
    "fulfillment.tracking_company": "Who carries the parcel; not always told",
    "fulfillment.items": "What is in the parcel, each with title and quantity",
}

REFUND: Final[Mapping[str, str]] = {
    "refund.amount": "What is paid back; write it with | money",
}

CHECKOUT: Final[Mapping[str, str]] = {
    "checkout.recovery_url": "The page on which the buyer goes on where they left; a long link, meant for them alone",
    "checkout.total_price": "What the cart costs; write it with | money",
    "checkout.currency": "The currency of the cart: INR",
    "checkout.items": "What is in the cart, each with title and quantity",
    "checkout.first_item": "The first thing in the cart: Blue Kurta",
    "checkout.item_count": "How many things are in the cart",
}
