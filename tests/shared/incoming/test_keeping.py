"""Each message from a phone is kept once, by whichever way and however often it comes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from connectors.service import Service
from connectors.shared.accounts.store import delete_account
from connectors.shared.clock import HOUR, MINUTE, now_ms
from connectors.shared.incoming.cleaning import clean_address, clean_text, shown_address
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.incoming.store import list_incoming
from tests.shared.messages.tenants import Tenant, add_tenant, wait_for

SENDER = "79161234567"
EARLIER = now_ms() - HOUR


def said(**values: Any) -> IncomingMessage:
    return IncomingMessage(**({"sender": SENDER, "recipient": "4545", "text": "ok"} | values))


def keep(tenant: Tenant, arrived: Sequence[IncomingMessage], way: Way = Way.CALLBACK) -> int:
    return tenant.service.incoming.keep(tenant.connection_id, arrived, way)


def kept(tenant: Tenant) -> list[dict[str, Any]]:
    with tenant.service.database.read() as connection:
        return list_incoming(connection, tenant.account_id, sender=None, before_id=None, limit=100)


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


C, P = Way.CALLBACK, Way.POLLED
A, B = {"vendor_id": "A"}, {"vendor_id": "B"}
NOW, SOON, LATE = ({"happened_at": EARLIER + after} for after in (0, 10 * MINUTE, 16 * MINUTE))


@pytest.mark.parametrize(
    ("arrivals", "count"),
    [
        pytest.param([(C, A | NOW), (C, A | NOW)], 1, id="called twice"),
        pytest.param([(C, A | NOW), (C, B | NOW)], 2, id="two with ids of their own"),
        pytest.param([(C, NOW), (C, NOW)], 1, id="without an id, by who, what and when"),
        pytest.param([(C, NOW), (C, SOON)], 2, id="the same words ten minutes later"),
        pytest.param([(C, {}), (C, {})], 1, id="called again without an id or a time"),
        pytest.param([(P, {}), (P, {})], 1, id="a page without ids and times read again"),
        pytest.param([(C, A | NOW), (P, A)], 1, id="called and polled under one id"),
        pytest.param([(P, A), (C, A | NOW)], 1, id="polled and called under one id"),
        pytest.param([(C, A | NOW), (P, SOON)], 1, id="called and polled, named differently"),
        pytest.param([(P, SOON), (C, A | NOW), (P, SOON)], 1, id="polled, called, polled again"),
        pytest.param([(C, A | NOW), (P, SOON), (P, SOON), (C, A | NOW)], 1, id="each again"),
        pytest.param([(C, A | NOW), (P, LATE)], 2, id="the same words by the other way, much later"),
        pytest.param([(C, A | NOW), (P, NOW), (P, SOON)], 2, id="paired once"),
        pytest.param([(C, A | NOW), (C, B | NOW), (P, NOW), (P, SOON)], 2, id="two, each paired"),
        pytest.param([(C, A | NOW), (P, B | NOW), (P, A | NOW)], 1, id="a name that comes after its twin"),
    ],
)
def test_each_is_kept_once(tenant: Tenant, arrivals: list[tuple[Way, dict[str, Any]]], count: int) -> None:
    new = sum(keep(tenant, [said(**values)], way) for way, values in arrivals)
    assert (new, len(kept(tenant))) == (count, count)


def test_within_one_batch_what_is_known_by_name_keeps_its_other_half(tenant: Tenant) -> None:
    keep(tenant, [said(**A, **NOW)])
    assert keep(tenant, [said(**B, **NOW), said(**A, **NOW), said(**B, **NOW)], P) == 1


def test_it_is_known_once_it_came_by_this_way(tenant: Tenant) -> None:
    door, mine, other = tenant.service.incoming, said(**NOW), said(text="other", **NOW)
    keep(tenant, [mine])
    assert door.known(tenant.connection_id, [mine, other], C) == [True, False]
    assert door.known(tenant.connection_id, [mine], P) == [False]  # still to be noted as its other half
    keep(tenant, [mine], P)
    assert door.known(tenant.connection_id, [mine, other], P) == [True, False]


def test_forty_at_once_keep_one(tenant: Tenant) -> None:
    with ThreadPoolExecutor(40) as pool:
        new = list(pool.map(lambda place: keep(tenant, [said(**A)], (C, P)[place % 2]), range(40)))
    assert (sum(new), len(kept(tenant))) == (1, 1)


def test_tenants_are_strangers(tenant: Tenant) -> None:
    other = add_tenant(tenant.service, "C-TWO")
    assert (keep(tenant, [said(**A)]), keep(other, [said(**A)])) == (1, 1)
    assert kept(tenant)[0]["id"] != kept(other)[0]["id"]


def test_it_is_kept_as_every_database_takes_it(tenant: Tenant) -> None:
    future = now_ms() + HOUR
    keep(
        tenant, [said(text="nul \x00 half \ud83d", sender=" +7 916 123-45-67", vendor_id="v" * 100, happened_at=future)]
    )
    (only,) = kept(tenant)
    assert (only["from"], only["to"], only["text"]) == ("+79161234567", "4545", "nul \ufffd half \ufffd")
    assert only["received_at"] < "2100"
    assert keep(tenant, [said(sender="x" * 50, text="", recipient="", vendor_id="\x00", happened_at=-1)]) == 1
    assert (kept(tenant)[0]["from"], kept(tenant)[0]["to"]) == ("x" * 20, None)


def test_nothing_is_kept_for_a_connection_that_is_gone(tenant: Tenant) -> None:
    assert tenant.service.incoming.keep(10**6, [said()], C) == 0


def test_an_account_that_is_just_being_removed_keeps_nothing(tenant: Tenant) -> None:
    service = tenant.service
    waits = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")

    def somebody_waits() -> bool:
        with service.database.read() as connection:
            return connection.scalar(waits) is not None

    stop = said(text="STOP")
    with ThreadPoolExecutor(2) as pool:
        with service.database.write() as connection:
            delete_account(connection, tenant.account_id)
            kept_later = pool.submit(keep, tenant, [stop])
            heeded_later = pool.submit(service.incoming.heed_stop, [tenant.account_id], stop)
            if not service.database.embedded:  # there writers take turns from the start
                wait_for(somebody_waits)
        assert (kept_later.result(), heeded_later.result()) == (0, None)


@pytest.mark.parametrize(
    ("raw", "address", "shown"),
    [
        ("+79161234567", "79161234567", "+79161234567"),
        ("0079161234567", "79161234567", "+79161234567"),
        (" 7 (916) 123-45-67 ", "79161234567", "+79161234567"),
        ("٧٩١٦١٢٣٤٥٦٧", "79161234567", "+79161234567"),
        ("4545", "4545", "4545"),
        ("Brand Name", "Brand Name", "Brand Name"),
        ("B" * 30, "B" * 20, "B" * 20),
        ("+", "+", "+"),
        ("", "", ""),
    ],
)
def test_addresses(raw: str, address: str, shown: str) -> None:
    assert (clean_address(raw), shown_address(address)) == (address, shown)


@pytest.mark.parametrize(("letter", "most"), [("a", 1530), ("й", 670), ("😀", 330)])
def test_texts_end_with_their_tenth_segment(letter: str, most: int) -> None:
    assert clean_text(letter * 5_000) == letter * most
    assert clean_text(letter * most) == letter * most
