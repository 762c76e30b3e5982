"""The `state` of an installation: signed, good for ten minutes, in the browser that began it, and once.

Without it whoever lures a person to our callback connects that person's browser to an account of their own:
https://datatracker.ietf.org/doc/html/rfc9700#section-2.1
"""

import hashlib
import hmac
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.errors import ConnectorsError
from connectors.shared.secrets import SecretBox

LIFETIME_MS: Final = 10 * MINUTE
MOST_COOKIES: Final = 8
_OF_NAME: Final = 16
_LONGEST: Final = 256


class BadState(ConnectorsError):
    """This callback is not the end of an installation that this browser began."""


@dataclass(frozen=True, slots=True)
class IssuedState:
    """A state, and the cookie without which it is worth nothing."""

    state: str = field(repr=False)
    cookie: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class State:
    """A state that is good, but for having been used perhaps."""

    nonce: str
    expires_at: int
    cookie: str


class States:
    """Issues states of a connector and knows them again; `used` has the columns `nonce` and `expires_at`."""

    def __init__(self, secrets: SecretBox, connector: str, used: Table) -> None:
        self._secrets = secrets
        self._purpose = f"{connector}-state"
        self._used = used
        self.cookie = f"{connector}_install_"
        """Before the beginning of the state's nonce: each tab has a cookie of its own."""

    def issue(self, *about: str) -> IssuedState:
        """Return a new one; it is good for what it is `about` alone."""
        secret = randomness.token_urlsafe(32)
        nonce, expires = _nonce(secret), str(now_ms() + LIFETIME_MS)
        token = self._secrets.token(self._purpose, expires, nonce, *about)
        return IssuedState(f"{expires}.{nonce}.{token}", self._name(nonce), secret)

    def read(self, state: str | None, cookies: Mapping[str, str], *about: str) -> State:
        """Return what a state says. Raises BadState with words for the person at the browser."""
        expires, nonce = self._signed(state or "", about)
        if int(expires) <= now_ms():
            raise BadState("This installation took longer than ten minutes.")
        given = cookies.get(self._name(nonce))
        if given is None or not _same(_nonce(given), nonce):
            raise BadState("This installation was begun in another browser, or this one does not take cookies.")
        return State(nonce, int(expires), self._name(nonce))

    def use(self, connection: Connection, state: State) -> None:
        """Have a state count from now on as used. Raises BadState where it was used already."""
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        statement = (
            insert(self._used)
            .values(nonce=state.nonce, expires_at=state.expires_at)
            .on_conflict_do_nothing()
            .returning(self._used.c.nonce)
        )
        if connection.execute(statement).first() is None:
            raise BadState("This installation is through already.")

    def purge(self, connection: Connection, moment_ms: int) -> None:
        """Forget states that would have expired anyway."""
        connection.execute(delete(self._used).where(self._used.c.expires_at < moment_ms))

    def put_cookie(
        self, response: Response, issued: IssuedState, cookies: Mapping[str, Any], *, path: str, secure: bool
    ) -> None:
        """Have the browser keep a state's cookie, and forget those of long ago."""
        for name in self._superfluous(cookies):
            forget_cookie(response, name, path=path, secure=secure)
        response.set_cookie(
            issued.cookie,
            issued.secret,
            max_age=LIFETIME_MS // SECOND,
            path=path,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )

    def _superfluous(self, cookies: Mapping[str, Any]) -> list[str]:
        """Return cookies of ours that a browser may forget: they come oldest first, and few are of use."""
        ours = [name for name in cookies if name.startswith(self.cookie)]
        return ours[: max(0, len(ours) - MOST_COOKIES + 1)]

    def _signed(self, state: str, about: tuple[str, ...]) -> tuple[str, str]:
        parts = state.split(".") if len(state) <= _LONGEST else []
        if len(parts) != 3 or not any(
            _same(token, parts[2]) for token in self._secrets.tokens(self._purpose, parts[0], parts[1], *about)
        ):
            raise BadState("This installation was not begun here.")
        return parts[0], parts[1]

    def _name(self, nonce: str) -> str:
        return self.cookie + nonce[:_OF_NAME]


def forget_cookie(response: Response, name: str, *, path: str, secure: bool) -> None:
    """Have the browser forget a cookie of a state."""
    response.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="Lax")


def _nonce(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
