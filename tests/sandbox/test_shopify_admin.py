"""The stand-in for Shopify's admin: how apps come in, what GraphQL answers, and how they go."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shopify.grants import CLIENT_ID, CLIENT_SECRET, OWN_CLIENT_ID, OWN_CLIENT_SECRET, SHOP
from tests.sandbox.shopify_app import App, app

SECRETS = {CLIENT_ID: CLIENT_SECRET, OWN_CLIENT_ID: OWN_CLIENT_SECRET}
SUBSCRIBE = """mutation Subscribe($topic: WebhookSubscriptionTopic!, $given: WebhookSubscriptionInput!) {
  made: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $given) {
    webhookSubscription { ...Shown } userErrors { field message }
  }
}
fragment Shown on WebhookSubscription { id topic uri endpoint { ... on WebhookHttpEndpoint { callbackUrl } } }"""
LIST = """query ($after: String) {
  webhookSubscriptions(first: 2, after: $after) { nodes { id topic } pageInfo { hasNextPage endCursor } }
}"""
CONSENT = """mutation ($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) {
    customer { smsMarketingConsent { marketingState } } userErrors { field message code }
  }
}"""


class Admin:
    """An app in the shop."""

    def __init__(self, server: SandboxServer, told: App) -> None:
        self.server = server
        self.told = told
        self.book = server.sandbox.shopify
        self.url = f"{server.url}/shopify/{SHOP}"
        self.access_token = ""

    def token(self, client_id: str = CLIENT_ID, secret: str | None = None, **form: str) -> requests.Response:
        given = {"client_id": client_id, "client_secret": secret or SECRETS[client_id], **form}
        return requests.post(f"{self.url}/admin/oauth/access_token", data=given, timeout=10)

    def enter(self, client_id: str = CLIENT_ID) -> dict[str, Any]:
        tokens: dict[str, Any] = self.token(
            client_id, code=self.book.issue_code(client_id=client_id), expiring="1"
        ).json()
        self.access_token = tokens["access_token"]
        return tokens

    def ask(self, document: str, **variables: Any) -> Any:
        answer = self.raw(document, **variables)
        assert answer.status_code == 200
        return answer.json()

    def raw(self, document: str, **variables: Any) -> requests.Response:
        content = {"query": document, "variables": variables}
        headers = {"X-Shopify-Access-Token": self.access_token}
        return requests.post(f"{self.url}/admin/api/2026-10/graphql.json", json=content, headers=headers, timeout=10)

    def subscribe(self, topic: str, uri: str | None = None) -> Any:
        given = {"uri": uri or f"{self.told.url}/hooks"}
        return self.ask(SUBSCRIBE, topic=topic, given=given)["data"]["made"]

    def buy(self) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/orders", json={"buyer": {"phone": "098161 23456"}}, timeout=10)
        order: dict[str, Any] = answer.json()
        return order

    def settle(self) -> None:
        self.server.wait_for(lambda server: server.sandbox.shopify.sender.pending() == 0)


@pytest.fixture
def admin() -> Iterator[Admin]:
    with app() as told, SandboxServer(SandboxOptions(shopify_app_url=told.url)) as server:
        yield Admin(server, told)


def test_the_page_sends_back_what_the_app_can_verify(admin: Admin) -> None:
    callback = f"{admin.told.url}/shopify/callback"
    asked = {"client_id": CLIENT_ID, "redirect_uri": callback, "state": "s-1", "scope": "read_orders"}
    url = f"{admin.url}/admin/oauth/authorize"
    assert "See your orders" in requests.get(url, params=asked, timeout=10).text
    sent = requests.post(url, data=asked | {"decision": "install"}, allow_redirects=False, timeout=10)
    query = dict(parse_qsl(urlsplit(sent.headers["Location"]).query))
    given = query.pop("hmac")
    message = "&".join(f"{name}={query[name]}" for name in sorted(query))
    assert given == hmac.new(CLIENT_SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()
    assert (query["shop"], query["state"]) == (SHOP, "s-1")
    assert set(query) == {"code", "host", "shop", "state", "timestamp"}
    assert admin.token(code=query["code"]).json()["scope"] == "read_orders"
    cancelled = requests.post(url, data=asked | {"decision": "cancel"}, allow_redirects=False, timeout=10)
    assert cancelled.headers["Location"].startswith("/shopify/")
    wrong = requests.get(url, params=asked | {"redirect_uri": "https://evil.example/"}, timeout=10)
    assert (wrong.status_code, "letter by letter" in wrong.text) == (400, True)


def test_codes_count_once_and_tokens_are_replaced(admin: Admin) -> None:
    code = admin.book.issue_code()
    tokens = admin.token(code=code, expiring="1").json()
    assert (tokens["expires_in"], tokens["refresh_token_expires_in"]) == (3600, 7_776_000)
    assert admin.token(code=code).json()["error"] == "invalid_request"
    assert admin.token(secret="wrong", code=admin.book.issue_code()).status_code == 401
    first = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    newer = admin.token(**first).json()
    # What came of it was lost, perhaps: the old one is good until the new one is used.
    assert admin.token(**first).status_code == 200
    assert admin.token(**first | {"refresh_token": newer["refresh_token"]}).status_code == 200
    assert admin.token(**first).json()["error"] == "invalid_grant"
    assert "refresh_token" not in admin.token(OWN_CLIENT_ID, grant_type="client_credentials").json()


def test_who_may_ask(admin: Admin) -> None:
    assert admin.raw("{ shop { name } }").status_code == 401
    admin.enter()
    shop = admin.ask("{ shop { name myshopifyDomain currencyCode ianaTimezone } }")["data"]["shop"]
    assert shop["myshopifyDomain"] == SHOP
    assert shop["currencyCode"] == "INR"
    requests.delete(f"{admin.server.url}/sandbox/shopify/tokens", timeout=10)
    assert admin.raw("{ shop { name } }").status_code == 401


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{ shop { nome } }", "Field 'nome' doesn't exist on type 'Shop'"),
        ("{ shop }", "must have selections"),
        ("{ shop { name { x } } }", "scalar"),
        ("{ shops { name } }", "doesn't exist on type 'QueryRoot'"),
        ("query ($id: ID!) { order(id: $id) { name } }", "Variable $id of type ID!"),
        ("{ shop { name }", "syntax error"),
        ("{ order(id: $id) { name } }", "not declared"),
        ("{ webhookSubscriptions { nodes { id } } }", "first"),
    ],
)
def test_what_a_document_gets_wrong_is_told(admin: Admin, document: str, words: str) -> None:
    admin.enter()
    answer = admin.ask(document)
    assert "data" not in answer
    assert words in answer["errors"][0]["message"]


def test_an_order_is_found(admin: Admin) -> None:
    admin.enter()
    order = admin.buy()
    found = admin.ask(
        "query ($id: ID!) { order(id: $id) { name phone shippingAddress { phone countryCodeV2 } "
        "customer { defaultPhoneNumber { phoneNumber } } lineItems(first: 5) { nodes { title quantity } } } }",
        id=f"gid://shopify/Order/{order['id']}",
    )["data"]["order"]
    assert found["name"] == order["name"]
    assert found["shippingAddress"] == {"phone": "098161 23456", "countryCodeV2": "IN"}
    assert found["customer"]["defaultPhoneNumber"]["phoneNumber"] == "+919816123456"
    assert found["lineItems"]["nodes"] == [{"title": "Blue Kurta", "quantity": 1}]
    assert admin.ask('{ order(id: "gid://shopify/Order/1") { name } }')["data"] == {"order": None}


def test_subscriptions_are_made_listed_told_and_removed(admin: Admin) -> None:
    admin.enter()
    made = [admin.subscribe(topic)["webhookSubscription"] for topic in ("ORDERS_CREATE", "ORDERS_PAID", "SHOP_UPDATE")]
    assert made[0]["endpoint"] == {"callbackUrl": made[0]["uri"]}
    again = admin.subscribe("ORDERS_CREATE")
    assert "already been taken" in again["userErrors"][0]["message"]
    first = admin.ask(LIST)["data"]["webhookSubscriptions"]
    rest = admin.ask(LIST, after=first["pageInfo"]["endCursor"])["data"]["webhookSubscriptions"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert [node["id"] for node in first["nodes"] + rest["nodes"]] == [one["id"] for one in made]
    delete = "mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }"
    assert admin.ask(delete, id=made[1]["id"])["data"]["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"]
    admin.buy()
    admin.settle()
    (told,) = admin.told.taken()
    assert (told.topic, told.is_signed_with(CLIENT_SECRET)) == ("orders/create", True)
    admin.enter(OWN_CLIENT_ID)
    assert admin.ask(LIST)["data"]["webhookSubscriptions"]["nodes"] == []


def test_what_shopify_does_not_allow(admin: Admin) -> None:
    admin.enter()
    levers = {"unapproved": ["orders/create"], "denied": ["order"], "throttled": 1}
    requests.put(f"{admin.server.url}/sandbox/shopify/levers", json=levers, timeout=10)
    assert admin.ask("{ shop { name } }")["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "protected customer data" in admin.subscribe("ORDERS_CREATE")["userErrors"][0]["message"]
    denied = admin.ask('{ order(id: "gid://shopify/Order/1") { name } }')
    assert (denied["data"], denied["errors"][0]["extensions"]["code"]) == ({"order": None}, "ACCESS_DENIED")


def test_consent_is_written(admin: Admin) -> None:
    admin.enter()
    admin.subscribe("CUSTOMERS_MARKETING_CONSENT_UPDATE")
    whose = f"gid://shopify/Customer/{admin.buy()['customer']['id']}"
    wanted = {"customerId": whose, "smsMarketingConsent": {"marketingState": "UNSUBSCRIBED"}}
    answer = admin.ask(CONSENT, input=wanted)["data"]["customerSmsMarketingConsentUpdate"]
    assert answer["customer"]["smsMarketingConsent"] == {"marketingState": "UNSUBSCRIBED"}
    admin.settle()
    (told,) = admin.told.taken()
    assert told.payload["sms_marketing_consent"]["state"] == "unsubscribed"
    nobody = admin.ask(CONSENT, input=wanted | {"customerId": "gid://shopify/Customer/1"})
    assert nobody["data"]["customerSmsMarketingConsentUpdate"]["userErrors"][0]["message"] == "Customer not found"


def test_it_goes_and_is_still_asked_about_privacy(admin: Admin) -> None:
    admin.enter()
    admin.subscribe("APP_UNINSTALLED")
    customer = admin.buy()["customer"]["id"]
    requests.post(f"{admin.url}/apps/{CLIENT_ID}/uninstall", timeout=10)
    assert admin.raw("{ shop { name } }").status_code == 401
    for topic, content in (("customers/redact", {"customer_id": customer}), ("shop/redact", {})):
        assert requests.post(f"{admin.url}/privacy/{topic}", json=content, timeout=10).status_code == 204
    admin.settle()
    assert admin.told.topics() == ["app/uninstalled", "customers/redact", "shop/redact"]
    assert all(one.is_signed_with(CLIENT_SECRET) for one in admin.told.taken())
