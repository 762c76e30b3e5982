"""An installation of our app in its branches: begun, allowed, forged, late, twice, and for whom."""

import hmac
import re
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from connectors.app import app_for
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import DAY, now_ms
from connectors.shopify.installation.installing import purge_states
from connectors.shopify.platform.scopes import REQUESTED
from connectors.shopify.tables import shopify_shops, shopify_used_states
from tests.shopify.connected import add_tenant, connect_shop, parts_of
from tests.shopify.platform.playing import CLIENT_ID, DROPPED, OLD_SECRET, SECRET, Played, Reply
from tests.shopify.signing import DOMAIN

HOSTILE = (
    "evil.com",
    f"{DOMAIN}.evil.com",
    f"evil.com/{DOMAIN}",
    f"evil.com#{DOMAIN}",
    f"user@{DOMAIN}",
    f"{DOMAIN}:8443",
    f"{DOMAIN}/admin",
    f"{DOMAIN}?x=1",
    f"{DOMAIN}\n",
    f" {DOMAIN}",
    f"https://{DOMAIN}",
    "a.b.myshopify.com",
    "-a.myshopify.com",
    ".myshopify.com",
    "myshopify.com",
    "kurta.myshopifyXcom",
    "\u212aurta.myshopify.com",  # the Kelvin sign, whose small letter is a k
    "kürta.myshopify.com",
    "a" * 200 + ".myshopify.com",
    "",
)


@pytest.fixture
def client(shopify: Played, service: Service) -> FlaskClient:
    return app_for(service).test_client()


def signed(values: dict[str, str], secret: str = SECRET) -> str:
    message = "&".join(f"{name}={values[name]}" for name in sorted(values))
    return urlencode(values | {"hmac": hmac.new(secret.encode(), message.encode(), "sha256").hexdigest()})


def begin(client: FlaskClient, shop: str = DOMAIN) -> str:
    """Start an installation; returns its state."""
    response = client.get("/shopify/install", query_string={"shop": shop})
    assert response.status_code == 302
    return parse_qs(urlsplit(response.headers["Location"]).query)["state"][0]


def finish(client: FlaskClient, played: Played, state: str, secret: str = SECRET, **changed: str) -> TestResponse:
    """Come back with a new code; a value that is changed to "" is left out."""
    played.codes.add("the-code")
    values = {
        "code": "the-code",
        "shop": DOMAIN,
        "state": state,
        "timestamp": str(now_ms() // 1_000),
        "host": "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvYQ",
    } | changed
    query = signed({name: value for name, value in values.items() if value}, secret)
    return client.get("/shopify/callback", query_string=query)


def is_page(response: TestResponse, status: int, *words: str) -> None:
    assert (response.status_code, response.mimetype) == (status, "text/html")
    for each in words:
        assert each in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    for secret in (SECRET, OLD_SECRET, "_secret-"):
        assert secret not in response.text


def shops(service: Service) -> list[Any]:
    with service.database.read() as connection:
        return list(connection.execute(select(shopify_shops)).mappings())


def test_the_browser_is_sent_to_the_shops_admin(client: FlaskClient, shopify: Played) -> None:
    response = client.get("/shopify/install", query_string={"shop": DOMAIN.upper()})
    where = urlsplit(response.headers["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{shopify.url}/{DOMAIN}/admin/oauth/authorize"
    query = parse_qs(where.query)
    assert (query["client_id"], query["scope"]) == ([CLIENT_ID], [REQUESTED])
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/shopify/callback"]
    cookie = response.headers["Set-Cookie"]
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/shopify", "Max-Age=600"):
        assert f"; {attribute}" in cookie
    assert cookie.split(";")[0].split("=", 1)[1] not in query["state"][0]
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_what_is_no_shop_is_sent_nowhere(client: FlaskClient, shopify: Played) -> None:
    state = begin(client)
    for shop in HOSTILE:
        response = client.get("/shopify/install", query_string={"shop": shop})
        is_page(response, 400, "Which shop is it?")
        assert "Set-Cookie" not in response.headers
        is_page(finish(client, shopify, state, shop=shop), 400, "nothing to finish")
    assert shopify.forms == []


def test_an_address_that_shopify_signed_is_verified(client: FlaskClient) -> None:
    values = {"shop": DOMAIN, "timestamp": "1337178173"}
    for secret in (SECRET, OLD_SECRET):
        assert client.get("/shopify/install", query_string=signed(values, secret)).status_code == 302
    is_page(client.get("/shopify/install", query_string=signed(values, "other")), 403, "Start the installation again")
    is_page(client.get("/shopify/install", query_string=signed(values) + "&x=1"), 403, f"install?shop={DOMAIN}")


def test_behind_https_and_a_path(shopify: Played, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_PUBLIC_URL", "https://sms.example/tools/")
    with closing(Service(read_settings())) as public:
        client = app_for(public).test_client()
        response = client.get("/shopify/install", query_string={"shop": DOMAIN})
        page = client.get("/shopify/install").text
    assert "; Secure" in response.headers["Set-Cookie"]
    assert "; Path=/tools/shopify" in response.headers["Set-Cookie"]
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["redirect_uri"] == ["https://sms.example/tools/shopify/callback"]
    assert 'href="/tools/shopify/static/notice.css"' in page


def test_an_installation(shopify: Played, both_services: Service) -> None:
    account_id, _ = add_tenant(both_services)
    client = app_for(both_services).test_client()
    before = now_ms()
    response = finish(client, shopify, begin(client))
    is_page(response, 200, "The shop is connected", f"connectors shopify setup --shop {DOMAIN}", f"{DOMAIN}/admin")
    (shop,) = shops(both_services)
    assert (shop["domain"], shop["account_id"], shop["is_app"], shop["dead_at"]) == (DOMAIN, account_id, True, None)
    assert before <= shop["subscribe_at"] <= now_ms()
    unsealed = both_services.secrets.decrypt
    assert (unsealed(shop["access_sealed"]), unsealed(shop["refresh_sealed"])) == ("shpat_secret-1", "shprt_secret-1")
    assert 3_500_000 < shop["access_expires_at"] - now_ms() <= 3_600_000
    (form,) = shopify.forms
    assert {name: form[name] for name in ("client_id", "client_secret", "code", "expiring")} == {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "code": "the-code",
        "expiring": "1",
    }


def test_a_token_that_lasts(client: FlaskClient, shopify: Played, service: Service) -> None:
    shopify.expiring = False
    is_page(finish(client, shopify, begin(client)), 200)
    (shop,) = shops(service)
    assert (shop["access_expires_at"], shop["refresh_sealed"]) == (None, None)
    assert parts_of(service).grants.access(shop["id"]).value == "shpat_secret-1"


@pytest.mark.parametrize("accounts", [0, 2])
def test_a_shop_of_nobody_yet_says_what_to_run(
    client: FlaskClient, shopify: Played, service: Service, accounts: int
) -> None:
    for number in range(accounts):
        add_tenant(service, f"C-{number}")
    words = f"connectors shopify connect --shop {DOMAIN} --customer-id …"
    is_page(finish(client, shopify, begin(client)), 200, "One step is left", words)
    assert shops(service)[0]["account_id"] is None


def test_a_shop_stays_with_its_account(client: FlaskClient, shopify: Played, service: Service) -> None:
    connected = connect_shop(service)
    add_tenant(service, "C-TWO")
    with service.database.write() as connection:
        gone = {"uninstalled_at": 5, "installed_at": 1, "dead_at": 5, "refresh_leased_until": 2**40}
        own = {"client_id": "own", "client_secret_sealed": "x", "subscription_problems": "{}"}
        connection.execute(shopify_shops.update().values(**gone, **own))
    is_page(finish(client, shopify, begin(client)), 200, "The shop is connected")
    (shop,) = shops(service)
    assert (shop["account_id"], shop["id"]) == (connected.account_id, connected.shop.id)
    for column in ("uninstalled_at", "dead_at", "client_id", "client_secret_sealed", "subscription_problems"):
        assert shop[column] is None
    assert shop["installed_at"] > 1
    assert shop["signing_keys_sealed"]
    # Once more, without an uninstallation that was heard of: one that is told late is of what was before.
    with service.database.write() as connection:
        connection.execute(shopify_shops.update().values(installed_at=1))
    finish(client, shopify, begin(client))
    assert shops(service)[0]["installed_at"] > 1


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_either_secret_signs_in_a_rotation_and_the_new_one_is_used(
    client: FlaskClient, shopify: Played, secret: str
) -> None:
    is_page(finish(client, shopify, begin(client), secret), 200)
    assert shopify.forms[0]["client_secret"] == SECRET


def test_forged_missing_late_and_of_another_shop(client: FlaskClient, shopify: Played, service: Service) -> None:
    state = begin(client)
    for response in (
        finish(client, shopify, state, "another secret"),
        client.get("/shopify/callback", query_string={"code": "c", "shop": DOMAIN, "state": state}),
        finish(client, shopify, state, timestamp=""),
        finish(client, shopify, state, timestamp=str((now_ms() - DAY) // 1_000 - 60)),
        finish(client, shopify, "", timestamp=str(now_ms() // 1_000)),
        finish(client, shopify, state[:-1] + ("0" if state[-1] != "0" else "1")),
        finish(client, shopify, state, shop="other.myshopify.com"),
        finish(client, shopify, begin(client, "other.myshopify.com")),
    ):
        is_page(response, 403, "Start the installation again")
    assert (shopify.forms, shops(service)) == ([], [])
    is_page(finish(client, shopify, state), 200)


def test_another_browser_cannot_finish_and_a_state_is_good_once(
    shopify: Played, service: Service, client: FlaskClient
) -> None:
    theirs = app_for(service).test_client()
    state = begin(client)
    begin(theirs)
    is_page(finish(theirs, shopify, state), 403, "another browser")
    (name,) = [each.key for each in (client._cookies or {}).values()]
    secret = client.get_cookie(name, path="/shopify")
    assert secret is not None
    is_page(finish(client, shopify, state), 200)
    assert client.get_cookie(name, path="/shopify") is None
    client.set_cookie(name, secret.value, path="/shopify")
    is_page(finish(client, shopify, state), 403, "through already")
    assert len(shopify.forms) == 1


def test_a_state_is_good_for_ten_minutes_and_then_forgotten(
    client: FlaskClient, shopify: Played, service: Service
) -> None:
    is_page(finish(client, shopify, begin(client)), 200)
    with service.database.read() as connection:
        assert len(connection.execute(select(shopify_used_states)).all()) == 1
    state = begin(client)
    with time_machine.travel(now_ms() / 1_000 + 601):
        client.set_cookie(f"shopify_install_{state.split('.')[1][:16]}", "x", path="/shopify")
        is_page(finish(client, shopify, state), 403, "ten minutes")
        purge_states(parts_of(service))
    with service.database.read() as connection:
        assert connection.execute(select(shopify_used_states)).all() == []


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ((400, {}, {"error": "invalid_request"}), 400),
        ((400, {}, {"error": "invalid_grant"}), 400),
        ((400, {}, {"error": "invalid_client"}), 503),
        ((429, {"Retry-After": "90"}, b""), 503),
        ((500, {}, b"<html>"), 503),
        ((200, {}, {"access_token": 1}), 503),
        (DROPPED, 503),
    ],
)
def test_a_code_that_brings_nothing(
    client: FlaskClient, shopify: Played, service: Service, reply: Reply, status: int
) -> None:
    shopify.next.append(reply)
    response = finish(client, shopify, begin(client))
    is_page(response, status, f"install?shop={DOMAIN}")
    assert response.headers.get("Retry-After") == ({503: "90" if reply[0] == 429 else "30"}.get(status))
    assert shops(service) == []


def test_nothing_to_finish(client: FlaskClient, shopify: Played, service: Service) -> None:
    for query in ({}, {"shop": DOMAIN}, {"shop": DOMAIN, "code": "x" * 2_000}):
        is_page(client.get("/shopify/callback", query_string=query), 400, "nothing to finish")
    response = client.get("/shopify/callback", query_string={"error": "<script>", "shop": DOMAIN})
    is_page(response, 403, "not installed")
    assert "<script" not in response.text
    state = begin(client)
    assert client.head("/shopify/callback", query_string={"state": state}).status_code == 405
    for method in ("POST", "OPTIONS"):
        assert client.open("/shopify/callback", method=method).status_code == 405


def test_the_database_cannot_take_it(client: FlaskClient, shopify: Played, service: Service) -> None:
    state = begin(client)
    with service.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE shopify_used_states RENAME TO elsewhere")
    is_page(finish(client, shopify, state), 503, "cannot keep anything")
    assert shopify.forms == []


def test_the_page_has_its_style(client: FlaskClient) -> None:
    found = re.search(r'<link rel="stylesheet" href="([^"]+)">', client.get("/shopify/install").text)
    assert found is not None
    style = client.get(found[1])
    assert (style.status_code, style.mimetype) == (200, "text/css")
    assert "prefers-color-scheme: dark" in style.text


def test_without_an_app_the_pages_say_how_else(app: Flask) -> None:
    client = app.test_client()
    for path in (f"/shopify/install?shop={DOMAIN}", "/shopify/callback?code=x"):
        is_page(client.get(path), 404, "connectors shopify connect")
