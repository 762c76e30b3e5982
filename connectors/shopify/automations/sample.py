"""Values for previews: an order of a buyer who does not exist."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.shared.templates.money import Money

_ITEMS: Final = ({"title": "Blue Kurta", "quantity": 1}, {"title": "Silk Scarf", "quantity": 2})

_VALUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "shop": {"name": "Meadow & Sons", "domain": "example.myshopify.com", "currency": "INR"},
    "customer": {"first_name": "Meera", "last_name": "Nair", "name": "Meera Nair"},
    "order": {
        "name": "#1042",
        "number": "1042",
        "total_price": Money("1499.00", "INR", "en-IN"),
        "subtotal_price": Money("1400.00", "INR", "en-IN"),
        "currency": "INR",
        "status_url": "https://example.myshopify.com/61/orders/e5f6a7b8/authenticate?key=4f1c09",
        "item_count": 3,
        "items": _ITEMS,
        "first_item": "Blue Kurta",
        "tags": ["first-order"],
        "source_name": "web",
        "financial_status": "pending",
        "country": "IN",
        "city": "Pune",
        "is_first": True,
        "customer_locale": "en-IN",
        "cancel_reason": "customer",
    },
    "fulfillment": {
        "name": "#1042.1",
        "tracking_url": "https://track.example/DL123456789IN",
        "tracking_number": "DL123456789IN",
        "tracking_company": "Delhivery",
        "items": _ITEMS,
    },
    "refund": {"amount": Money("750.00", "INR", "en-IN")},
    "checkout": {
        "recovery_url": "https://example.myshopify.com/61/checkouts/ac/a1b2c3d4/recover?key=4f1c09",
        "total_price": Money("1499.00", "INR", "en-IN"),
        "currency": "INR",
        "items": _ITEMS,
        "first_item": "Blue Kurta",
        "item_count": 3,
    },
}


def of_fields(fields: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return a value for each of these fields (`order.name`), nested as a text looks them up."""
    found: dict[str, dict[str, Any]] = {}
    for field in fields:
        part, _, name = field.partition(".")
        found.setdefault(part, {})[name] = _VALUES[part][name]
    return found
