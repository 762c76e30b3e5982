"""`/api/v1/shopify/{shop}/automations`."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.problems import problem_of
from tests.shopify.connected import Connected, add_tenant, connect_shop
from tests.shopify.payloads import payload
from tests.shopify.signing import DOMAIN

PATH = f"/api/v1/shopify/{DOMAIN}/automations"
NAMES = [
    *("order_placed", "order_paid", "order_cancelled", "order_refunded", "order_shipped", "out_for_delivery"),
    *("order_delivered", "checkout_abandoned", "review_request", "welcome"),
]
TEXT = "{{ customer.first_name }}, how was {{ order.first_item }}?"


class Api:
    """The API as an owner's programs call it."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers

    def all(self) -> list[dict[str, Any]]:
        response = self.client.get(PATH, headers=self.headers)
        assert response.status_code == 200
        assert response.json is not None
        found: list[dict[str, Any]] = response.json["items"]
        return found

    def one(self, trigger: str) -> dict[str, Any]:
        return self._ok(self.client.get(f"{PATH}/{trigger}", headers=self.headers))

    def put(self, of: str, **body: Any) -> dict[str, Any]:
        return self._ok(self.client.put(f"{PATH}/{of}", headers=self.headers, json=body))

    def preview(self, trigger: str, **body: Any) -> dict[str, Any]:
        return self._ok(self.client.post(f"{PATH}/{trigger}/preview", headers=self.headers, json=body))

    def refused(self, method: str, path: str, status: int, **body: Any) -> dict[str, Any]:
        return problem_of(self.client.open(f"{PATH}{path}", method=method, headers=self.headers, json=body), status)

    def _ok(self, response: Any) -> dict[str, Any]:
        assert response.status_code == 200, response.get_data(as_text=True)
        found: dict[str, Any] = response.json
        return found


@pytest.fixture
def api(client: FlaskClient, connected: Connected) -> Api:
    return Api(client, connected.headers)


def test_all_are_there_and_off(api: Api) -> None:
    found = api.all()
    assert [automation["trigger"] for automation in found] == NAMES
    assert not any(automation["enabled"] for automation in found)
    delays = {automation["trigger"]: automation["delay_seconds"] for automation in found if automation["delay_seconds"]}
    assert delays == {"checkout_abandoned": 3600, "review_request": 604800}
    assert api.one("order_shipped")["delay_seconds"] is None
    marketing = {automation["trigger"] for automation in found if automation["consent"] == "marketing"}
    assert marketing == {"checkout_abandoned", "review_request", "welcome"}
    assert api.one("welcome") == found[-1]


def test_a_change_keeps_what_it_is_not_given(api: Api) -> None:
    before = api.put("review_request", enabled=True, delay_seconds=864000, after="order_shipped")
    assert (before["enabled"], before["delay_seconds"], before["after"]) == (True, 864000, "order_shipped")
    after = api.put("review_request", template=TEXT, translations={"de": f"Hallo {TEXT}"}, trigger="review_request")
    assert after["template"] == TEXT
    assert after["translations"] == {"de": f"Hallo {TEXT}"}
    assert after["enabled"], after["delay_seconds"] == (True, 864000)
    assert api.one("review_request") == after
    cleared = api.put("review_request", template=None, translations=None, delay_seconds=None)
    assert (cleared["template"], cleared["delay_seconds"]) == (before["template"], 604800)


def test_what_is_told_may_be_put_back_and_decides_nothing(api: Api) -> None:
    told = api.one("order_placed")
    assert api.put("order_placed", **told | {"enabled": True}) == told | {"enabled": True}
    # The translations were ours: they go with our text.
    assert api.put("order_placed", template="Thanks!")["translations"] == {}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"enabled": "yes", "consent": "none"}, {"enabled", "consent"}),
        ({"delay_seconds": -1, "hours": "night"}, {"delay_seconds", "hours"}),
        ({"delay": 5}, {"delay"}),
        ({"template": "{{ order.nmae }}"}, {"template"}),
        ({"template": "{{ order.name"}, {"template"}),
        ({"translations": {"de": "{{ customer.nick }}"}}, {"translations.de"}),
        ({"after": "order_placed"}, {"after"}),
        ({"conditions": [{"field": "order.name", "operator": "near", "value": 1}]}, {"conditions.0.operator"}),
        ({"trigger": "welcome"}, {"trigger"}),
    ],
)
def test_wrong_fields_are_named_and_nothing_is_kept(api: Api, body: dict[str, Any], names: set[str]) -> None:
    before = api.one("order_placed")
    assert api.refused("PUT", "/order_placed", 422, **body)["errors"].keys() == names
    assert api.one("order_placed") == before


def test_a_preview_needs_no_body(api: Api) -> None:
    bare = api.client.post(f"{PATH}/order_placed/preview", headers=api.headers)
    assert bare.status_code == 200
    assert bare.json == api.preview("order_placed")
    shown = api.preview("order_placed")
    assert (shown["trigger"], shown["sender_id"], shown["encoding"], shown["segments"]) == (
        "order_placed",
        "UTOMOB",
        "GSM-7",
        1,
    )
    assert "#" in shown["text"]
    assert "{" not in shown["text"]


def test_a_preview_tries_changes_and_keeps_none(api: Api) -> None:
    before = api.all()
    tried = {"template": TEXT, "translations": {"de": "Hallo {{ customer.first_name }}"}}
    assert api.preview("review_request", **tried)["text"].endswith("?")
    german = api.preview("review_request", **tried, locale="de-AT")
    assert (german["text"][:6], german["locale"]) == ("Hallo ", "de")
    errors = api.refused("POST", "/review_request/preview", 422, template="{{ order.nmae }}", locale="?")["errors"]
    assert errors.keys() == {"locale"}
    assert api.all() == before


def test_a_preview_takes_an_order_as_shopify_tells_it(api: Api) -> None:
    order = payload("orders_create", customer__first_name="Ilse", total_price="1234.50") | {"name": "#77"}
    template = "{{ customer.first_name }}: {{ order.name }}, {{ order.total_price | money }}. {{ shop.name }}"
    text = api.preview("order_placed", template=template, order=order)["text"]
    assert text == "Ilse: #77, Rs 1,234.50. Kurta & Co"


@pytest.mark.parametrize("body", [b"{", b'"x"', b"[]"])
def test_a_body_that_is_none_is_refused(api: Api, body: bytes) -> None:
    headers = api.headers | {"Content-Type": "application/json"}
    response = api.client.post(f"{PATH}/order_placed/preview", headers=headers, data=body)
    assert response.status_code in (400, 422)
    problem_of(response, response.status_code)


def test_another_trigger_is_404_and_says_which_there_are(api: Api) -> None:
    for method, path in (("GET", "/order_lost"), ("PUT", "/order_lost"), ("POST", "/order_lost/preview")):
        assert "order_delivered" in api.refused(method, path, 404)["detail"]


@pytest.mark.parametrize("shop", ["nobody.myshopify.com", "other.myshopify.com", "kurta", "%00"])
def test_a_shop_that_is_not_the_callers_is_404(api: Api, service: Any, shop: str) -> None:
    connect_shop(service, "other.myshopify.com", customer_id="C-TWO")
    for method, path in (("GET", ""), ("GET", "/welcome"), ("PUT", "/welcome"), ("POST", "/welcome/preview")):
        url = f"/api/v1/shopify/{shop}/automations{path}"
        problem_of(api.client.open(url, method=method, headers=api.headers, json={}), 404)


def test_a_key_of_another_account_sees_nothing(api: Api, service: Any) -> None:
    api.headers = add_tenant(service, "C-TWO")[1]
    api.refused("GET", "", 404)
