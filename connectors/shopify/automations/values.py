"""What a text may show, under the names of `fields.py`. What is not known is left out, so that a text that needs it
is not sent with a hole."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.shared.templates.money import money_of
from connectors.shopify.automations.knowledge import Known
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import Shop

_ORDER: Final = (
    "name",
    "number",
    "currency",
    "status_url",
    "item_count",
    "items",
    "cancel_reason",
    "tags",
    "source_name",
    "financial_status",
    "country",
    "city",
    "is_first",
)
_PARCEL: Final = ("name", "tracking_url", "tracking_number", "tracking_company", "items")
_CHECKOUT: Final = ("recovery_url", "currency", "items", "item_count")


def values_of(shop: Shop, known: Known) -> dict[str, Any]:
    """Return the values of a text, nested as it looks them up: {"order": {"name": "#1042", …}, "shop": {…}}."""
    parts = {
        "shop": {"name": shop.name or shop.domain.partition(".")[0], "domain": shop.domain, "currency": shop.currency},
        "customer": _person(known),
        "order": _order(known),
        "fulfillment": _parcel(known),
        "refund": _refund(shop, known),
        "checkout": _checkout(known),
    }
    told = {
        part: {name: value for name, value in values.items() if value is not None} for part, values in parts.items()
    }
    return {part: values for part, values in told.items() if values}


def _person(known: Known) -> dict[str, Any]:
    named = (record.facts for record in known.someone if record is not None)
    facts: Mapping[str, Any] = next((facts for facts in named if facts.get("first_name") or facts.get("last_name")), {})
    first, last = facts.get("first_name"), facts.get("last_name")
    return {"first_name": first, "last_name": last, "name": " ".join(filter(None, (first, last))) or None}


def _order(known: Known) -> dict[str, Any]:
    if known.order is None:
        return _order_by_parcel(known.fulfillment)
    facts = known.order.facts
    return {
        **_some(facts, _ORDER),
        **_prices(facts, known.locale, "total_price", "subtotal_price"),
        "first_item": _first_item(facts),
        "customer_locale": facts.get("locale"),
    }


def _order_by_parcel(parcel: Record | None) -> dict[str, Any]:
    """Parcels of order #1042 are called #1042.1, #1042.2, …"""
    if parcel is None:
        return {}
    name, dot, count = (parcel.facts.get("name") or "").rpartition(".")
    return {
        "name": name if dot and count.isdecimal() else None,
        "country": parcel.facts.get("country"),
        "city": parcel.facts.get("city"),
    }


def _parcel(known: Known) -> dict[str, Any]:
    return {} if known.fulfillment is None else _some(known.fulfillment.facts, _PARCEL)


def _refund(shop: Shop, known: Known) -> dict[str, Any]:
    if known.refund is None:
        return {}
    facts = known.refund.facts
    of_order = None if known.order is None else known.order.facts.get("currency")
    return {"amount": money_of(facts.get("amount"), facts.get("currency") or of_order or shop.currency, known.locale)}


def _checkout(known: Known) -> dict[str, Any]:
    if known.checkout is None:
        return {}
    facts = known.checkout.facts
    return {
        **_some(facts, _CHECKOUT),
        **_prices(facts, known.locale, "total_price"),
        "first_item": _first_item(facts),
    }


def _some(facts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: facts.get(name) for name in names}


def _prices(facts: Mapping[str, Any], locale: str | None, *names: str) -> dict[str, Any]:
    return {name: money_of(facts.get(name), facts.get("currency"), locale) for name in names}


def _first_item(facts: Mapping[str, Any]) -> str | None:
    return next((item["title"] for item in facts.get("items") or ()), None)
