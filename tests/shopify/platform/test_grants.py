"""Tokens of shops: sealed, made new once for everybody who needs one, and dead only where Shopify says so."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.clock import HOUR, MINUTE, now_ms
from connectors.shopify.context import Context
from connectors.shopify.errors import Disconnected, RateLimited, ShopifyError, Unreachable
from connectors.shopify.shops import change_shop, connect
from tests.shopify.connected import parts_of
from tests.shopify.platform.granted import change, expire, grant, row
from tests.shopify.platform.playing import DROPPED, OWN_ID, SECRET, Played, Reply

SHOP = "query Shop { shop { name } }"


@pytest.mark.parametrize("own", [False, True], ids=["our app", "own app"])
@pytest.mark.parametrize("known_to_be_old", [True, False])
def test_twenty_threads_of_two_processes_refresh_once(
    shopify: Played, both_services: Service, own: bool, known_to_be_old: bool
) -> None:
    another = Service(read_settings())
    processes = [parts_of(both_services), parts_of(another)]
    shop_id = grant(processes[0], shopify, own=own).id
    shopify.access.clear()
    if known_to_be_old:
        expire(both_services, shopify)
    barrier = Barrier(20)

    def call(parts: Context) -> object:
        barrier.wait()
        return parts.admin.query(shop_id, SHOP)

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(call, processes * 10)) == [{"shop": {}}] * 20
    another.close()
    assert shopify.asked("client_credentials" if own else "refresh_token") == len(shopify.forms) == 1


def test_a_good_token_is_used_as_it_is_and_a_lasting_one_never_refreshed(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify, expiring=False).id
    assert row(parts.service)["access_expires_at"] is None
    assert parts.grants.access(shop_id) == parts.grants.access(shop_id)
    assert shopify.forms == []


@pytest.mark.parametrize(("left", "refreshes"), [(6 * MINUTE, 0), (4 * MINUTE, 1)])
def test_it_is_refreshed_ahead_of_time(parts: Context, shopify: Played, left: int, refreshes: int) -> None:
    shop_id = grant(parts, shopify).id
    change(parts.service, access_expires_at=now_ms() + left, refreshed_at=now_ms() + left - HOUR)
    parts.grants.access(shop_id)
    assert shopify.asked("refresh_token") == refreshes


def test_what_a_refresh_brings_is_kept(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    before = row(parts.service)
    expire(parts.service, shopify)
    shopify.life = {}  # an answer without `expires_in` must not be the last one
    found = parts.grants.access(shop_id)
    kept, unsealed = row(parts.service), parts.service.secrets.decrypt
    assert (found.value, found.version, found.domain) == ("shpat_secret-2", before["version"] + 1, before["domain"])
    assert (unsealed(kept["access_sealed"]), unsealed(kept["refresh_sealed"])) == ("shpat_secret-2", "shprt_secret-2")
    assert 0 < kept["access_expires_at"] - now_ms() <= HOUR
    form = shopify.forms[0]
    assert (form["refresh_token"], form["client_secret"], form["grant_type"]) == (
        "shprt_secret-1",
        SECRET,
        "refresh_token",
    )
    expire(parts.service, shopify)
    parts.grants.access(shop_id)
    assert shopify.forms[1]["refresh_token"] == "shprt_secret-2"


def test_a_refresh_whose_answer_was_lost_is_asked_again_with_the_same_token(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    expire(parts.service, shopify)
    shopify.next.append(DROPPED)
    with pytest.raises(Unreachable):
        parts.grants.access(shop_id)
    assert parts.grants.access(shop_id).value == "shpat_secret-2"
    assert [form["refresh_token"] for form in shopify.forms] == ["shprt_secret-1"] * 2


@pytest.mark.parametrize(
    ("reply", "raised", "is_dead"),
    [
        ((400, {}, {"error": "invalid_grant"}), Disconnected, True),
        ((400, {}, {"error": "invalid_client"}), Unreachable, False),  # the operator's mistake, not the shop's
        ((400, {}, {"error": "invalid_request"}), Disconnected, False),
        ((401, {}, b"<html>"), Unreachable, False),
        ((429, {"Retry-After": "7"}, b""), RateLimited, False),
        ((503, {}, b"<html>"), Unreachable, False),
        ((200, {}, {"access_token": "line\nbreak"}), Unreachable, False),
        ((200, {}, b"x" * 200_000), Unreachable, False),
        ((302, {"Location": "https://evil.example/"}, b""), Unreachable, False),
    ],
)
def test_what_keeps_us_from_a_new_token(
    parts: Context, shopify: Played, reply: Reply, raised: type[ShopifyError], is_dead: bool
) -> None:
    shop_id = grant(parts, shopify).id
    expire(parts.service, shopify)
    shopify.next.append(reply)
    with pytest.raises(raised) as caught:
        parts.grants.access(shop_id)
    assert (row(parts.service)["dead_at"] is not None) is is_dead
    assert not isinstance(caught.value, RateLimited) or caught.value.seconds == 7
    if is_dead:
        with pytest.raises(Disconnected):
            parts.grants.access(shop_id)
        assert len(shopify.forms) == 1
    else:
        assert parts.grants.access(shop_id).value == "shpat_secret-2"


def test_while_the_old_token_is_good_it_does_where_shopify_cannot_be_asked(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    change(parts.service, access_expires_at=now_ms() + MINUTE)
    shopify.next.append((503, {}, b""))
    assert parts.grants.access(shop_id).value == "shpat_secret-1"


def test_a_lasting_token_that_is_refused_is_dead(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify, expiring=False).id
    shopify.access.clear()
    with pytest.raises(Disconnected):
        parts.admin.query(shop_id, SHOP)
    assert row(parts.service)["dead_at"] is not None
    assert shopify.forms == []


def test_credentials_of_an_own_app_that_were_taken_back_are_dead(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify, own=True).id
    change(parts.service, client_id=f"{OWN_ID}-of-before")
    expire(parts.service, shopify)
    with pytest.raises(Disconnected):
        parts.grants.access(shop_id)
    assert row(parts.service)["dead_at"] is not None


@pytest.mark.parametrize(
    "values",
    [{"is_app": False}, {"uninstalled_at": 1}, {"access_sealed": None}, {"dead_at": 1}, {"access_sealed": "x"}],
)
def test_there_is_no_access(parts: Context, shopify: Played, values: dict[str, object]) -> None:
    shop_id = grant(parts, shopify).id
    with parts.service.database.write() as connection:
        change_shop(connection, shop_id, **values)
        webhooks_alone = connect(connection, "other.myshopify.com", None).id
    for each in (shop_id, webhooks_alone, webhooks_alone + 1):
        with pytest.raises(Disconnected):
            parts.grants.access(each)
    assert shopify.forms == []


def test_installed_anew_while_a_refresh_of_the_old_grant_is_out(parts: Context, shopify: Played) -> None:
    shop_id = grant(parts, shopify).id
    expire(parts.service, shopify)

    def refused_late(answer: Callable[[dict[str, str]], Reply], form: dict[str, str]) -> Reply:
        grant(parts, shopify)
        return 400, {}, {"error": "invalid_grant"}

    token = shopify.token
    shopify.token = lambda form: refused_late(token, form)  # type: ignore[method-assign]
    assert parts.grants.access(shop_id).value == "shpat_secret-2"
    assert row(parts.service)["dead_at"] is None


def test_no_token_is_readable_anywhere(
    parts: Context, shopify: Played, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    shop_id = grant(parts, shopify).id
    found = [parts.grants.access(shop_id)]
    expire(parts.service, shopify)
    found.append(parts.grants.access(shop_id))
    shopify.refresh.clear()
    expire(parts.service, shopify)
    with pytest.raises(Disconnected) as caught:
        parts.admin.query(shop_id, SHOP)
    printed = (
        caplog.text + "".join(capfd.readouterr()) + str(caught.value) + repr((found, parts.settings, parts.grants))
    )
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert row(parts.service)["refresh_sealed"].encode()[:100] in kept
    assert b"secret-" not in kept
    assert "secret-" not in printed
    assert SECRET not in printed
