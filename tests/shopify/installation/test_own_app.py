"""A shop that lets in an app of its own."""

import pytest

from connectors.shared.clock import HOUR, now_ms
from connectors.shared.errors import ConnectorsError, NotUnderstood, WrongState
from connectors.shopify.context import Context
from connectors.shopify.errors import Refused, Unreachable
from connectors.shopify.installation.own_app import connect_own_app
from connectors.shopify.shops import list_shops, signing_keys
from tests.shopify.connected import add_tenant, connect_shop
from tests.shopify.platform.granted import row
from tests.shopify.platform.playing import DROPPED, OWN_ID, OWN_SECRET, Played, Reply
from tests.shopify.signing import DOMAIN, SIGNING_KEY


def test_its_credentials_bring_a_token_and_sign_webhooks(parts: Context, shopify: Played) -> None:
    connected = connect_shop(parts.service)
    shop = connect_own_app(parts, DOMAIN, connected.account_id, f" {OWN_ID}\n", f"{OWN_SECRET} ")
    assert (shop.id, shop.account_id, shop.is_app) == (connected.shop.id, connected.account_id, True)
    kept = row(parts.service)
    assert 23 * HOUR < kept["access_expires_at"] - now_ms() < 24 * HOUR
    assert kept["subscribe_at"] <= now_ms()
    assert OWN_SECRET not in repr(dict(kept))
    with parts.service.database.read() as connection:
        assert signing_keys(connection, parts.service.secrets, shop.id) == (SIGNING_KEY, OWN_SECRET)
    assert parts.grants.access(shop.id).value == "shpat_secret-1"
    assert [form["grant_type"] for form in shopify.forms] == ["client_credentials"]


@pytest.mark.parametrize(
    ("domain", "secret", "reply", "raised"),
    [
        ("evil.com", OWN_SECRET, None, NotUnderstood),
        (DOMAIN, "wrong", None, Refused),
        (DOMAIN, OWN_SECRET, (400, {}, {"error": "shop_not_permitted"}), Refused),
        (DOMAIN, OWN_SECRET, (404, {}, b"<html>"), Refused),
        (DOMAIN, OWN_SECRET, (200, {}, {"access_token": "lasting"}), Unreachable),
        (DOMAIN, OWN_SECRET, DROPPED, Unreachable),
    ],
)
def test_without_a_token_nothing_is_kept(
    parts: Context, shopify: Played, domain: str, secret: str, reply: Reply | None, raised: type[ConnectorsError]
) -> None:
    account_id, _ = add_tenant(parts.service)
    shopify.next.extend([reply] if reply else [])
    with pytest.raises(raised) as caught:
        connect_own_app(parts, domain, account_id, OWN_ID, secret)
    assert secret not in str(caught.value)
    with parts.service.database.read() as connection:
        assert list_shops(connection) == []


def test_a_shop_of_another_account(parts: Context, shopify: Played) -> None:
    connect_shop(parts.service)
    other, _ = add_tenant(parts.service, "C-TWO")
    with pytest.raises(WrongState):
        connect_own_app(parts, DOMAIN, other, OWN_ID, OWN_SECRET)
    assert row(parts.service)["client_id"] is None
