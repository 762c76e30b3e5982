"""Opt-outs by SMS reach Shopify: each once, for each customer who has that number."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import DAY, HOUR, SECOND, now_ms, to_rfc3339
from connectors.shared.opt_outs import store
from connectors.shared.opt_outs.store import Scope
from connectors.shopify.context import Context
from connectors.shopify.installation.telling import SOURCE, Teller
from connectors.shopify.orders.records import Record, remember
from connectors.shopify.shops import Shop
from connectors.shopify.tables import RecordKind, shopify_opt_outs
from tests.shopify.connected import connect_shop, parts_of
from tests.shopify.platform.granted import change, grant
from tests.shopify.platform.playing import Played, Reply, graphql_error

NUMBER, OTHER = "919816123456", "919816123457"


def shop_of(parts: Context, played: Played) -> Shop:
    """Return a shop of an account that let our app in."""
    connect_shop(parts.service)
    return grant(parts, played)


def know(parts: Context, shop: Shop, kind: RecordKind, ref: str, customer: str | None, number: str = NUMBER) -> None:
    record = Record(kind, ref, None, customer, None, None, 1, {})
    with parts.service.database.write() as connection:
        remember(connection, parts.service.secrets, shop.id, record, [number])


def stop(parts: Context, shop: Shop, number: str = NUMBER, source: str = SOURCE) -> int:
    """Opt a number out; returns when that was."""
    assert shop.account_id is not None
    with parts.service.database.write() as connection:
        opt_out = store.add(connection, parts.service.secrets, shop.account_id, number, Scope.ALL, source)
        return opt_out.created_at


def told(played: Played) -> list[tuple[str, str]]:
    """Return (customer, when consent ended) of what Shopify was told."""
    inputs = [each["input"] for each in played.operations("Withdraw")]
    assert all(each["smsMarketingConsent"]["marketingState"] == "UNSUBSCRIBED" for each in inputs)
    return sorted(
        (each["customerId"].rpartition("/")[2], each["smsMarketingConsent"]["consentUpdatedAt"]) for each in inputs
    )


def rows(service: Service) -> list[Any]:
    with service.database.read() as connection:
        return list(connection.execute(select(shopify_opt_outs)).mappings())


def test_each_customer_of_the_number_is_told_of_once(parts: Context, shopify: Played) -> None:
    shop = shop_of(parts, shopify)
    know(parts, shop, RecordKind.CUSTOMER, "71", "71")
    know(parts, shop, RecordKind.ORDER, "6001", "72")
    know(parts, shop, RecordKind.ORDER, "6002", None)
    know(parts, shop, RecordKind.CUSTOMER, "73", "73", OTHER)
    moment = to_rfc3339(stop(parts, shop))
    stop(parts, shop, OTHER, source="api")  # a person's own list is no business of Shopify's
    teller = Teller(parts)
    teller.look()
    teller.look()
    assert told(shopify) == [("71", moment), ("72", moment)]
    assert [each["told_at"] is not None for each in rows(parts.service)] == [True, True]


def test_two_workers_tell_once(shopify: Played, both_services: Service) -> None:
    another = Service(read_settings())
    workers = [parts_of(both_services), parts_of(another)]
    shop = shop_of(workers[0], shopify)
    for ref in ("71", "72", "73"):
        know(workers[0], shop, RecordKind.CUSTOMER, ref, ref)
    stop(workers[0], shop)
    barrier = threading.Barrier(4)

    def look(parts: Context) -> None:
        barrier.wait()
        Teller(parts).look()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, workers * 2))
    another.close()
    assert [ref for ref, _ in told(shopify)] == ["71", "72", "73"]


def test_an_opt_out_after_another_is_told_again(parts: Context, shopify: Played) -> None:
    shop = shop_of(parts, shopify)
    know(parts, shop, RecordKind.CUSTOMER, "71", "71")
    teller = Teller(parts)
    first = stop(parts, shop)
    teller.look()
    assert shop.account_id is not None
    with parts.service.database.write() as connection:
        store.remove(connection, parts.service.secrets, shop.account_id, NUMBER)
    with time_machine.travel((now_ms() + HOUR) / SECOND):
        second = stop(parts, shop)
        teller.look()
    assert told(shopify) == [("71", to_rfc3339(first)), ("71", to_rfc3339(second))]


def test_a_number_that_is_a_customers_only_later_is_found_too(parts: Context, shopify: Played) -> None:
    shop = shop_of(parts, shopify)
    stop(parts, shop)
    clock = [0.0]
    teller = Teller(parts, lambda: clock[0])
    with time_machine.travel((now_ms() + 2 * DAY) / SECOND):
        teller.look()
        know(parts, shop, RecordKind.CUSTOMER, "71", "71")
        teller.look()
        assert told(shopify) == []
        clock[0] = 4_000.0
        teller.look()
    assert [ref for ref, _ in told(shopify)] == ["71"]


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        ((503, {}, b""), 30 * SECOND),
        ((429, {"Retry-After": "9"}, b""), 9 * SECOND),
        (graphql_error("write_customers is needed", "ACCESS_DENIED"), 30 * SECOND),
    ],
)
def test_what_goes_wrong_is_tried_again(parts: Context, shopify: Played, reply: Reply, pause: int) -> None:
    shop = shop_of(parts, shopify)
    know(parts, shop, RecordKind.CUSTOMER, "71", "71")
    stop(parts, shop)
    shopify.next.append(reply)
    teller = Teller(parts)
    teller.look()
    (kept,) = rows(parts.service)
    assert (kept["told_at"], kept["attempts"]) == (None, 1)
    assert pause - 5 * SECOND < kept["next_attempt_at"] - now_ms() <= pause
    assert kept["problem"]
    with time_machine.travel((now_ms() + pause) / SECOND):
        teller.look()
    (kept,) = rows(parts.service)
    assert (kept["told_at"] is None, kept["problem"]) == (False, None)


def test_whom_shopify_does_not_know_is_given_up(parts: Context, shopify: Played) -> None:
    shop = shop_of(parts, shopify)
    know(parts, shop, RecordKind.CUSTOMER, "71", "71")
    know(parts, shop, RecordKind.CUSTOMER, "gid://odd", "gid://odd")
    stop(parts, shop)
    shopify.user_errors = [{"field": ["input"], "message": f"The customer +{NUMBER} must have a phone"}]
    teller = Teller(parts)
    teller.look()
    with time_machine.travel((now_ms() + DAY) / SECOND):
        teller.look()
    assert len(shopify.operations("Withdraw")) == 1
    assert NUMBER not in str(rows(parts.service))


@pytest.mark.parametrize("values", [{"is_app": False}, {"uninstalled_at": 1}, {"dead_at": 1}, {"account_id": None}])
def test_only_shops_with_access_are_told(parts: Context, shopify: Played, values: dict[str, Any]) -> None:
    shop = shop_of(parts, shopify)
    know(parts, shop, RecordKind.CUSTOMER, "71", "71")
    stop(parts, shop)
    change(parts.service, **values)
    Teller(parts).look()
    assert (shopify.calls, rows(parts.service)) == ([], [])
