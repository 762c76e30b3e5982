"""The `state` of an installation: signed, good for ten minutes, in the browser that began it, and once.

Without it whoever lures a person to our callback connects that person's browser to a company of their own:
https://datatracker.ietf.org/doc/html/rfc9700#section-2.1
"""

import hashlib
import hmac
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from connectors.pipedrive.tables import pipedrive_used_states
from connectors.shared.clock import MINUTE, now_ms
from connectors.shared.errors import ConnectorsError
from connectors.shared.secrets import SecretBox

LIFETIME_MS: Final = 10 * MINUTE
COOKIE: Final = "pipedrive_install_"
"""Before the beginning of the state's nonce: each tab has a cookie of its own."""
MOST_COOKIES: Final = 8
_PURPOSE: Final = "pipedrive-state"
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
    """Issues states and knows them again."""

    def __init__(self, secrets: SecretBox) -> None:
        self._secrets = secrets

    def issue(self) -> IssuedState:
        """Return a new one."""
        secret = randomness.token_urlsafe(32)
        nonce, expires = _nonce(secret), str(now_ms() + LIFETIME_MS)
        return IssuedState(f"{expires}.{nonce}.{self._secrets.token(_PURPOSE, expires, nonce)}", _cookie(nonce), secret)

    def read(self, state: str | None, cookies: Mapping[str, str]) -> State:
        """Return what a state says. Raises BadState with words for the person at the browser."""
        expires, nonce = self._signed(state or "")
        if int(expires) <= now_ms():
            raise BadState("This installation took longer than ten minutes.")
        given = cookies.get(_cookie(nonce))
        if given is None or not _same(_nonce(given), nonce):
            raise BadState("This installation was begun in another browser, or this one does not take cookies.")
        return State(nonce, int(expires), _cookie(nonce))

    def _signed(self, state: str) -> tuple[str, str]:
        parts = state.split(".") if len(state) <= _LONGEST else []
        if len(parts) != 3 or not any(
            _same(token, parts[2]) for token in self._secrets.tokens(_PURPOSE, parts[0], parts[1])
        ):
            raise BadState("This installation was not begun here.")
        return parts[0], parts[1]


def use(connection: Connection, state: State) -> None:
    """Have a state count from now on as used. Raises BadState where it was used already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(pipedrive_used_states)
        .values(nonce=state.nonce, expires_at=state.expires_at)
        .on_conflict_do_nothing()
        .returning(pipedrive_used_states.c.nonce)
    )
    if connection.execute(statement).first() is None:
        raise BadState("This installation is through already.")


def purge(connection: Connection, moment_ms: int) -> None:
    """Forget states that would have expired anyway."""
    connection.execute(delete(pipedrive_used_states).where(pipedrive_used_states.c.expires_at < moment_ms))


def superfluous(cookies: Mapping[str, Any]) -> list[str]:
    """Return cookies of ours that a browser may forget: they come oldest first, and few are of use."""
    ours = [name for name in cookies if name.startswith(COOKIE)]
    return ours[: max(0, len(ours) - MOST_COOKIES + 1)]


def _nonce(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _cookie(nonce: str) -> str:
    return COOKIE + nonce[:_OF_NAME]


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
