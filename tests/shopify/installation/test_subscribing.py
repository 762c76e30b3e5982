"""Subscriptions: those that are missing are made, none twice, and what Shopify refuses is kept to be shown."""

import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine

import connectors
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import DAY, MINUTE, SECOND, now_ms
from connectors.shopify.context import CALLBACK, INSTALL, WEBHOOKS, Context
from connectors.shopify.installation.rounds import LEASE_MS
from connectors.shopify.installation.subscribing import EVERYTHING, NOT_HTTPS, Subscriber, problems_of
from connectors.shopify.installation.subscriptions import TOPICS, enum_of
from connectors.shopify.platform.admin import API_VERSION
from connectors.shopify.platform.scopes import REQUESTED
from connectors.shopify.shops import change_shop
from connectors.shopify.webhooks import routes as webhooks
from tests.shopify.connected import parts_of
from tests.shopify.platform.granted import change, expire, grant, row
from tests.shopify.platform.playing import DROPPED, Played, Reply, graphql_error, user_error

URI = f"http://127.0.0.1:8000{WEBHOOKS}"
ALL = sorted(enum_of(topic) for topic in TOPICS)


def made(played: Played) -> list[str]:
    return sorted(each["topic"] for each in played.subscriptions if each.get("uri") == URI)


def problems(service: Service) -> dict[str, str]:
    with service.database.read() as connection:
        return problems_of(connection, row(service)["id"])


def pause(service: Service) -> int:
    """Return for how long the shop is left alone, in milliseconds."""
    return int(row(service)["subscribe_at"] - now_ms())


def test_what_is_missing_is_made_and_looked_at_again_daily(parts: Context, shopify: Played) -> None:
    grant(parts, shopify)
    shopify.shop = {
        "name": "Kurta\x00 & Co",
        "currencyCode": "INR",
        "ianaTimezone": "Asia/Kolkata",
        "billingAddress": {"countryCodeV2": "IN"},
    }
    subscriber = Subscriber(parts)
    subscriber.look()
    assert made(shopify) == ALL
    kept = row(parts.service)
    assert (kept["name"], kept["currency"], kept["timezone"], kept["country_code"]) == (
        *("Kurta & Co", "INR"),
        *("Asia/Kolkata", "IN"),
    )
    assert (kept["subscription_problems"], kept["subscribe_leased_until"]) == (None, 0)
    assert DAY - MINUTE < pause(parts.service) <= DAY
    calls = len(shopify.calls)
    subscriber.look()
    assert len(shopify.calls) == calls
    # Shopify removes one after eight deliveries that failed.
    shopify.subscriptions = [each for each in shopify.subscriptions if each["topic"] != "ORDERS_PAID"]
    with time_machine.travel((now_ms() + DAY) / SECOND):
        subscriber.look()
    assert made(shopify) == ALL
    assert [each["topic"] for each in shopify.operations("Subscribe")[len(ALL) :]] == ["ORDERS_PAID"]


@pytest.mark.parametrize("as_edges", [True, False])
@pytest.mark.parametrize(
    "address",
    [{"uri": URI}, {"callbackUrl": URI}, {"endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": URI}}],
)
def test_those_that_are_there_are_found_on_every_page(
    parts: Context, shopify: Played, as_edges: bool, address: dict[str, Any]
) -> None:
    grant(parts, shopify)
    shopify.as_edges = as_edges
    elsewhere = {"topic": "ORDERS_CREATE", "uri": "https://other.example/shopify/webhooks"}
    shopify.subscriptions = [elsewhere, *({"topic": topic} | address for topic in ALL)]
    Subscriber(parts).look()
    assert shopify.operations("Subscribe") == []
    assert problems(parts.service) == {}


def test_two_workers_make_none_twice(shopify: Played, both_services: Service) -> None:
    another = Service(read_settings())
    workers = [parts_of(both_services), parts_of(another)]
    grant(workers[0], shopify)
    barrier = threading.Barrier(4)

    def look(parts: Context) -> None:
        barrier.wait()
        Subscriber(parts).look()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, workers * 2))
    another.close()
    assert made(shopify) == ALL
    assert len(shopify.operations("Shop")) == 1


def test_who_lost_the_lease_makes_no_more(parts: Context, shopify: Played) -> None:
    """A worker that stood still for minutes goes on while another has begun."""
    grant(parts, shopify)
    begun: list[str] = []

    def stand_still(operation: str) -> None:
        begun.append(operation)
        if begun.count("Subscribe") == 3 and operation == "Subscribe":
            with time_machine.travel((now_ms() + LEASE_MS + SECOND) / SECOND, tick=True):
                Subscriber(parts).look()

    shopify.before = stand_still
    Subscriber(parts).look()
    # The third was out already: Shopify itself refuses such a copy, this stand-in does not.
    assert sorted({*made(shopify)}) == ALL
    assert len(made(shopify)) == len(ALL) + 1


def test_who_died_in_the_middle_is_followed_by_another(parts: Context, shopify: Played) -> None:
    grant(parts, shopify)
    change(parts.service, subscribe_leased_until=now_ms() + LEASE_MS)
    Subscriber(parts).look()
    assert shopify.calls == []
    change(parts.service, subscribe_leased_until=now_ms() - 1)
    Subscriber(parts).look()
    assert made(shopify) == ALL


def test_installed_anew_meanwhile_it_is_looked_at_again_at_once(parts: Context, shopify: Played) -> None:
    grant(parts, shopify)

    def install(operation: str) -> None:
        if operation == "Shop":
            grant(parts, shopify)

    shopify.before = install
    subscriber = Subscriber(parts)
    subscriber.look()
    assert pause(parts.service) <= 0
    shopify.before = lambda operation: None
    subscriber.look()
    assert pause(parts.service) > 0
    assert made(shopify) == ALL


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (user_error("You cannot subscribe to this topic: call +1 503 555 0123"), "You cannot subscribe"),
        (graphql_error("Not approved to subscribe to ORDERS_CREATE", "ACCESS_DENIED"), "Not approved"),
        ((200, {}, {"data": {"webhookSubscriptionCreate": None}}), "did not say why"),
        (user_error("Address for this topic has already been taken"), None),
    ],
)
def test_a_topic_that_is_refused_is_kept_and_the_others_are_made(
    parts: Context, shopify: Played, reply: Reply, words: str | None
) -> None:
    grant(parts, shopify)
    shopify.refused_topics["ORDERS_CREATE"] = reply
    subscriber = Subscriber(parts)
    subscriber.look()
    assert made(shopify) == [topic for topic in ALL if topic != "ORDERS_CREATE"]
    if words is None:
        assert problems(parts.service) == {}
        return
    found = problems(parts.service)
    assert list(found) == ["orders/create"]
    assert words in found["orders/create"]
    assert "555" not in found["orders/create"]
    pauses = []
    for _ in range(3):
        pauses.append(round(pause(parts.service), -3))
        change(parts.service, subscribe_at=now_ms())
        subscriber.look()
    assert pauses == sorted(set(pauses))
    shopify.refused_topics.clear()
    with parts.service.database.write() as connection:
        change_shop(connection, row(parts.service)["id"], subscribe_at=now_ms())
    subscriber.look()
    assert (made(shopify), problems(parts.service)) == (ALL, {})


@pytest.mark.parametrize(
    ("reply", "shortest", "longest", "is_shown"),
    [
        ((429, {"Retry-After": "7"}, b""), 6 * SECOND, 7 * SECOND, False),
        ((503, {}, b""), 29 * SECOND, 30 * SECOND, True),
        (DROPPED, 29 * SECOND, 30 * SECOND, True),
        ((403, {}, b""), 29 * SECOND, 30 * SECOND, True),
    ],
)
def test_where_shopify_cannot_be_asked_it_is_tried_again(
    parts: Context, shopify: Played, reply: Reply, shortest: int, longest: int, is_shown: bool
) -> None:
    grant(parts, shopify)
    shopify.next.append(reply)
    Subscriber(parts).look()
    assert shortest < pause(parts.service) <= longest
    assert list(problems(parts.service)) == ([EVERYTHING] if is_shown else [])
    change(parts.service, subscribe_at=now_ms())
    Subscriber(parts).look()
    assert (made(shopify), problems(parts.service)) == (ALL, {})


def test_a_shop_that_let_us_out_is_left_alone(parts: Context, shopify: Played) -> None:
    grant(parts, shopify)
    shopify.refresh.clear()
    expire(parts.service, shopify)
    Subscriber(parts).look()
    assert EVERYTHING in problems(parts.service)
    assert pause(parts.service) > DAY - MINUTE
    change(parts.service, subscribe_at=now_ms(), uninstalled_at=now_ms(), dead_at=None)
    shopify.calls.clear()
    Subscriber(parts).look()
    assert shopify.calls == []


def test_only_https_is_told_of_anything(
    parts: Context, shopify: Played, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(parts, shopify)
    monkeypatch.setattr(type(parts.settings), "is_shopify", property(lambda _self: True))
    Subscriber(parts).look()
    assert problems(service) == {EVERYTHING: NOT_HTTPS}
    assert shopify.subscriptions == []


def test_a_country_that_a_person_gave_stays_and_oddities_are_not_kept(parts: Context, shopify: Played) -> None:
    grant(parts, shopify)
    change(parts.service, country_code="DE", timezone="Europe/Berlin", currency="EUR", name="Laden")
    for odd in ({"name": 7, "currencyCode": "euro", "ianaTimezone": "Mars/Base", "billingAddress": []}, {"name": " "}):
        shopify.shop = odd
        change(parts.service, subscribe_at=now_ms())
        Subscriber(parts).look()
    shopify.shop = {"name": "L" * 300, "ianaTimezone": "../etc/passwd", "billingAddress": {"countryCodeV2": "AT"}}
    change(parts.service, subscribe_at=now_ms())
    Subscriber(parts).look()
    kept = row(parts.service)
    assert (kept["country_code"], kept["timezone"], kept["currency"]) == ("DE", "Europe/Berlin", "EUR")
    assert kept["name"] == "L" * 255


def test_every_topic_has_a_meaning_here() -> None:
    assert set(TOPICS) <= webhooks.TOPICS
    assert len(set(TOPICS)) == len(TOPICS)


def test_the_apps_configuration_says_what_the_code_says() -> None:
    path = Path(connectors.__file__).parent.parent / "deploy" / "shopify.app.toml"
    found = tomllib.loads(path.read_text())
    assert found["access_scopes"]["scopes"] == REQUESTED
    assert found["webhooks"]["api_version"] == API_VERSION
    assert found["application_url"].endswith(INSTALL)
    assert [url.endswith(CALLBACK) for url in found["auth"]["redirect_urls"]] == [True]
    (subscription,) = found["webhooks"]["subscriptions"]
    assert subscription["uri"].endswith(WEBHOOKS)
    assert set(subscription["compliance_topics"]) == {"customers/data_request", "customers/redact", "shop/redact"}
    assert set(subscription["compliance_topics"]) <= webhooks.TOPICS
