"""Shops that let an app in, as the callback would keep them."""

from typing import Any

import pytest
from sqlalchemy import select

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shopify.context import Context
from connectors.shopify.installation.installing import let_in
from connectors.shopify.platform.grants import new_grant
from connectors.shopify.platform.oauth import IssuedTokens
from connectors.shopify.shops import Shop
from connectors.shopify.tables import shopify_shops
from tests.shopify.platform.playing import CLIENT_ID, OLD_SECRET, OWN_ID, OWN_SECRET, SECRET, Played
from tests.shopify.signing import DOMAIN


def point_at(monkeypatch: pytest.MonkeyPatch, played: Played) -> None:
    """Have what is set up from now on call the stand-in, as our app."""
    monkeypatch.setenv("CONNECTORS_SHOPIFY_ADMIN_URL", f"{played.url}/{{shop}}")
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("CONNECTORS_SHOPIFY_CLIENT_SECRET", f"{SECRET},{OLD_SECRET}")


def grant(parts: Context, played: Played, *, own: bool = False, expiring: bool = True, domain: str = DOMAIN) -> Shop:
    """Have a shop of no account let our app in, or its own."""
    secrets, tokens = parts.service.secrets, played.issue(expiring, own)
    lasting = tokens.get("expires_in")
    values = new_grant(
        secrets,
        IssuedTokens(
            tokens["access_token"],
            None if lasting is None else now_ms() + lasting * 1_000,
            tokens.get("refresh_token"),
            None,
            tokens["scope"],
        ),
    )
    if own:
        values |= {"client_id": OWN_ID, "client_secret_sealed": secrets.encrypt(OWN_SECRET)}
    with parts.service.database.write() as connection:
        return let_in(connection, domain, None, values)


def row(service: Service) -> Any:
    with service.database.read() as connection:
        return connection.execute(select(shopify_shops)).mappings().one()


def change(service: Service, **values: Any) -> None:
    with service.database.write() as connection:
        connection.execute(shopify_shops.update().values(**values))


def expire(service: Service, played: Played) -> None:
    """Have every access token end, and be known to have ended."""
    played.access.clear()
    change(service, access_expires_at=now_ms() - 1)
