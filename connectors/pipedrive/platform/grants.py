"""Who let us in: tokens of each user, sealed, and refreshed by one at a time across threads and processes.

A refresh token is good for sixty days after its last use, and stays the same; an access token for an hour:
https://pipedrive.readme.io/docs/marketplace-oauth-authorization
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Connection, RowMapping, delete, select, update

from connectors.pipedrive.errors import Disconnected, PipedriveError, Refused, Unreachable
from connectors.pipedrive.platform.oauth import NOT_REACHED, IssuedTokens, OAuth
from connectors.pipedrive.tables import pipedrive_grants
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox, SecretUnreadable

RECONNECT: Final = "Pipedrive is not connected for you. Choose Reconnect, and then Allow and install."
AHEAD_MS: Final = 5 * MINUTE
"""How long before its end an access token is refreshed; a tenth of its life, where that is less."""
LEASE_MS: Final = 20 * SECOND
"""Longer than a refresh takes: `oauth.TIMEOUT` and `oauth.BODY_SECONDS` together."""
PATIENCE_SECONDS: Final = 24.0
LOOK_AGAIN_SECONDS: Final = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class GrantKey:
    """A user in a company: tokens are theirs alone."""

    company_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a call carries. `version` tells it from the one before."""

    value: str = field(repr=False)
    version: int
    api_domain: str


class Grants:
    """Hands out access tokens."""

    def __init__(self, database: Database, secrets: SecretBox, oauth: OAuth) -> None:
        self._database = database
        self._secrets = secrets
        self._oauth = oauth

    def access(self, key: GrantKey, *, stale: int | None = None) -> AccessToken:
        """Return a token that is good, other than version `stale`, which Pipedrive refused.

        Raises Disconnected, RateLimited, Unreachable, InDoubt.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        watched: int | None = None
        while True:
            row = self._row(key)
            good = row["version"] != stale and row["access_expires_at"] > now_ms()
            if good and row["access_expires_at"] - _ahead(row) > now_ms():
                return self._token(row)
            # Whoever was refreshing it gave up: asking again for each who waits would only make all wait longer.
            given_up = watched == row["version"] and row["refresh_leased_until"] == 0
            if not given_up and row["refresh_leased_until"] <= now_ms() and self._lease(key, row):
                return self._refresh(key, row, spare=good)
            if good:
                return self._token(row)  # somebody else is refreshing it
            if given_up or time.monotonic() > until:
                raise Unreachable(NOT_REACHED)
            watched = row["version"]
            time.sleep(LOOK_AGAIN_SECONDS)

    def keep_alive(self, key: GrantKey, before_ms: int) -> None:
        """Use a refresh token that was not used since this moment, whatever the access token's age.

        Raises Disconnected, RateLimited, Unreachable, InDoubt.
        """
        row = self._row(key)
        idle = row["refreshed_at"] < before_ms and row["refresh_leased_until"] <= now_ms()
        if idle and self._lease(key, row):
            self._refresh(key, row, spare=False)

    def _row(self, key: GrantKey) -> RowMapping:
        with self._database.read() as connection:
            row = find(connection, key)
        if row is None or row["dead_at"] is not None:
            raise Disconnected(RECONNECT)
        return row

    def _token(self, row: RowMapping) -> AccessToken:
        return AccessToken(self._unsealed(row["access_sealed"]), row["version"], row["api_domain"])

    def _unsealed(self, sealed: str) -> str:
        try:
            return self._secrets.decrypt(sealed)
        except SecretUnreadable:
            # No reason to take the grant for dead: with the former key it is good again.
            log.error("pipedrive_token_unreadable", check="CONNECTORS_SECRET_KEY")
            raise Disconnected(RECONNECT) from None

    def _lease(self, key: GrantKey, row: RowMapping) -> bool:
        """Win the right to refresh this very version. Raises Disconnected where its tokens cannot be unsealed."""
        self._unsealed(row["refresh_sealed"])
        grants = pipedrive_grants.c
        with self._database.write() as connection:
            moment = now_ms()  # not before: the turn to write may have taken seconds, and they would be the lease's
            free = (
                grants.dead_at.is_(None) & (grants.version == row["version"]) & (grants.refresh_leased_until <= moment)
            )
            statement = update(pipedrive_grants).where(_is(key), free).values(refresh_leased_until=moment + LEASE_MS)
            return connection.execute(statement).rowcount == 1

    def _refresh(self, key: GrantKey, row: RowMapping, *, spare: bool) -> AccessToken:
        """Refresh under the lease; with `spare` the old token does where Pipedrive cannot be asked now."""
        try:
            tokens = self._oauth.refresh(self._unsealed(row["refresh_sealed"]))
        except Disconnected:
            self._bury(key, row["version"])
            return self._token(self._row(key))  # raises, unless the app was installed anew meanwhile
        except PipedriveError as error:
            self._change(key, row["version"], {"refresh_leased_until": 0})
            if spare:
                return self._token(row)
            if isinstance(error, Refused):  # why is not known: the grant is kept, and connecting anew may help
                raise Disconnected(RECONNECT) from None
            raise
        # Where calls go to was checked when the app was installed; a refresh moves nothing.
        values = sealed(self._secrets, tokens) | {"version": row["version"] + 1, "refresh_leased_until": 0}
        if self._change(key, row["version"], values):
            return AccessToken(tokens.access, row["version"] + 1, row["api_domain"])
        return self._token(self._row(key))  # installed anew meanwhile, or gone

    def _bury(self, key: GrantKey, version: int) -> None:
        if self._change(key, version, {"dead_at": now_ms(), "refresh_leased_until": 0}):
            log.warning("pipedrive_grant_dead", company_id=key.company_id, user_id=key.user_id)

    def _change(self, key: GrantKey, version: int, values: dict[str, Any]) -> bool:
        with self._database.write() as connection:
            ours = _is(key) & (pipedrive_grants.c.version == version)
            return connection.execute(update(pipedrive_grants).where(ours).values(values)).rowcount == 1


def sealed(secrets: SecretBox, tokens: IssuedTokens) -> dict[str, Any]:
    """Return the columns that hold tokens."""
    return {
        "access_sealed": secrets.encrypt(tokens.access),
        "access_expires_at": tokens.expires_at,
        "refresh_sealed": secrets.encrypt(tokens.refresh),
        "refreshed_at": now_ms(),
    }


def find(connection: Connection, key: GrantKey) -> RowMapping | None:
    """Return a grant's row, None where there is none."""
    return connection.execute(select(pipedrive_grants).where(_is(key))).mappings().first()


def idle_since(connection: Connection, before_ms: int, most: int) -> list[GrantKey]:
    """Return grants that were not refreshed since a moment, those that wait longest first."""
    grants = pipedrive_grants.c
    statement = (
        select(grants.company_id, grants.user_id)
        .where(grants.refreshed_at < before_ms, grants.dead_at.is_(None))
        .order_by(grants.refreshed_at)
        .limit(most)
    )
    return [GrantKey(row.company_id, row.user_id) for row in connection.execute(statement)]


def remove(connection: Connection, key: GrantKey) -> None:
    """Forget a user's tokens."""
    connection.execute(delete(pipedrive_grants).where(_is(key)))


def _is(key: GrantKey) -> Any:
    return (pipedrive_grants.c.company_id == key.company_id) & (pipedrive_grants.c.user_id == key.user_id)


def _ahead(row: RowMapping) -> int:
    return int(min(AHEAD_MS, (row["access_expires_at"] - row["refreshed_at"]) // 10))
