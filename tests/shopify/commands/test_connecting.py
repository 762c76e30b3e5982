"""`connectors shopify connect`, `shops` and `remove`."""

import re
from typing import Any

import orjson
import pytest
import responses
from sqlalchemy import insert, select

from connectors.service import Service
from connectors.shared.automations import store
from connectors.shared.clock import now_ms
from connectors.shopify.automations.planning import KNOWN_TOPICS
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.commands import next_steps
from connectors.shopify.shops import change_shop, find_shop, signing_keys
from connectors.shopify.tables import shopify_shops, shopify_topics
from connectors.shopify.webhooks import data_requests
from tests.shopify.commands.running import run, sit_down, told
from tests.shopify.connected import Connected, add_tenant, connect_shop
from tests.shopify.signing import DOMAIN, SIGNING_KEY, post

CONNECT = ("connect", "--shop", DOMAIN)
BY_KEY = (*CONNECT, "--signing-key-stdin")


@pytest.fixture
def tenant(service: Service) -> int:
    return add_tenant(service)[0]


def keys(service: Service) -> tuple[str, ...]:
    with service.database.read() as connection:
        shop = find_shop(connection, DOMAIN)
        return () if shop is None else signing_keys(connection, service.secrets, shop.id)


@pytest.mark.parametrize("stdin", [SIGNING_KEY, f"  {SIGNING_KEY}\r\nmore\n", f"\ufeff{SIGNING_KEY}\n"])
def test_a_shop_is_connected_by_the_key_of_its_webhooks(service: Service, tenant: int, stdin: str) -> None:
    said = run(*BY_KEY, "--customer-id", "C-ONE", "--country", "in", stdin=stdin.encode())
    assert keys(service) == (SIGNING_KEY,)
    assert SIGNING_KEY not in said
    for words in ("C-ONE", "/shopify/webhooks\n", "JSON", "orders/create", "SMS off", "setup --shop", "https"):
        assert words in said
    with service.database.read() as connection:
        shop = find_shop(connection, DOMAIN)
    assert shop is not None
    assert (shop.account_id, shop.country_code) == (tenant, "IN")


@pytest.mark.usefixtures("tenant")
def test_its_webhooks_are_good_from_then_on(client: Any) -> None:
    run(*BY_KEY, stdin=SIGNING_KEY)
    assert post(client, "products/create", {"id": 1}).status_code == 200
    assert post(client, "products/create", {"id": 1}, key="another").status_code == 401


@pytest.mark.usefixtures("tenant")
def test_a_shop_is_connected_by_an_app_of_its_own(service: Service) -> None:
    by_app = (*CONNECT, "--client-id", "0a1b", "--client-secret-stdin", "--name", "Kurta & Co")
    token_url = f"https://{DOMAIN}/admin/oauth/access_token"
    with responses.RequestsMock() as shopify:
        shopify.post(token_url, status=401, json={"error": "invalid_client"})
        assert "client id and secret" in run(*by_app, stdin="another", code=1)
    assert told("shops") == []
    with responses.RequestsMock() as shopify:
        shopify.post(token_url, json={"access_token": "a-token", "scope": "read_orders", "expires_in": 86_399})
        said = run(*by_app, stdin="the-secret\n")
    assert "the-secret" not in said
    assert keys(service) == ("the-secret",)
    (entry,) = told("shops")
    assert (entry["ways"], entry["name"], entry["state"]) == (["own_app"], "Kurta & Co", "connected")


@pytest.mark.usefixtures("tenant")
def test_another_key_is_good_beside_the_one_before(service: Service) -> None:
    run(*BY_KEY, stdin=SIGNING_KEY)
    run(*BY_KEY, stdin="another")
    assert keys(service) == ("another", SIGNING_KEY)


@pytest.mark.usefixtures("tenant")
def test_at_a_terminal_the_key_is_asked_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sit_down(monkeypatch)
    said = run(*CONNECT, stdin=f"{SIGNING_KEY}\n")
    assert SIGNING_KEY not in said
    assert said.startswith("Shopify shows the key under")
    assert keys(service) == (SIGNING_KEY,)


def test_the_events_that_are_named_have_a_meaning_here() -> None:
    named = set(re.findall(r" ([a-z_]+/[a-z]+)$", next_steps.of_own_webhooks("https://sms.example"), re.M))
    assert named
    assert named <= KNOWN_TOPICS


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("connect", "--shop", "kurta.example"), "", "permanent domain"),
        ((*CONNECT, "--country", "Narnia"), "", "two letters"),
        ((*CONNECT, "--name", " "), "", "printable"),
        (BY_KEY, "  \n", "empty"),
        (BY_KEY, "", "empty"),
        (BY_KEY, "signed with 5f0c", "one word"),
        (BY_KEY, b"\xff\xfe5\x00", "UTF-8"),
        ((*BY_KEY, "--client-id", "0a1b"), SIGNING_KEY, "either"),
        ((*CONNECT, "--client-secret-stdin"), "s", "--client-id"),
        ((*CONNECT, "--client-id", " ", "--client-secret-stdin"), "s", "empty"),
        ((*CONNECT, "--client-id", "0a1b"), "", "--client-secret-stdin"),
        (("connect",), "", "--shop"),
    ],
)
def test_what_is_asked_wrongly_exits_2_and_keeps_nothing(
    service: Service, arguments: tuple[str, ...], stdin: str | bytes, said: str
) -> None:
    assert said in run(*arguments, stdin=stdin, code=2)
    with service.database.read() as connection:
        assert connection.scalar(select(shopify_shops.c.id)) is None


def test_it_needs_an_account_and_never_takes_anothers_shop(service: Service) -> None:
    assert "accounts add" in run(*BY_KEY, stdin=SIGNING_KEY, code=1)
    connect_shop(service)
    add_tenant(service, "C-TWO")
    assert "several accounts" in run(*BY_KEY, stdin="another", code=2)
    assert "belongs to another account" in run(*BY_KEY, "--customer-id", "C-TWO", stdin="another", code=1)
    assert keys(service) == (SIGNING_KEY,)


@pytest.mark.usefixtures("tenant")
def test_for_our_app_it_only_says_whose_a_shop_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--signing-key-stdin" in run(*CONNECT)
    assert told("shops")[0]["state"] == "unsigned"
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_ID", "an id")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_SECRET", "a secret")
    assert f"/shopify/install?shop={DOMAIN}" in run(*CONNECT)
    assert told("shops")[0]["state"] == "connected"


def test_shops_are_shown_with_their_troubles(service: Service, client: Any) -> None:
    assert "No shop" in run("shops")
    shop = connect_shop(service, name="Kurta \x1b[2J & Co").shop
    post(client, "orders/create", {"id": 1})
    with service.database.write() as connection:
        connection.execute(
            insert(shopify_topics).values(shop_id=shop.id, topic="carts/update", count=7, last_at=now_ms())
        )
        change_shop(
            connection,
            shop.id,
            dead_at=1,
            subscription_problems='{"checkouts/create": "needs approval", "*": "Bad day"}',
        )
    (entry,) = told("shops")
    assert entry["shop"], entry["customer_id"] == (DOMAIN, "C-ONE")
    assert (entry["ways"], entry["state"], entry["unknown_topics"]) == (
        ["signing_key"],
        "disconnected",
        {"carts/update": 7},
    )
    assert entry["last_event_at"] > entry["installed_at"][:10]
    said = run("shops", "--customer-id", "C-ONE")
    for words in (
        DOMAIN,
        "its own webhooks",
        "C-ONE",
        "connect it again",
        "no checkouts/create: needs approval",
        "Bad day",
        "7",
    ):
        assert words in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("columns", "state"),
    [({"uninstalled_at": 1}, "uninstalled"), ({"account_id": None}, "no_account"), ({}, "connected")],
)
def test_the_state_of_a_shop(service: Service, connected: Connected, columns: dict[str, Any], state: str) -> None:
    if columns:
        with service.database.write() as connection:
            change_shop(connection, connected.shop.id, **columns)
    assert told("shops")[0]["state"] == state


def test_a_shop_is_removed_with_what_belongs_to_it(
    service: Service, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger = TRIGGERS["order_placed"]
    with service.database.write() as connection:
        store.put_automation(connection, connected.owner, trigger, {"enabled": True})
    folder = service.settings.data_dir / data_requests.FOLDER
    folder.mkdir(parents=True)
    for name in (DOMAIN, "other.myshopify.com"):
        (folder / f"{name}-1.json").write_text(orjson.dumps({"shop": name}).decode())
    assert "--yes" in run("remove", "--shop", DOMAIN, code=2)
    sit_down(monkeypatch)
    run("remove", "--shop", DOMAIN, stdin="n\n", code=1)
    assert keys(service)
    assert "forgotten" in run("remove", "--shop", DOMAIN, stdin="y\n")
    assert told("shops") == []
    assert [file.name for file in folder.iterdir()] == ["other.myshopify.com-1.json"]
    with service.database.read() as connection:
        assert not store.get_automation(connection, connected.owner, trigger).enabled
    assert "no shop" in run("remove", "--shop", DOMAIN, "--yes", code=1)
