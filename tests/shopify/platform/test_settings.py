"""What the operator may say of Shopify."""

import pytest
from environs import Env

from connectors.shared.errors import SettingsError
from connectors.shopify.settings import ShopifySettings, read_shopify_settings


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> ShopifySettings:
    for name, value in values.items():
        monkeypatch.setenv(f"CONNECTORS_SHOPIFY_{name}", value)
    return read_shopify_settings(Env())


def test_without_any_there_is_no_app_and_shops_are_where_shopify_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch)
    assert (found.has_app, found.is_shopify, found.paid_window_ms) == (False, True, 600_000)
    assert found.admin_of("x.myshopify.com") == "https://x.myshopify.com"
    assert found.admin_hosts.patterns == ("*.myshopify.com",)


def test_secrets_in_a_rotation_and_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://127.0.0.1:9000/shopify/{shop}/"
    found = read(monkeypatch, CLIENT_ID=" id ", CLIENT_SECRET="new, old", ADMIN_URL=url, PAID_WINDOW_SECONDS="0")
    assert (found.client_id, found.client_secrets, found.has_app) == ("id", ("new", "old"), True)
    assert (found.is_shopify, found.paid_window_ms) == (False, 0)
    assert found.admin_of("x.myshopify.com") == "http://127.0.0.1:9000/shopify/x.myshopify.com"
    assert found.admin_hosts.patterns == ("127.0.0.1",)
    assert "new" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLIENT_ID", "alone"),
        ("CLIENT_SECRET", "alone"),
        ("ADMIN_URL", "https://{shop}.evil.example"),
        ("ADMIN_URL", "ftp://127.0.0.1"),
        ("ADMIN_URL", "nowhere"),
        ("ADMIN_URL", "http://[::1"),
        ("ADMIN_URL", "http://bad host/"),
        ("PAID_WINDOW_SECONDS", "-1"),
        ("PAID_WINDOW_SECONDS", "soon"),
    ],
)
def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match="CONNECTORS_SHOPIFY_CLIENT" if "CLIENT" in name else name):
        read(monkeypatch, **{name: value})
