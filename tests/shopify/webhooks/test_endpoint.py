"""The endpoint that Shopify calls: what is good, what is not, and what is kept of it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import select

from connectors.app import app_for
from connectors.service import Service
from connectors.shared.clock import DAY, HOUR, SECOND, now_ms
from connectors.shopify.context import Context
from connectors.shopify.shops import add_signing_key, remove_shop
from connectors.shopify.tables import shopify_topics
from connectors.shopify.webhooks import inbox, routes
from tests.shopify.connected import Connected, connect_shop
from tests.shopify.signing import DOMAIN, PATH, SIGNING_KEY, post, signature, signed
from tests.shopify.webhooks.events_kept import rows, states

OTHER, OTHER_KEY = "other.myshopify.com", "another key"
APP_SECRETS = ("new secret", "old secret")
TOPIC = "orders/create"
ORDER = {"id": 6012345678901, "name": "#1042"}


@pytest.fixture(autouse=True)
def known_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "TOPICS", routes.TOPICS | {TOPIC})
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_ID", "an app")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_SECRET", ",".join(APP_SECRETS))


def send(client: FlaskClient, headers: dict[str, str], body: bytes) -> int:
    return client.post(PATH, data=body, headers=headers).status_code


def without(name: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda headers: {key: value for key, value in headers.items() if key != name}


def having(name: str, value: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda headers: headers | {name: value}


def test_an_event_is_kept_sealed_before_it_is_answered(
    client: FlaskClient, service: Service, connected: Connected
) -> None:
    at = now_ms() - HOUR
    answer = post(client, TOPIC, ORDER, webhook_id="w-1", triggered_at=at)
    assert (answer.status_code, answer.data) == (200, b"")
    (row,) = rows(service)
    known = {"shop_id": connected.shop.id, "topic": TOPIC, "webhook_id": "w-1", "triggered_at": at}
    assert {name: row[name] for name in known} == known
    assert (row["state"], row["is_test"], row["order_ref"]) == ("pending", False, None)
    assert "1042" not in row["body_sealed"]
    assert '"#1042"' in service.secrets.decrypt(row["body_sealed"])


SIGNED = [
    (SIGNING_KEY, DOMAIN, 200),
    (SIGNING_KEY, DOMAIN.upper(), 200),
    (APP_SECRETS[0], DOMAIN, 200),
    (APP_SECRETS[1], DOMAIN, 200),
    (APP_SECRETS[0], "unknown.myshopify.com", 200),
    (OTHER_KEY, OTHER, 200),
    (OTHER_KEY, DOMAIN, 401),
    (SIGNING_KEY, OTHER, 401),
    (SIGNING_KEY, "unknown.myshopify.com", 401),
    ("", DOMAIN, 401),
    (SIGNING_KEY, "kurta.example.com", 400),
    (SIGNING_KEY, "kurta.myshopify.com.example.com", 400),
    (SIGNING_KEY, "", 400),
]


def test_only_what_a_key_of_the_shop_or_of_the_app_signed_is_taken(
    client: FlaskClient, service: Service, connected: Connected
) -> None:
    connect_shop(service, OTHER, customer_id="C-TWO", key=OTHER_KEY)
    for key, shop, status in SIGNED:
        before = len(rows(service))
        assert post(client, TOPIC, ORDER, key=key, shop=shop).status_code == status, (key, shop)
        is_kept = status == 200 and not shop.startswith("unknown")
        assert len(rows(service)) - before == is_kept, (key, shop)


HEADERS: list[tuple[Callable[[dict[str, str]], dict[str, str]], int]] = [
    (lambda headers: {name.upper(): value for name, value in headers.items()}, 200),
    (lambda headers: {name.lower().removeprefix("x-"): value for name, value in headers.items()}, 200),
    (without("X-Shopify-Hmac-Sha256"), 401),
    (having("X-Shopify-Hmac-Sha256", "AAAA"), 401),
    (having("X-Shopify-Hmac-Sha256", "\xfc\xe9"), 401),
    (without("X-Shopify-Shop-Domain"), 400),
    (without("X-Shopify-Topic"), 400),
    (having("X-Shopify-Topic", "orders"), 400),
    (having("X-Shopify-Topic", "orders/<create>"), 400),
    (having("X-Shopify-Topic", "o/" + "x" * 99), 400),
    (without("X-Shopify-Webhook-Id"), 200),
    (having("X-Shopify-Webhook-Id", "x" * 5_000), 200),
    (having("X-Shopify-Webhook-Id", "\xfc \xe9"), 200),
    (without("X-Shopify-API-Version"), 200),
    (without("Content-Type"), 200),
]


def test_headers(client: FlaskClient, service: Service, connected: Connected) -> None:
    for number, (change, status) in enumerate(HEADERS):
        headers, body = signed(TOPIC, ORDER | {"number": number})
        before = len(rows(service))
        answers = [send(client, change(headers), body) for _ in range(2)]
        assert answers == [status, status], number
        assert len(rows(service)) - before == (status == 200), f"{number}: the second is a copy, whatever tells it"


def test_a_body_that_was_changed_or_signed_anew_by_another_is_refused(
    client: FlaskClient, service: Service, connected: Connected
) -> None:
    headers, body = signed(TOPIC, ORDER)
    forged = body.replace(b"1042", b"1043")
    assert send(client, headers, forged) == 401
    assert send(client, headers, body + b" ") == 401
    assert send(client, headers | {"X-Shopify-Hmac-Sha256": signature("guessed", forged)}, forged) == 401
    assert send(client, headers, body) == 200
    assert len(rows(service)) == 1


OBJECTS = [b"{}", b'{"a": "\\u0000"}', b'{"id": 18446744073709551616e9}', b'{"a": 1, "a": 2}', b' {"a": {}} ']
NO_OBJECTS = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"1",
    b"{",
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}",
    b'{"a": "\xc3"}',
    b'{"a": "\\ud800"}',
    b'{"a": NaN}',
    b"[" * 100_000,
    b"<order/>",
    b"a=1&b=2",
]


def test_what_is_signed_but_no_object_of_json_is_refused(
    client: FlaskClient, service: Service, connected: Connected
) -> None:
    for body in NO_OBJECTS:
        assert post(client, TOPIC, body).status_code == 400, body[:20]
        assert post(client, TOPIC, body, key="wrong").status_code == 401, body[:20]
    assert rows(service) == []


def test_any_object_of_json_is_kept(client: FlaskClient, service: Service, connected: Connected) -> None:
    for body in OBJECTS:
        assert post(client, TOPIC, body).status_code == 200, body
    assert [service.secrets.decrypt(row["body_sealed"]).encode() for row in rows(service)] == OBJECTS


def test_a_body_that_is_too_large_is_not_read(client: FlaskClient, service: Service, connected: Connected) -> None:
    body = b'{"note": "' + b"x" * routes.LARGEST_BODY + b'"}'
    assert post(client, TOPIC, body).status_code == 413
    assert client.get(PATH).status_code == 405


THEN = 1_795_197_851_123
MOMENTS = {
    "2026-11-20T18:04:11.123456789Z": THEN,
    "2026-11-20T23:34:11.123+05:30": THEN,
    "2026-11-20T18:04:11.123": THEN,
    "0001-01-01T00:00:00+23:00": 0,
    "": None,
    "yesterday": None,
    "2026-13-40T18:04:11Z": None,
    "9999-12-31T23:59:59Z": None,
    "1" * 5_000: None,
}


def test_when_it_was_triggered(client: FlaskClient, service: Service, connected: Connected) -> None:
    before = now_ms()
    for given in MOMENTS:
        headers, body = signed(TOPIC, ORDER)
        assert send(client, headers | {"X-Shopify-Triggered-At": given}, body) == 200
    found = [row["triggered_at"] for row in rows(service)]
    for (given, expected), moment in zip(MOMENTS.items(), found, strict=True):
        assert moment == expected or (expected is None and before <= moment <= now_ms()), given[:40]


def test_a_new_key_counts_at_once_and_the_former_for_a_day(
    client: FlaskClient, service: Service, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(client, TOPIC, ORDER).status_code == 200  # its keys are remembered now
    with service.database.write() as connection:
        add_signing_key(connection, service.secrets, connected.shop.id, "the next key")
    assert post(client, TOPIC, ORDER, key="the next key").status_code == 200
    assert post(client, TOPIC, ORDER).status_code == 200
    later = now_ms() + DAY + SECOND
    monkeypatch.setattr("connectors.shopify.shops.now_ms", lambda: later)
    client = app_for(service).test_client()
    assert post(client, TOPIC, ORDER, key="the next key").status_code == 200
    assert post(client, TOPIC, ORDER).status_code == 401


def test_forty_at_once_are_one(both_services: Service) -> None:
    service = both_services
    connect_shop(service)
    app = app_for(service)
    start = threading.Barrier(40)
    answers: list[int] = []

    def deliver(number: int) -> None:
        headers, body = signed(TOPIC, ORDER, webhook_id="the-same" if number % 2 else "another")
        start.wait(20)
        answers.append(send(app.test_client(), headers, body))

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [200] * 40
    assert sorted(row["webhook_id"] for row in rows(service)) == ["another", "the-same"]


def test_one_merchants_action_may_tell_several_topics(
    client: FlaskClient, service: Service, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "TOPICS", {TOPIC, "orders/paid"})
    for topic in (TOPIC, "orders/paid", TOPIC):
        assert post(client, topic, ORDER, webhook_id="w-1").status_code == 200
    assert sorted(row["topic"] for row in rows(service)) == [TOPIC, "orders/paid"]


def test_topics_that_we_have_no_use_for_are_counted(both_services: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_TOPICS", 2)
    service = both_services
    connect_shop(service)
    client = app_for(service).test_client()
    for topic in ("carts/update", "themes/publish", "carts/update", "one/more", "and/another"):
        assert post(client, topic, ORDER).status_code == 200
    with service.database.read() as connection:
        found = connection.execute(select(shopify_topics.c.topic, shopify_topics.c.count)).all()
    assert sorted(map(tuple, found)) == [("carts/update", 2), ("other", 2), ("themes/publish", 1)]
    assert rows(service) == []


@pytest.mark.parametrize(
    ("topic", "body", "status"),
    [
        ("customers/redact", {"shop_domain": DOMAIN, "customer": {}}, 200),
        ("customers/redact", {"shop_domain": OTHER, "customer": {}}, 401),
        ("shop/redact", {"shop_domain": OTHER}, 401),
        ("shop/redact", ORDER, 401),
        ("app/uninstalled", {"myshopify_domain": OTHER}, 401),
        ("app/uninstalled", {"myshopify_domain": None}, 200),
    ],
)
def test_what_the_app_signed_for_one_shop_is_not_believed_of_another(
    client: FlaskClient, service: Service, connected: Connected, topic: str, body: dict[str, Any], status: int
) -> None:
    assert post(client, topic, body, key=APP_SECRETS[0]).status_code == status
    assert states(service) == ["pending"] * (status == 200)


@pytest.mark.usefixtures("logged")
def test_a_shop_that_went_away_a_moment_ago(client: FlaskClient, service: Service, connected: Connected) -> None:
    assert post(client, TOPIC, ORDER).status_code == 200
    with service.database.write() as connection:
        remove_shop(connection, connected.shop.id)
    assert post(client, TOPIC, ORDER).status_code == 503  # its keys were remembered still
    assert post(client, TOPIC, ORDER).status_code == 401


def test_while_nothing_can_be_kept_shopify_is_asked_to_come_again(
    client: FlaskClient, service: Service, connected: Connected, parts: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(client, TOPIC, ORDER)
    with service.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE shopify_events RENAME TO elsewhere")
    with structlog.testing.capture_logs() as logs:
        answer = post(client, TOPIC, ORDER)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "1042" not in str(logs)


def test_outcomes_are_counted(client: FlaskClient, service: Service, connected: Connected) -> None:
    def counted() -> dict[str, float]:
        lines = client.get("/metrics").get_data(as_text=True).splitlines()
        own = [line.partition('outcome="')[2] for line in lines if line.startswith("connectors_shopify_webhooks_total")]
        return {line.partition('"')[0]: float(line.rpartition(" ")[2]) for line in own}

    before = counted()
    headers, body = signed(TOPIC, ORDER)
    send(client, headers, body)
    send(client, headers, body)
    send(client, headers, body + b" ")
    post(client, "carts/update", ORDER)
    post(client, TOPIC, ORDER, key=APP_SECRETS[0], shop=OTHER)
    assert {name: value - before[name] for name, value in counted().items()} == {
        "kept": 1,
        "copy": 1,
        "refused": 1,
        "unknown_topic": 1,
        "unknown_shop": 1,
    }
