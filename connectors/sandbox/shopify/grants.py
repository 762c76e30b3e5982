"""What opens the stand-in's doors: apps with their secrets, the keys of shops, codes and tokens.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
Everything that is made here says that it is of the sandbox; nothing of it opens anything else.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

SHOP: Final = "sandbox-shop.myshopify.com"
SIGNING_KEY: Final = "decafbad" * 8
"""Of the webhooks that are made by hand in SHOP; as on Shopify's page, 64 hexadecimal digits."""
CLIENT_ID: Final = "sandbox-shopify-app"
CLIENT_SECRET: Final = "sandbox-shopify-secret"  # noqa: S105 - opens nothing but the sandbox
OWN_CLIENT_ID: Final = "sandbox-own-app"
OWN_CLIENT_SECRET: Final = "sandbox-own-secret"  # noqa: S105 - as well
"""Of an app that belongs to the shop itself, which comes in by its credentials alone."""
APPS: Final[Mapping[str, str]] = {CLIENT_ID: CLIENT_SECRET, OWN_CLIENT_ID: OWN_CLIENT_SECRET}

SCOPE: Final = "read_customers,read_fulfillments,read_orders,write_customers"
CODE_SECONDS: Final = 300
ACCESS_SECONDS: Final = 3_600
REFRESH_SECONDS: Final = 90 * 86_400
CREDENTIALS_SECONDS: Final = 86_399


class InvalidGrant(Exception):
    """The code or the refresh token is good no more; `error` is OAuth's word for it, the text says why."""

    def __init__(self, error: str, words: str) -> None:
        self.error = error
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Holder:
    """An app in a shop, with what it may do there."""

    shop: str
    client_id: str
    scope: str = SCOPE


@dataclass(frozen=True, slots=True)
class _Secret:
    """A code or a token that is out; `replaced` is the refresh token that this one came in place of."""

    holder: Holder
    expires_at: float
    replaced: str | None = None


def signing_key_of(shop: str) -> str:
    """Return the key that a shop's page of webhooks shows."""
    return SIGNING_KEY if shop == SHOP else hashlib.sha256(shop.encode()).hexdigest()[:16] + "decafbad" * 6


class Permissions:
    """Codes and tokens that are out. A refresh brings a new refresh token, and the old one is good until that is used.

    https://shopify.dev/changelog/more-resilient-refreshes-for-expiring-offline-access-tokens
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, _Secret] = {}
        self._access: dict[str, _Secret] = {}
        self._refresh: dict[str, _Secret] = {}
        self.refreshes = 0
        """How often a refresh was answered with new tokens."""

    def issue_code(self, holder: Holder, lifetime: float = CODE_SECONDS) -> str:
        code = secrets.token_hex(16)
        with self._lock:
            self._codes[code] = _Secret(holder, time.time() + lifetime)
        return code

    def exchange(self, code: str, shop: str, client_id: str, *, is_expiring: bool) -> dict[str, Any]:
        """Return what the token endpoint answers to a code, once. Raises InvalidGrant."""
        with self._lock:
            known = self._codes.pop(code, None)
            if known is None or known.expires_at <= time.time() or not _is_of(known, shop, client_id):
                raise InvalidGrant("invalid_request", "The authorization code was not found or was already used")
            return self._expiring(known.holder, None) if is_expiring else self._lasting(known.holder)

    def refresh(self, refresh_token: str, shop: str, client_id: str) -> dict[str, Any]:
        """Return new tokens for a refresh token. Raises InvalidGrant."""
        with self._lock:
            known = self._refresh.get(refresh_token)
            if known is None or known.expires_at <= time.time() or not _is_of(known, shop, client_id):
                raise InvalidGrant("invalid_grant", "Token has been expired or revoked.")
            if known.replaced is not None:
                self._refresh.pop(known.replaced, None)
            self.refreshes += 1
            return self._expiring(known.holder, refresh_token)

    def of_credentials(self, shop: str, client_id: str) -> dict[str, Any]:
        """Return a token for a day, as the client-credentials grant does."""
        with self._lock:
            holder = Holder(shop, client_id)
            return self._answer(holder, CREDENTIALS_SECONDS) | {"expires_in": CREDENTIALS_SECONDS}

    def holder_of(self, access_token: str) -> Holder | None:
        """Return whose token it is, None where it is unknown or too old."""
        with self._lock:
            access = self._access.get(access_token)
            return access.holder if access is not None and access.expires_at > time.time() else None

    def installed(self, shop: str) -> list[str]:
        """Return the client ids of the apps in a shop, too old a token counting as one."""
        with self._lock:
            return sorted({access.holder.client_id for access in self._access.values() if access.holder.shop == shop})

    def expire_access_tokens(self) -> None:
        """Make every access token that is out too old; they can be refreshed."""
        with self._lock:
            self._access = {token: replace(access, expires_at=0.0) for token, access in self._access.items()}

    def forget(self, shop: str, client_id: str | None = None) -> None:
        """Make the tokens of an app in a shop, or of every app there, worthless."""

        def stays(secret: _Secret) -> bool:
            return secret.holder.shop != shop or client_id not in (None, secret.holder.client_id)

        with self._lock:
            self._access = {token: secret for token, secret in self._access.items() if stays(secret)}
            self._refresh = {token: secret for token, secret in self._refresh.items() if stays(secret)}

    def _lasting(self, holder: Holder) -> dict[str, Any]:
        return self._answer(holder, float("inf"))

    def _expiring(self, holder: Holder, replaced: str | None) -> dict[str, Any]:
        refresh_token = f"sandbox-refresh-{secrets.token_hex(16)}"
        self._refresh[refresh_token] = _Secret(holder, time.time() + REFRESH_SECONDS, replaced)
        return self._answer(holder, ACCESS_SECONDS) | {
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh_token,
            "refresh_token_expires_in": REFRESH_SECONDS,
        }

    def _answer(self, holder: Holder, lifetime: float) -> dict[str, Any]:
        access_token = f"sandbox-access-{secrets.token_hex(16)}"
        self._access[access_token] = _Secret(holder, time.time() + lifetime)
        return {"access_token": access_token, "scope": holder.scope}


def _is_of(secret: _Secret, shop: str, client_id: str) -> bool:
    return (secret.holder.shop, secret.holder.client_id) == (shop, client_id)
