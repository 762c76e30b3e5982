"""Who let the app in: codes, tokens, and the tokens that the app's pages are opened with."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 - opens nothing but the sandbox
SCOPE = "base,contacts:full,activities:full,deals:read,webhooks:full"
CODE_SECONDS = 300
ACCESS_SECONDS = 3_599


class InvalidGrant(Exception):
    """The code or the refresh token is good no more; the text says why."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A user of a company."""

    company_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class _Code:
    holder: Holder
    redirect_uri: str | None
    expires_at: float


@dataclass(frozen=True, slots=True)
class _Access:
    holder: Holder
    expires_at: float


class Permissions:
    """Codes and tokens that are out. Refresh tokens stay the same when they are used, as Pipedrive's do.

    `gone` is told who uninstalled the app.
    """

    def __init__(self, gone: Callable[[Holder], None] = lambda holder: None) -> None:
        self._gone = gone
        self._lock = threading.Lock()
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Access] = {}
        self._refresh: dict[str, Holder] = {}
        self._installed: dict[Holder, None] = {}
        self.refreshes = 0

    def issue_code(self, holder: Holder, redirect_uri: str | None, lifetime: float) -> str:
        code = secrets.token_hex(20)
        with self._lock:
            self._codes[code] = _Code(holder, redirect_uri, time.time() + lifetime)
        return code

    def exchange(self, code: str, redirect_uri: str) -> dict[str, Any]:
        """Return tokens for a code, once. Raises InvalidGrant."""
        with self._lock:
            known = self._codes.pop(code, None)
        if known is None or known.expires_at <= time.time():
            raise InvalidGrant("authorization code is invalid or has expired")
        if known.redirect_uri not in (None, redirect_uri):
            raise InvalidGrant("redirect_uri is not the one of the authorization request")
        return self.issue_tokens(known.holder, ACCESS_SECONDS)

    def issue_tokens(self, holder: Holder, lifetime: int) -> dict[str, Any]:
        """Return what the token endpoint answers, but for `api_domain`."""
        refresh_token = f"{holder.company_id}:{holder.user_id}:{secrets.token_hex(20)}"
        with self._lock:
            self._refresh[refresh_token] = holder
            self._installed.pop(holder, None)
            self._installed[holder] = None
        return self._answer(holder, refresh_token, lifetime)

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Return a new access token with the same refresh token. Raises InvalidGrant."""
        with self._lock:
            holder = self._refresh.get(refresh_token)
            self.refreshes += holder is not None
        if holder is None:
            raise InvalidGrant("refresh token is invalid or has expired")
        return self._answer(holder, refresh_token, ACCESS_SECONDS)

    def holder_of(self, access_token: str) -> Holder | None:
        """Return whose token it is, None where it is unknown or too old."""
        with self._lock:
            access = self._access.get(access_token)
        return access.holder if access and access.expires_at > time.time() else None

    def expire_access_tokens(self) -> None:
        with self._lock:
            self._access = {token: replace(access, expires_at=0.0) for token, access in self._access.items()}

    def forget(self, holder: Holder) -> None:
        """Make every token of a user worthless."""
        with self._lock:
            self._refresh = {token: whose for token, whose in self._refresh.items() if whose != holder}
            self._access = {token: access for token, access in self._access.items() if access.holder != holder}

    def revoke(self, token: str) -> None:
        """Forget a token; with a refresh token the app is uninstalled for its user."""
        with self._lock:
            self._access.pop(token, None)
            holder = self._refresh.get(token)
        if holder is not None:
            self.uninstall(holder)

    def uninstall(self, holder: Holder) -> None:
        self.forget(holder)
        self._gone(holder)
        with self._lock:
            self._installed.pop(holder, None)

    def installed(self) -> list[Holder]:
        """Return who has the app, the newest last; a permission that died does not take it away."""
        with self._lock:
            return list(self._installed)

    def _answer(self, holder: Holder, refresh_token: str, lifetime: int) -> dict[str, Any]:
        access_token = f"v1u:{secrets.token_urlsafe(60)}"
        with self._lock:
            self._access[access_token] = _Access(holder, time.time() + lifetime)
        return {
            "access_token": access_token,
            "token_type": "bearer",
            "refresh_token": refresh_token,
            "scope": SCOPE,
            "expires_in": lifetime,
        }


def signed_token(holder: Holder, lifetime: int, secret: str) -> str:
    """Return the token that an iframe is opened with: HS256, good for `lifetime` seconds."""
    now = int(time.time())
    claims = {"userId": holder.user_id, "companyId": holder.company_id, "iat": now, "exp": now + lifetime}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret.encode()))
