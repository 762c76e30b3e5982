"""An order that is looked up, in the shape in which webhooks tell of it, as far as a text needs it.

https://shopify.dev/docs/api/admin-graphql/latest/objects/Order
"""

import re
from collections.abc import Mapping
from typing import Any, Final

_IS_REF = re.compile(r"[0-9]{1,20}", re.ASCII).fullmatch
_NUMBER: Final = re.compile(r"[0-9]+", re.ASCII)
_MONEY: Final = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
_ADDRESS: Final = "{ firstName lastName name phone city zip country countryCodeV2 }"
QUERY: Final = f"""
query Order($id: ID!) {{
  order(id: $id) {{
    id legacyResourceId name createdAt updatedAt processedAt cancelledAt cancelReason test
    phone customerLocale statusPageUrl sourceName tags displayFinancialStatus
    currencyCode presentmentCurrencyCode totalPriceSet {_MONEY} subtotalPriceSet {_MONEY}
    customer {{
      legacyResourceId firstName lastName
      defaultPhoneNumber {{ phoneNumber }}
      defaultAddress {_ADDRESS}
    }}
    shippingAddress {_ADDRESS}
    billingAddress {_ADDRESS}
    lineItems(first: 50) {{ nodes {{ title quantity }} }}
  }}
}}
"""


def is_ref(ref: str) -> bool:
    """Whether this is the id of something of Shopify's."""
    return _IS_REF(ref) is not None


def gid(kind: str, ref: str) -> str:
    """Return `gid://shopify/Order/6012…`."""
    return f"gid://shopify/{kind}/{ref}"


def of_webhook(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order as `orders/create` has it. Whatever is not there is None."""
    total, subtotal = _price(order.get("totalPriceSet")), _price(order.get("subtotalPriceSet"))
    return {
        "id": _id(order),
        "admin_graphql_api_id": order.get("id"),
        "name": order.get("name"),
        "order_number": _order_number(order.get("name")),
        "created_at": order.get("createdAt"),
        "updated_at": order.get("updatedAt"),
        "processed_at": order.get("processedAt"),
        "cancelled_at": order.get("cancelledAt"),
        "cancel_reason": _lower(order.get("cancelReason")),
        "test": order.get("test") is True,
        "phone": order.get("phone"),
        "customer_locale": order.get("customerLocale"),
        "order_status_url": order.get("statusPageUrl"),
        "source_name": order.get("sourceName"),
        "tags": ", ".join(tag for tag in _list(order.get("tags")) if isinstance(tag, str)),
        "financial_status": _lower(order.get("displayFinancialStatus")),
        "currency": order.get("currencyCode"),
        "presentment_currency": order.get("presentmentCurrencyCode"),
        "total_price": _shop_amount(total),
        "total_price_set": total,
        "subtotal_price": _shop_amount(subtotal),
        "subtotal_price_set": subtotal,
        "customer": _customer(order.get("customer")),
        "shipping_address": _address(order.get("shippingAddress")),
        "billing_address": _address(order.get("billingAddress")),
        "line_items": [
            {"title": item.get("title"), "quantity": item.get("quantity")}
            for item in _objects(_object(order.get("lineItems")).get("nodes"))
        ],
    }


def _customer(found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Mapping):
        return None
    return {
        "id": _id(found),
        "first_name": found.get("firstName"),
        "last_name": found.get("lastName"),
        "phone": _object(found.get("defaultPhoneNumber")).get("phoneNumber"),
        "default_address": _address(found.get("defaultAddress")),
    }


def _address(found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Mapping):
        return None
    return {
        "first_name": found.get("firstName"),
        "last_name": found.get("lastName"),
        "name": found.get("name"),
        "phone": found.get("phone"),
        "city": found.get("city"),
        "zip": found.get("zip"),
        "country": found.get("country"),
        "country_code": found.get("countryCodeV2"),
    }


def _price(found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Mapping):
        return None
    return {"shop_money": _money(found.get("shopMoney")), "presentment_money": _money(found.get("presentmentMoney"))}


def _money(found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Mapping):
        return None
    return {"amount": found.get("amount"), "currency_code": found.get("currencyCode")}


def _shop_amount(price: Mapping[str, Any] | None) -> Any:
    return _object((price or {}).get("shop_money")).get("amount")


def _id(found: Mapping[str, Any]) -> int | None:
    ref = str(found.get("legacyResourceId") or "") or str(found.get("id") or "").rpartition("/")[2]
    return int(ref) if is_ref(ref) else None


def _order_number(name: Any) -> int | None:
    numbers = _NUMBER.findall(name) if isinstance(name, str) and len(name) <= 64 else []
    return int(numbers[-1]) if numbers else None


def _lower(found: Any) -> str | None:
    return found.lower() if isinstance(found, str) else None


def _object(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _objects(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in _list(found) if isinstance(each, Mapping)]
