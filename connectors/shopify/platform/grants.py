"""Access tokens of shops, sealed, and made new by one at a time across threads and processes.

Of our app: an hour, with a refresh token (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens).
Of a shop's own app: a day, by its credentials (…/access-tokens/client-credentials-grant).
"""

import secrets as randomness
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, RowMapping, select

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.oauth.refreshed_tokens import RefreshedTokens
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shopify.errors import Disconnected, Refused, ShopifyError, Unreachable
from connectors.shopify.platform.oauth import NOT_REACHED, RECONNECT, IssuedTokens, OAuth
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.tables import shopify_shops

NO_ACCESS: Final = "We have no access to this shop's Admin API: no app of ours, and none of its own, is in it."
_FIRST_VERSIONS: Final = 2**30

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a call carries. `version` tells it from the one before."""

    value: str = field(repr=False)
    version: int
    domain: str


class Grants(RefreshedTokens[int, AccessToken]):
    """Hands out access tokens by the shop's id: `access` raises Disconnected, RateLimited, Unreachable."""

    errors = ShopifyError
    dead = Disconnected

    def __init__(self, database: Database, secrets: SecretBox, settings: ShopifySettings) -> None:
        super().__init__(database, shopify_shops)
        self._secrets = secrets
        self._oauth = OAuth(settings)

    def _row(self, key: int) -> RowMapping:
        with self._database.read() as connection:
            row = connection.execute(select(shopify_shops).where(self._is(key))).mappings().first()
        if row is None or row["uninstalled_at"] is not None or not row["is_app"] or not row["access_sealed"]:
            raise Disconnected(NO_ACCESS)
        if row["dead_at"] is not None:
            raise Disconnected(RECONNECT)
        return row

    def _is(self, key: int) -> ColumnElement[bool]:
        return shopify_shops.c.id == key

    def _token(self, row: RowMapping) -> AccessToken:
        return AccessToken(self._unsealed(row["access_sealed"]), row["version"], row["domain"])

    def _check_renewable(self, row: RowMapping) -> None:
        for column in ("client_secret_sealed", "refresh_sealed"):
            if row[column]:
                self._unsealed(row[column])

    def _renewed(self, row: RowMapping) -> dict[str, Any]:
        domain = row["domain"]
        if row["client_id"] and row["client_secret_sealed"]:
            secret = self._unsealed(row["client_secret_sealed"])
            return sealed(self._secrets, self._oauth.by_credentials(domain, row["client_id"], secret))
        if not row["refresh_sealed"]:
            raise Disconnected(RECONNECT)  # it was good until Shopify revoked it
        old = self._unsealed(row["refresh_sealed"])
        values = sealed(self._secrets, self._oauth.refresh(domain, old))
        return {name: value for name, value in values.items() if value is not None or name != "refresh_sealed"}

    def _unsealed(self, sealed_text: str) -> str:
        try:
            return self._secrets.decrypt(sealed_text)
        except SecretUnreadable:
            # No reason to take the tokens for dead: with the former key they are good again.
            log.error("shopify_token_unreadable", check="CONNECTORS_SECRET_KEY")
            raise Disconnected(RECONNECT) from None

    def _without(self, error: Exception) -> Exception:
        # Refused for a reason that is not known: the tokens are kept, and connecting anew may help.
        return Disconnected(RECONNECT) if isinstance(error, Refused) else error

    def _not_reached(self) -> Exception:
        return Unreachable(NOT_REACHED)

    def _buried(self, key: int) -> None:
        log.warning("shopify_grant_dead", shop_id=key)


def sealed(secrets: SecretBox, tokens: IssuedTokens) -> dict[str, Any]:
    """Return the columns that hold tokens."""
    return {
        "access_sealed": secrets.encrypt(tokens.access),
        "access_expires_at": tokens.expires_at,
        "refresh_sealed": None if tokens.refresh is None else secrets.encrypt(tokens.refresh),
        "refresh_expires_at": tokens.refresh_expires_at,
        "refreshed_at": now_ms(),
        "scope": tokens.scope,
    }


def new_grant(secrets: SecretBox, tokens: IssuedTokens) -> dict[str, Any]:
    """Return the columns of a shop that lets an app in, whatever stood in them before."""
    return sealed(secrets, tokens) | {
        "is_app": True,
        "dead_at": None,
        "refresh_leased_until": 0,
        # A refresh of the grant before must not take this one for its own.
        "version": randomness.randbelow(_FIRST_VERSIONS),
    }
