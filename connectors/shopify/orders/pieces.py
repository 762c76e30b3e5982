"""What several kinds of bodies have in common: prices, items, people, places, phones and consent, as facts."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from connectors.shopify.orders.reading import amount, count, country, currency, moment, part, parts, text, url, word

MOST_ITEMS: Final = 20
"""Whose titles are kept."""
MOST_ROWS: Final = 1_000
MOST_TAGS: Final = 50
LONGEST_PHONE: Final = 60
LONGEST_LOCALE: Final = 35
# "St.John" and "J.R." are names; what ends like an address of the web, or has its slashes, is none.
_HOLDS_LINK = re.compile(
    r"/|@|www\.|https?:|\w\.(?:com|net|org|info|biz|co|io|me|ly|in|ru|cn|xyz|top|shop|store|site|online|app|link|click)\b",
    re.IGNORECASE,
).search

Reader = Callable[[Any], Any]
Facts = dict[str, Any]


def _locale(value: Any) -> str | None:
    return text(value, LONGEST_LOCALE)


def _tags(value: Any) -> list[str]:
    given = value.split(",", MOST_TAGS)[:MOST_TAGS] if isinstance(value, str) else value
    found = given[:MOST_TAGS] if isinstance(given, list) else []
    return [tag for tag in map(text, found) if tag is not None]


def _flag(value: Any) -> bool:
    return value is True or value == "true"


ORDER: Final[Mapping[str, tuple[str, Reader]]] = {
    "name": ("name", text),
    "number": ("order_number", text),
    "created_at": ("created_at", moment),
    "cancelled_at": ("cancelled_at", moment),
    "cancel_reason": ("cancel_reason", word),
    "financial_status": ("financial_status", word),
    "test": ("test", _flag),
    "source_name": ("source_name", text),
    "locale": ("customer_locale", _locale),
    "status_url": ("order_status_url", url),
    "tags": ("tags", _tags),
}
FULFILLMENT: Final[Mapping[str, tuple[str, Reader]]] = {
    "name": ("name", text),
    "created_at": ("created_at", moment),
    "status": ("status", word),
    "shipment_status": ("shipment_status", word),
    "tracking_company": ("tracking_company", text),
}
CHECKOUT: Final[Mapping[str, tuple[str, Reader]]] = {
    "created_at": ("created_at", moment),
    "completed_at": ("completed_at", moment),
    "recovery_url": ("abandoned_checkout_url", url),
    "source_name": ("source_name", text),
    "locale": ("customer_locale", _locale),
    "total_price": ("total_price", amount),
    "currency": ("currency", currency),
}
_PRICES: Final[Mapping[str, tuple[str, Reader]]] = {
    "total_price": ("total_price", amount),
    "subtotal_price": ("subtotal_price", amount),
    "currency": ("currency", currency),
}


def read(body: Mapping[str, Any], fields: Mapping[str, tuple[str, Reader]]) -> Facts:
    """Read what of these fields is there."""
    return {fact: reader(body[name]) for fact, (name, reader) in fields.items() if name in body}


def first_of(body: Mapping[str, Any], name: str, names: str, reader: Reader) -> Facts:
    """Read a field, or else the first of the list that goes with it."""
    if name not in body and names not in body:
        return {}
    several = body.get(names)
    given = [body.get(name), *(several[:MOST_ITEMS] if isinstance(several, list) else [])]
    return {name: next((found for found in map(reader, given) if found is not None), None)}


def prices(body: Mapping[str, Any]) -> Facts:
    """Read what an order costs.

    In the currency that the buyer paid in, where Shopify tells it of the very price that stands beside it.
    """
    own = read(body, _PRICES)
    total, paid_in = _as_seen(body, "total_price", own)
    if total is None or paid_in is None:
        return own
    subtotal, same = _as_seen(body, "subtotal_price", own)
    return {"total_price": total, "currency": paid_in, "subtotal_price": subtotal if same == paid_in else None}


def _as_seen(body: Mapping[str, Any], name: str, own: Facts) -> tuple[str | None, str | None]:
    both = part(body, f"{name}_set")
    shop, seen = part(both, "shop_money"), part(both, "presentment_money")
    if (amount(shop.get("amount")), currency(shop.get("currency_code"))) != (own.get(name), own.get("currency")):
        return None, None
    return amount(seen.get("amount")), currency(seen.get("currency_code"))


def items(body: Mapping[str, Any]) -> Facts:
    """Read what is bought, or in a parcel."""
    if not isinstance(body.get("line_items"), list):
        return {}
    rows = [
        {
            "title": text(row.get("title")) or text(row.get("presentment_title")) or text(row.get("name")),
            "quantity": count(row.get("quantity")),
        }
        for row in parts(body, "line_items", MOST_ROWS)
    ]
    return {
        "items": [row for row in rows if row["title"] is not None][:MOST_ITEMS],
        "item_count": sum(row["quantity"] for row in rows),
    }


def first_order(customer: Mapping[str, Any]) -> Facts:
    """Read whether it is their first order: newer versions do not tell."""
    return {"is_first": count(customer["orders_count"]) <= 1} if customer.get("orders_count") is not None else {}


def buyer(body: Mapping[str, Any], source: str) -> Facts:
    """Read who buys, where they are, and their phones: the body's own is of this source."""
    customer, shipping, billing = (part(body, name) for name in ("customer", "shipping_address", "billing_address"))
    home = part(customer, "default_address")
    theirs = next((found for found in map(country_of, (shipping, billing, home)) if found is not None), None)
    phones = {
        **phone(body, source, theirs),
        **phone_within(body, "customer", theirs),
        **phone_within(body, "shipping_address", theirs),
        **phone_within(body, "billing_address", theirs),
        **phone_within(customer, "default_address", theirs),
    }
    return {**who(customer, shipping, billing), **where(shipping, billing, home), "phones": phones}


def who(*people: Mapping[str, Any]) -> Facts:
    """Read the names of the first who has any."""
    return _first_told({name: _name(person.get(name)) for name in ("first_name", "last_name")} for person in people)


def _name(found: Any) -> str | None:
    """Return a name; one with a link in it is none.

    Whoever types a stranger's number at the checkout could have the shop text them whatever its name field takes.
    """
    name = text(found)
    return None if name is not None and _HOLDS_LINK(name) else name


def where(*addresses: Mapping[str, Any]) -> Facts:
    """Read the place of the first address that has any."""
    return _first_told({"country": country_of(each), "city": text(each.get("city"))} for each in addresses)


def _first_told(several: Iterable[Facts]) -> Facts:
    told = ({name: value for name, value in each.items() if value is not None} for each in several)
    return next(filter(None, told), {})


def country_of(address: Mapping[str, Any]) -> str | None:
    """Return the ISO code of an address's country."""
    return country(address.get("country_code")) or country(address.get("country"))


def phone(body: Mapping[str, Any], source: str, where_from: str | None) -> Facts:
    """Read the phone of an object itself, as of a source."""
    if "phone" not in body:
        return {}
    found = text(body["phone"], LONGEST_PHONE)
    return {source: None if found is None else [found, where_from]}


def phone_within(body: Mapping[str, Any], name: str, where_from: str | None) -> Facts:
    """Read the phone of an object within; none where that is null."""
    if name not in body:
        return {}
    holder = part(body, name)
    return phone({"phone": holder.get("phone")}, name, country_of(holder) or where_from)


def ticked(body: Mapping[str, Any], version: int) -> Facts:
    """Read a checkout's box for marketing by SMS; `buyer_accepts_marketing` is e-mail, and means nothing here."""
    if "buyer_accepts_sms_marketing" not in body:
        return {}
    state = "subscribed" if _flag(body["buyer_accepts_sms_marketing"]) else "none"
    given_for = text(body.get("sms_marketing_phone"), LONGEST_PHONE)
    return {"consent": {"state": state, "at": version, "phone": given_for}}


def told_beside(body: Mapping[str, Any], version: int) -> Facts:
    """Consent as customers' payloads had it until 2025-01; a `not_subscribed` that nobody ever said is none."""
    told = part(body, "sms_marketing_consent")
    state, at = word(told.get("state")), moment(told.get("consent_updated_at"))
    if state is None or (at is None and state not in ("subscribed", "unsubscribed")):
        return {}
    return {"consent": {"state": state, "at": at or version, "phone": text(body.get("phone"), LONGEST_PHONE)}}


def paid_back(body: Mapping[str, Any]) -> Facts:
    """Sum what a refund has paid back; what is pending, or failed, is not."""
    paid = [
        row
        for row in parts(body, "transactions", MOST_ROWS)
        if word(row.get("kind")) == "refund" and word(row.get("status")) == "success"
    ]
    amounts = [Decimal(found) for found in (amount(row.get("amount")) for row in paid) if found is not None]
    named = (currency(row.get("currency")) for row in paid)
    return {"amount": str(sum(amounts)) if amounts else None, "currency": next(filter(None, named), None)}
