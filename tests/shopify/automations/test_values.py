"""What a text may show: what is known, under the names that are promised, and nothing of what is not."""

from typing import Any, Final

import pytest

from connectors.shared.templates.money import Money
from connectors.shopify.automations import fields
from connectors.shopify.automations.knowledge import Known
from connectors.shopify.automations.values import values_of
from connectors.shopify.orders import facts
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import Shop
from tests.shopify.payloads import payload

SHOP: Final = Shop(7, "example.myshopify.com", 1, "Kurta & Co", "INR", None, "IN", False, 1, None)
ALL_FIELDS: Final = {
    **fields.SHOP,
    **fields.CUSTOMER,
    **fields.ORDER,
    **fields.CANCELLATION,
    **fields.PARCEL,
    **fields.REFUND,
    **fields.CHECKOUT,
}


def order(name: str = "orders_cancelled", /, **changes: Any) -> Record | None:
    return facts.order_record(payload(name, **changes), 1)


def everything() -> Known:
    return Known(
        order=order(),
        fulfillment=facts.fulfillment_record(payload("fulfillments_create"), 1),
        refund=facts.refund_record(payload("refunds_create"), 1),
        checkout=facts.checkout_record(payload("checkouts_update"), 1),
    )


def test_every_field_that_is_promised_has_its_value() -> None:
    values = values_of(SHOP, everything())
    missing = [field for field in ALL_FIELDS if values.get(field.split(".")[0], {}).get(field.split(".")[1]) is None]
    assert missing == ["order.is_first"]  # which newer versions of Shopify do not tell


def test_values() -> None:
    values = values_of(SHOP, everything())
    assert values["shop"] == {"name": "Kurta & Co", "domain": "example.myshopify.com", "currency": "INR"}
    assert values["customer"] == {"first_name": "Meera", "last_name": "N", "name": "Meera N"}
    assert values["fulfillment"]["tracking_url"] == "https://track.example/DL123456789IN"
    assert values["checkout"]["recovery_url"].endswith("recover?key=private")
    shown = ("name", "first_item", "item_count", "tags", "country", "cancel_reason", "customer_locale")
    assert [values["order"][name] for name in shown] == [
        "#1042",
        "Blue Kurta",
        1,
        ["first-order", "cod"],
        "IN",
        "customer",
        "en-IN",
    ]
    for money in (values["order"]["total_price"], values["refund"]["amount"], values["checkout"]["total_price"]):
        assert isinstance(money, Money)
        assert (money.currency, money.locale) == ("INR", "en-IN")


@pytest.mark.parametrize(("count", "is_first"), [(1, True), (4, False)])
def test_first_order(count: int, is_first: bool) -> None:
    known = Known(order=order("orders_create", customer__orders_count=count))
    assert values_of(SHOP, known)["order"]["is_first"] is is_first


def test_what_is_not_known_is_left_out() -> None:
    nobody = {"first_name": None, "last_name": None}
    named = {f"{part}__{name}": None for part in ("shipping_address", "billing_address") for name in nobody}
    values = values_of(SHOP, Known(order=order("orders_create", customer=None, order_status_url=None, **named)))
    assert "customer" not in values
    assert values["order"].keys().isdisjoint({"status_url", "cancel_reason", "is_first"})
    assert values.keys() == {"shop", "order"}


def test_a_parcel_tells_of_its_order() -> None:
    known = Known(fulfillment=facts.fulfillment_record(payload("fulfillments_create"), 1))
    values = values_of(SHOP, known)
    assert values["order"] == {"name": "#1042", "country": "IN", "city": "Pune"}
    assert values["customer"]["first_name"] == "Meera"
    assert known.locale is None
    nameless = facts.fulfillment_record(payload("fulfillments_create", name="F1"), 1)
    assert "name" not in values_of(SHOP, Known(fulfillment=nameless))["order"]


@pytest.mark.parametrize(
    ("told", "of_order", "currency"), [("EUR", "INR", "EUR"), (None, "USD", "USD"), (None, None, "INR")]
)
def test_currency_of_a_refund(told: str | None, of_order: str | None, currency: str) -> None:
    body = payload("refunds_create")
    body["transactions"][0]["currency"] = told
    known = Known(refund=facts.refund_record(body, 1), order=order(currency=of_order))
    assert values_of(SHOP, known)["refund"]["amount"].currency == currency


def test_a_shop_without_a_name_goes_by_its_domain() -> None:
    nameless = Shop(7, "example.myshopify.com", 1, None, None, None, None, False, 1, None)
    assert values_of(nameless, Known()) == {"shop": {"name": "example", "domain": "example.myshopify.com"}}
