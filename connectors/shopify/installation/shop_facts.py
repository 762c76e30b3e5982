"""What a shop is called, and where it is: numbers are read, and hours kept, by that.

https://shopify.dev/docs/api/admin-graphql/latest/objects/Shop
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.shared.kept_text import UNKEPT
from connectors.shopify.context import Context
from connectors.shopify.shops import Shop, change_shop, get_shop

LONGEST_NAME: Final = 255
LONGEST_ZONE: Final = 64
_SHOP: Final = "query Shop { shop { name currencyCode ianaTimezone billingAddress { countryCodeV2 } } }"
_IS_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII).fullmatch
_IS_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII).fullmatch


def learn(parts: Context, shop_id: int) -> None:
    """Ask what a shop is called, its money, its time zone and its country, and keep it. Raises ShopifyError."""
    found = parts.admin.query_allowed(shop_id, _SHOP).get("shop")
    facts = read_shop(found) if isinstance(found, Mapping) else {}
    database = parts.service.database
    with database.read() as connection:
        shop = get_shop(connection, shop_id)
    changed = {} if shop is None else _changed(shop, facts)
    if changed:
        with database.write() as connection:
            change_shop(connection, shop_id, **changed)


def read_shop(found: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that an answer fills."""
    address = found.get("billingAddress")
    country = address.get("countryCodeV2") if isinstance(address, Mapping) else None
    values = {
        "name": _name(found.get("name")),
        "currency": _matching(_IS_CURRENCY, found.get("currencyCode")),
        "timezone": _zone(found.get("ianaTimezone")),
        "country_code": _matching(_IS_COUNTRY, country),
    }
    return {name: value for name, value in values.items() if value is not None}


def _changed(shop: Shop, facts: Mapping[str, str]) -> dict[str, str]:
    # A country that a person gave says whose numbers they are, wherever the shop's bills go.
    return {
        name: value
        for name, value in facts.items()
        if getattr(shop, name) != value and not (name == "country_code" and shop.country_code)
    }


def _name(value: Any) -> str | None:
    return (UNKEPT.sub("", value).strip()[:LONGEST_NAME] or None) if isinstance(value, str) else None


def _matching(fits: Any, value: Any) -> str | None:
    return value if isinstance(value, str) and fits(value) else None


def _zone(value: Any) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ZONE:
        return None
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        return None
    return value
