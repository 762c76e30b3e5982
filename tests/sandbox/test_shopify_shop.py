"""The stand-in for Shopify's shop: what is told of purchases, how it is signed, and how it misbehaves on request."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shopify.grants import CLIENT_SECRET, SHOP, SIGNING_KEY
from tests.sandbox.shopify_app import App, app

BUYER = {"first_name": "Meera", "phone": "098161 23456", "country_code": "IN", "locale": "en-IN"}


class Shop:
    """Presses the buttons of the shop's pages."""

    def __init__(self, server: SandboxServer, told: App) -> None:
        self.server = server
        self.app = told
        self.url = f"{server.url}/shopify/{SHOP}"

    def post(self, path: str, answered: int = 200, **content: Any) -> Any:
        answer = requests.post(f"{self.url}{path}", json=content, timeout=10)
        assert answer.status_code == answered, answer.text
        return answer.json() if answer.content else None

    def buy(self, **content: Any) -> dict[str, Any]:
        order: dict[str, Any] = self.post("/orders", 201, **({"buyer": BUYER} | content))
        return order

    def pull(self, **levers: Any) -> None:
        answer = requests.put(f"{self.server.url}/sandbox/shopify/levers", json=levers, timeout=10)
        assert answer.status_code == 200, answer.text

    def settle(self) -> list[tuple[str, Any]]:
        """Return topics with payloads in the order they came, once all of them have."""
        self.server.wait_for(lambda server: server.sandbox.shopify.sender.pending() == 0)
        return [(one.topic, one.payload) for one in self.app.taken()]

    def last(self, topic: str) -> Any:
        return [payload for told, payload in self.settle() if told == topic][-1]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with app() as told, SandboxServer(SandboxOptions(shopify_app_url=told.url)) as server:
        server.sandbox.shopify.seed()
        yield Shop(server, told)


def test_a_purchase_is_told_and_signed_with_the_shops_key(shop: Shop) -> None:
    order = shop.buy()
    shop.settle()
    taken = shop.app.taken()
    assert shop.app.topics() == ["customers/create", "orders/create", "orders/paid", "orders/updated"]
    assert all(one.is_signed_with(SIGNING_KEY) and not one.is_signed_with(CLIENT_SECRET) for one in taken)
    assert {one.headers["x-shopify-shop-domain"] for one in taken} == {SHOP}
    assert len({one.headers["x-shopify-webhook-id"] for one in taken}) == 4
    assert len({one.headers["x-shopify-event-id"] for one in taken}) == 1
    body = shop.last("orders/create")
    assert str(body["id"]) == order["id"]
    assert body["id"] > 2**53
    assert (body["total_price"], body["currency"], body["financial_status"]) == ("1499.00", "INR", "paid")
    assert (body["customer"]["phone"], body["shipping_address"]["phone"]) == ("+919816123456", BUYER["phone"])


def test_from_checkout_to_refund(shop: Shop) -> None:
    checkout = shop.post("/checkouts", 201, buyer=BUYER | {"accepts_sms": True})
    assert (checkout["buyer_accepts_sms_marketing"], checkout["sms_marketing_phone"]) == (True, "+919816123456")
    order = shop.buy(checkout_token=checkout["token"], payment="cash", items=[{"sku": "KRT-B-M", "quantity": 2}])
    assert shop.last("orders/create")["checkout_token"] == checkout["token"]
    assert shop.last("checkouts/update")["completed_at"] is not None
    assert shop.last("customers_marketing_consent/update")["sms_marketing_consent"]["state"] == "subscribed"
    path = f"/orders/{order['id']}"
    shop.post(f"{path}/pay")
    first = shop.post(f"{path}/ship", 201, tracking_url="https://carrier.example/1", only_one=True)
    assert shop.last("orders/partially_fulfilled")["fulfillment_status"] == "partial"
    shop.post(f"{path}/ship", 201)
    assert shop.last("orders/fulfilled")["fulfillment_status"] == "fulfilled"
    assert shop.last("fulfillments/create")["tracking_url"] is None
    shop.post(f"/parcels/{first['id']}/carry", status="delivered")
    moved = shop.last("fulfillments/update")
    assert (str(moved["id"]), moved["shipment_status"], moved["name"]) == (first["id"], "delivered", "#1001.1")
    shop.post(f"{path}/refund", amount="100")
    assert shop.last("refunds/create")["transactions"][0]["amount"] == "100.00"
    shop.post(f"{path}/cancel", reason="inventory")
    assert shop.last("orders/cancelled")["cancel_reason"] == "inventory"


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/orders", {"items": [{"sku": "none"}]}, 400),
        ("/orders", {"checkout_token": "none"}, 404),
        ("/orders/1/pay", {}, 404),
        ("/parcels/1/carry", {"status": "lost"}, 400),
        ("/settings/notifications/webhooks", {"topic": "no/topic"}, 400),
    ],
)
def test_what_makes_no_sense_is_not_told(shop: Shop, path: str, content: dict[str, Any], status: int) -> None:
    shop.post(path, status, **content)
    assert shop.settle() == []


def test_what_is_over_is_over(shop: Shop) -> None:
    order = shop.buy()
    shop.post(f"/orders/{order['id']}/cancel")
    for action in ("pay", "ship", "cancel"):
        shop.post(f"/orders/{order['id']}/{action}", 409)
    shop.post(f"/orders/{order['id']}/refund", 409, amount="2000")


def test_copies_share_everything(shop: Shop) -> None:
    shop.pull(duplicates=3)
    shop.buy()
    shop.settle()
    taken = [one for one in shop.app.taken() if one.topic == "orders/create"]
    assert len(taken) == 3
    assert len({(one.body, one.headers["x-shopify-webhook-id"]) for one in taken}) == 1


def test_held_back_and_out_of_order(shop: Shop) -> None:
    shop.pull(hold=True)
    shop.buy()
    assert shop.app.taken() == []
    shop.pull(out_of_order=True)
    late = shop.buy(buyer=BUYER | {"phone": "098161 99999"})
    shop.pull(hold=False)
    told = [payload["name"] for topic, payload in shop.settle() if topic == "orders/create"]
    assert sorted(told) == ["#1001", late["name"]]
    topics = [topic for topic, payload in shop.settle() if payload.get("name") == late["name"]]
    assert topics.index("orders/updated") < topics.index("orders/create")


def test_a_refusal_is_tried_again_and_logged() -> None:
    with app(503, 302) as told, SandboxServer(SandboxOptions(shopify_app_url=told.url)) as server:
        server.sandbox.shopify.tell_by_hand(SHOP, ["orders/create"])
        shop = Shop(server, told)
        shop.buy()
        shop.settle()
        assert len({one.body for one in told.taken()}) == 1
        log = requests.get(f"{shop.url}/webhooks.json", timeout=10).json()
        assert [(one["answers"], one["state"]) for one in log["items"]] == [([503, 302, 200], "delivered")]
        same = requests.get(f"{shop.url}/webhooks.json", {"version": log["version"]}, timeout=10).json()
        assert same["items"] is None


def test_any_payload_can_be_sent(shop: Shop) -> None:
    given = {"topic": "orders/create", "payload": {"id": 2**60}, "webhook_id": "w-1", "is_test": True}
    answer = requests.post(f"{shop.server.url}/sandbox/shopify/send", json=given, timeout=10)
    assert answer.status_code == 204
    shop.settle()
    (taken,) = shop.app.taken()
    assert taken.is_signed_with(SIGNING_KEY)
    assert (taken.body, taken.headers["x-shopify-webhook-id"]) == (b'{"id":1152921504606846976}', "w-1")
    assert taken.headers["x-shopify-test"] == "true"


def test_another_currency_has_decimals_of_its_own(shop: Shop) -> None:
    for currency, price, country in (("JPY", "3900", "JP"), ("KWD", "8.250", "KW")):
        answer = requests.put(f"{shop.url}/settings/currency", json={"currency": currency}, timeout=10)
        assert answer.status_code == 204
        shop.buy()
        body = shop.last("orders/create")
        assert (body["total_price"], body["currency"]) == (price, currency)
        assert shop.server.sandbox.shopify.store().shop.country_code == country
