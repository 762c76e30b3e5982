"""Calls of the Admin API, and an order that is looked up."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.shared.outbound import AllowedHosts
from connectors.shopify.context import Context, make_context
from connectors.shopify.errors import Disconnected, NotAllowed, ShopifyError, Unreachable
from tests.shopify.platform.granted import grant
from tests.shopify.platform.playing import DROPPED, Played, Reply, graphql_error

SHOP = "query Shop { shop { name } }"
MONEY = {
    "shopMoney": {"amount": "1499.0", "currencyCode": "INR"},
    "presentmentMoney": {"amount": "16.5", "currencyCode": "EUR"},
}
ORDER: dict[str, Any] = {
    "id": "gid://shopify/Order/6012345678901",
    "legacyResourceId": "6012345678901",
    "name": "EU-#1042",
    "createdAt": "2026-11-20T12:34:11Z",
    "cancelReason": "CUSTOMER",
    "test": False,
    "phone": "+919800000001",
    "customerLocale": "en-IN",
    "statusPageUrl": "https://shop.example/61/orders/e5/authenticate?key=k",
    "tags": ["first-order", "cod"],
    "displayFinancialStatus": "PARTIALLY_PAID",
    "currencyCode": "INR",
    "totalPriceSet": MONEY,
    "customer": {
        "legacyResourceId": "77",
        "firstName": "Meera",
        "defaultPhoneNumber": {"phoneNumber": "+919800000002"},
        "defaultAddress": {"phone": "098000 00003", "countryCodeV2": "IN"},
    },
    "shippingAddress": {"phone": "098000 00004", "countryCodeV2": "IN", "city": "Pune"},
    "billingAddress": None,
    "lineItems": {"nodes": [{"title": "Blue Kurta", "quantity": 2}]},
}


def test_an_order_is_in_the_shape_of_a_webhooks(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    shopify.orders[ORDER["id"]] = ORDER
    found = parts.admin.order(shop_id, "6012345678901")
    assert found is not None
    expected = {
        "id": 6012345678901,
        "name": "EU-#1042",
        "order_number": 1042,
        "created_at": "2026-11-20T12:34:11Z",
        "cancel_reason": "customer",
        "test": False,
        "phone": "+919800000001",
        "customer_locale": "en-IN",
        "order_status_url": ORDER["statusPageUrl"],
        "tags": "first-order, cod",
        "financial_status": "partially_paid",
        "currency": "INR",
        "total_price": "1499.0",
        "billing_address": None,
        "line_items": [{"title": "Blue Kurta", "quantity": 2}],
    }
    assert {name: found[name] for name in expected} == expected
    assert found["total_price_set"]["presentment_money"] == {"amount": "16.5", "currency_code": "EUR"}
    assert (found["customer"]["id"], found["customer"]["phone"]) == (77, "+919800000002")
    assert found["customer"]["default_address"]["country_code"] == "IN"
    assert found["shipping_address"]["phone"] == "098000 00004"


@pytest.mark.parametrize("ref", ["404", "gid://shopify/Order/1", "1 OR 1", "", "٣", "9" * 21])
def test_there_is_no_such_order(parts: Context, shopify: Played, ref: str) -> None:
    assert parts.admin.order(grant(parts, shopify).id, ref) is None
    assert len(shopify.calls) == (ref == "404")


@pytest.mark.parametrize("odd", [{}, dict.fromkeys(ORDER, "odd"), {name: [1] for name in ORDER}, {"name": "9" * 5_000}])
def test_an_order_that_is_nothing_of_the_kind(parts: Context, shopify: Played, odd: dict[str, Any]) -> None:
    shopify.orders[ORDER["id"]] = odd
    assert parts.admin.order(grant(parts, shopify).id, "6012345678901") is not None


def test_what_the_app_may_not_see_of_an_order_is_left_out(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    words = "This app is not approved to use the phone field."
    shopify.next.append(graphql_error(words, "ACCESS_DENIED", {"order": ORDER | {"phone": None}}))
    found = parts.admin.order(shop_id, "6012345678901")
    assert found is not None
    assert found["phone"] is None
    shopify.next.append(graphql_error("Access denied for order field.", "ACCESS_DENIED", {"order": None}))
    with pytest.raises(NotAllowed, match="Access denied"):
        parts.admin.order(shop_id, "6012345678901")


def test_a_token_that_is_refused_is_made_new_once(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    shopify.access.clear()
    assert parts.admin.query(shop_id, SHOP) == {"shop": {}}
    assert [call["token"] for call in shopify.calls] == ["shpat_secret-1", "shpat_secret-2"]
    shopify.next.extend([(401, {}, b""), (200, {}, shopify.issue()), (401, {}, b"")])
    with pytest.raises(Disconnected):
        parts.admin.query(shop_id, SHOP)
    assert len(shopify.calls) == 4


@pytest.mark.parametrize(
    "reply",
    [
        DROPPED,
        (200, {}, b"x" * (4 * 1024**2 + 1)),
        (302, {"Location": "http://127.0.0.1:9/admin/api/2026-10/graphql.json"}, b""),
    ],
    ids=["lost", "too large", "sent elsewhere"],
)
def test_no_answer_of_use(parts: Context, shopify: Played, reply: Reply) -> None:
    shopify.next.append(reply)
    with pytest.raises(Unreachable):
        parts.admin.query(grant(parts, shopify).id, SHOP)
    assert len(shopify.calls) == 1


def test_nobody_but_a_shop_is_called(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    settings = replace(parts.settings, admin_hosts=AllowedHosts(("*.myshopify.com",)))
    elsewhere = make_context(parts.service, settings)
    with pytest.raises(Unreachable):
        elsewhere.admin.query(shop_id, SHOP)
    with pytest.raises(ShopifyError):
        elsewhere.grants.access(shop_id, stale=elsewhere.grants.access(shop_id).version)
    assert (shopify.calls, shopify.forms) == ([], [])
