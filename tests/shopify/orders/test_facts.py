"""What is read from Shopify's bodies: what a text needs, in names of our own, and nothing of what is no such thing."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shopify.orders import facts
from connectors.shopify.orders.pieces import who
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind
from tests.shopify.payloads import CHECKOUT, CUSTOMER, NAMES, ORDER, PARCEL, payload

TOLD_AT: Final = 1_795_178_060_123
READERS: Final[Mapping[str, Callable[[Mapping[str, Any], int], Record | None]]] = {
    "orders": facts.order_record,
    "fulfillments": facts.fulfillment_record,
    "fulfillment_events": facts.fulfillment_event_record,
    "refunds": facts.refund_record,
    "checkouts": facts.checkout_record,
    "customers": facts.customer_record,
    "consents": facts.consent_record,
}
NO_PHONES: Final = dict.fromkeys(("order", "customer", "shipping_address", "billing_address"))
TYPED: Final = {**NO_PHONES, "order": ["9800000001", None]}
BAGS: Final = {"title": "Bag", "quantity": 2}


def read(reader: str, name: str, /, **changes: Any) -> Record:
    """Read a file as a reader does."""
    record = READERS[reader](payload(name, **changes), TOLD_AT)
    assert record is not None
    return record


def test_order() -> None:
    order = read("orders", "orders_create")
    assert (order.kind, order.ref, order.order_ref, order.customer_ref) == (RecordKind.ORDER, ORDER, ORDER, CUSTOMER)
    assert (order.checkout_ref, order.cart_ref, order.version) == (CHECKOUT, "hWN1abc", 1_795_178_052_000)
    assert order.facts == {
        "told_at": TOLD_AT,
        "name": "#1042",
        "number": "1042",
        "created_at": 1_795_178_051_000,
        "cancelled_at": None,
        "cancel_reason": None,
        "financial_status": "pending",
        "test": False,
        "source_name": "web",
        "locale": "en-IN",
        "status_url": "https://shop.example/61/orders/e5f6a7b8/authenticate?key=secret",
        "tags": ["first-order", "cod"],
        "total_price": "1499.00",
        "subtotal_price": "1400.00",
        "currency": "INR",
        "items": [{"title": "Blue Kurta", "quantity": 1}],
        "item_count": 1,
        "first_name": "Meera",
        "last_name": "N",
        "country": "IN",
        "city": "Pune",
        "phones": {
            "order": None,
            "customer": ["+919800000001", "IN"],
            "shipping_address": ["098000 00001", "IN"],
            "billing_address": ["9800000001", "IN"],
            "default_address": ["098000 00001", "IN"],
        },
    }


def test_parcel() -> None:
    parcel = read("fulfillments", "fulfillments_update__out_for_delivery")
    assert (parcel.kind, parcel.ref, parcel.order_ref) == (RecordKind.FULFILLMENT, PARCEL, ORDER)
    assert parcel.facts["carrier"] == {"out_for_delivery": parcel.version}
    assert parcel.facts["phones"] == {"destination": ["098000 00001", "IN"]}
    shown = ("name", "status", "tracking_url", "tracking_number", "tracking_company", "item_count")
    assert [parcel.facts[name] for name in shown] == [
        "#1042.1",
        "success",
        "https://track.example/DL123456789IN",
        "DL123456789IN",
        "Delhivery",
        1,
    ]


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"tracking_url": None}, "https://track.example/DL123456789IN"),
        ({"tracking_url": None, "tracking_urls": []}, None),
        ({"tracking_url": "javascript:alert(1)", "tracking_urls": []}, None),
        ({"tracking_url": "https://x.example/" + "a" * 3_000, "tracking_urls": "no list"}, None),
    ],
)
def test_tracking(changes: dict[str, Any], url: str | None) -> None:
    assert read("fulfillments", "fulfillments_create", **changes).facts["tracking_url"] == url


def test_carriers_event_adds_to_its_parcel() -> None:
    event = read("fulfillment_events", "fulfillment_events_create__delivered", status="DELIVERED")
    assert (event.kind, event.ref, event.order_ref, event.version) == (RecordKind.FULFILLMENT, PARCEL, ORDER, 0)
    assert event.facts == {"carrier": {"delivered": 1_795_425_900_000}}


@pytest.mark.parametrize(
    ("transactions", "amount", "currency"),
    [
        ([("refund", "success", "750.00", None)], "750.00", None),
        ([("refund", "success", "700.05", "INR"), ("refund", "success", "49.95", None)], "750.00", "INR"),
        ([("refund", "pending", "750.00", "INR"), ("sale", "success", "1499.00", "INR")], None, None),
        ([("REFUND", "SUCCESS", 1500, "JPY")], "1500", "JPY"),
        ([("refund", "success", "much", "INR")], None, "INR"),
        ([], None, None),
    ],
)
def test_refund(transactions: list[tuple[Any, ...]], amount: str | None, currency: str | None) -> None:
    names = ("kind", "status", "amount", "currency")
    rows = [dict(zip(names, row, strict=True)) for row in transactions]
    refund = read("refunds", "refunds_create", transactions=rows)
    assert (refund.order_ref, refund.facts["amount"], refund.facts["currency"]) == (ORDER, amount, currency)


def test_checkout() -> None:
    checkout = read("checkouts", "checkouts_update")
    assert (checkout.kind, checkout.ref, checkout.cart_ref) == (RecordKind.CHECKOUT, CHECKOUT, "hWN1abc")
    assert checkout.facts["consent"] == {"state": "subscribed", "at": checkout.version, "phone": "+919800000001"}
    assert checkout.facts["phones"]["checkout"] == ["+919800000001", "IN"]
    assert checkout.facts["completed_at"] is None
    assert read("checkouts", "checkouts_update__no_consent").facts["consent"]["state"] == "none"
    assert read("checkouts", "checkouts_update__completed").facts["completed_at"] == 1_795_178_051_000


def test_box_for_email_is_no_consent() -> None:
    body = payload("checkouts_update", buyer_accepts_marketing=True)
    del body["buyer_accepts_sms_marketing"]
    record = facts.checkout_record(body, TOLD_AT)
    assert record is not None
    assert "consent" not in record.facts


@pytest.mark.parametrize(
    ("body", "consent"),
    [
        ({"id": 7, "sms_marketing_consent": {"state": "SUBSCRIBED"}}, ("subscribed", TOLD_AT, None)),
        ({"customer_id": 7, "id": 8, "sms_marketing_consent": {"state": "pending"}}, ("pending", TOLD_AT, None)),
        ({"id": 7, "phone": "+15", "sms_marketing_consent": {"state": None, "x": 1}}, ("unknown", TOLD_AT, "+15")),
        (
            {"id": "7", "sms_marketing_consent": {"state": "redacted", "consent_updated_at": "2026-11-20T17:41:00Z"}},
            ("redacted", 1_795_196_460_000, None),
        ),
    ],
)
def test_consent(body: dict[str, Any], consent: tuple[Any, ...]) -> None:
    record = facts.consent_record(body, TOLD_AT)
    assert record is not None
    assert (record.kind, record.ref, record.version) == (RecordKind.CUSTOMER, "7", 0)
    assert tuple(record.facts["consent"].values()) == consent


def test_customers_tell_their_consent_as_older_versions_did() -> None:
    assert "consent" not in read("customers", "customers_create").facts
    assert read("customers", "customers_create__subscribed").facts["consent"]["state"] == "subscribed"
    never_asked = {"state": "not_subscribed", "consent_updated_at": None}
    told = read("customers", "customers_create__subscribed", sms_marketing_consent=never_asked)
    assert "consent" not in told.facts


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": "6012345678901"}, {"name": "#1042"}),
        ({"id": None, "admin_graphql_api_id": "gid://shopify/Order/6012345678901?x"}, {"name": "#1042"}),
        ({"id": 6012345678901.0}, {"name": "#1042"}),
        ({"customer": None}, {"first_name": "Meera", "city": "Pune"}),
        ({"customer": "redacted", "shipping_address": [], "billing_address": 5}, {"phones": NO_PHONES}),
        ({"tags": ["a", 7, None, {}]}, {"tags": ["a", "7"]}),
        ({"tags": "a, b ,, c"}, {"tags": ["a", "b", "c"]}),
        ({"tags": None}, {"tags": []}),
        ({"name": "x" * 9_999}, {"name": "x" * 255}),
        ({"name": "#1\x00042\n"}, {"name": "#1 042"}),
        ({"total_price": 1499, "total_price_set": None}, {"total_price": "1499"}),
        ({"total_price": "NaN"}, {"total_price": None}),
        ({"currency": "rupees"}, {"currency": None}),
        ({"created_at": "yesterday", "test": "true"}, {"created_at": None, "test": True}),
        ({"line_items": [{"name": "Bag", "quantity": 2}, 7, {"quantity": -1}]}, {"items": [BAGS], "item_count": 2}),
        ({"phone": 9800000001, "customer": None, "billing_address": None, "shipping_address": None}, {"phones": TYPED}),
        ({"customer__orders_count": 1}, {"is_first": True}),
        ({"customer__orders_count": 3}, {"is_first": False}),
    ],
)
def test_wrong_kinds(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    order = read("orders", "orders_create", **changes)
    assert order.ref == ORDER
    assert {name: order.facts[name] for name in expected} == expected


@pytest.mark.parametrize("bad", [None, True, -5, 1 << 70, 1.5, "", "a b", "x" * 65, "\ud800", {}, []])
def test_nothing_to_remember_it_by(bad: Any) -> None:
    for reader in ("orders", "fulfillments", "refunds", "customers"):
        assert READERS[reader]({"id": bad}, TOLD_AT) is None
    assert facts.fulfillment_event_record({"fulfillment_id": bad, "status": "delivered"}, TOLD_AT) is None
    assert facts.checkout_record({"id": 5}, TOLD_AT) is None


def test_what_is_left_out_says_nothing() -> None:
    cancelled = facts.order_record({"id": 6, "cancelled_at": "2026-11-20T17:41:00Z"}, TOLD_AT)
    assert cancelled is not None
    assert cancelled.version == TOLD_AT
    assert cancelled.facts == {"told_at": TOLD_AT, "cancelled_at": 1_795_196_460_000, "phones": {}}


def test_prices_are_those_that_the_buyer_saw() -> None:
    def both(inr: str, eur: str) -> dict[str, Any]:
        money = (("shop_money", inr, "INR"), ("presentment_money", eur, "EUR"))
        return {name: {"amount": amount, "currency_code": currency} for name, amount, currency in money}

    seen = {"total_price_set": both("1499.00", "16.20"), "subtotal_price_set": both("1400.00", "15.10")}
    order = read("orders", "orders_create", **seen)
    assert [order.facts[name] for name in ("total_price", "subtotal_price", "currency")] == ["16.20", "15.10", "EUR"]
    other = read("orders", "orders_create", total_price="999.00", **seen)
    assert [other.facts[name] for name in ("total_price", "currency")] == ["999.00", "INR"]


_SCALARS: Final = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_JSON: Final = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
def test_any_object_is_read_without_an_error(reader: str, data: st.DataObject) -> None:
    """Real bodies with anything in the place of any of their parts, two levels deep."""
    body = payload(data.draw(st.sampled_from(NAMES)))
    for name in data.draw(st.lists(st.sampled_from(sorted(body)), max_size=4)):
        inner = body[name]
        if isinstance(inner, dict) and inner and data.draw(st.booleans()):
            inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(_JSON)
        else:
            body[name] = data.draw(_JSON)
    record = READERS[reader](body, TOLD_AT)
    assert record is None or orjson.loads(orjson.dumps(record.facts)) == record.facts


@pytest.mark.parametrize("name", ["St.John", "J.R.", "Anne-Marie", "मीरा", "Dr. Rao", "Company"])
def test_a_name_is_a_name(name: str) -> None:
    assert who({"first_name": name}) == {"first_name": name}


@pytest.mark.parametrize("name", ["win.com", "Prize! bit.ly/x1", "https://evil.example", "WWW.evil", "a@b.example"])
def test_a_link_is_no_name(name: str) -> None:
    assert who({"first_name": name, "last_name": "N"}) == {"last_name": "N"}
