"""Who let us in: tokens of each user, sealed, and refreshed by one at a time across threads and processes.

A refresh token is good for sixty days after its last use, and stays the same; an access token for an hour:
https://pipedrive.readme.io/docs/marketplace-oauth-authorization
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, select, update

from connectors.pipedrive.errors import Disconnected, PipedriveError, Unreachable
from connectors.pipedrive.oauth import IssuedTokens, OAuth
from connectors.pipedrive.tables import pipedrive_grants
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox, SecretUnreadable

RECONNECT: Final = "Pipedrive is not connected for you. Choose Reconnect, and then Allow and install."
AHEAD_MS: Final = 5 * MINUTE
"""How long before its end an access token is refreshed; a tenth of its life, where that is less."""
LEASE_MS: Final = 30 * SECOND
PATIENCE_SECONDS: Final = 25.0
LOOK_AGAIN_SECONDS: Final = 0.05


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

        Raises Disconnected, Unreachable, InDoubt.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            row = self._row(key)
            fresh = row["version"] != stale
            if fresh and row["access_expires_at"] - _ahead(row) > now_ms():
                return self._token(row)
            if self._lease(key, row["version"]):
                return self._refresh(key, row, spare=fresh and row["access_expires_at"] > now_ms())
            if fresh and row["access_expires_at"] > now_ms():
                return self._token(row)  # somebody else is refreshing it, and it is still good
            if time.monotonic() > until:
                raise Unreachable("Pipedrive does not answer at the moment. Try again in a minute.")
            time.sleep(LOOK_AGAIN_SECONDS)

    def keep_alive(self, key: GrantKey) -> None:
        """Use the refresh token, whatever the access token's age. Raises Disconnected, Unreachable, InDoubt."""
        row = self._row(key)
        if self._lease(key, row["version"]):
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
            raise Disconnected(RECONNECT) from None

    def _lease(self, key: GrantKey, version: int) -> bool:
        """Win the right to refresh this very version."""
        row, moment = pipedrive_grants.c, now_ms()
        free = (row.version == version) & (row.refresh_leased_until <= moment) & row.dead_at.is_(None)
        with self._database.write() as connection:
            statement = update(pipedrive_grants).where(_is(key), free).values(refresh_leased_until=moment + LEASE_MS)
            return connection.execute(statement).rowcount == 1

    def _refresh(self, key: GrantKey, row: RowMapping, *, spare: bool) -> AccessToken:
        """Refresh under the lease; with `spare` the old token does where Pipedrive cannot be asked now."""
        try:
            tokens = self._oauth.refresh(self._unsealed(row["refresh_sealed"]))
        except Disconnected:
            self._change(key, row["version"], dead_at=now_ms(), refresh_leased_until=0)
            raise Disconnected(RECONNECT) from None
        except PipedriveError:
            self._change(key, row["version"], refresh_leased_until=0)
            if spare:
                return self._token(row)
            raise
        # Where calls go to was checked when the app was installed; a refresh moves nothing.
        values = sealed(self._secrets, tokens) | {"refresh_leased_until": 0, "version": row["version"] + 1}
        self._change(key, row["version"], **values)
        return AccessToken(tokens.access, row["version"] + 1, row["api_domain"])

    def _change(self, key: GrantKey, version: int, **values: Any) -> None:
        with self._database.write() as connection:
            ours = _is(key) & (pipedrive_grants.c.version == version)
            connection.execute(update(pipedrive_grants).where(ours).values(**values))


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


def remove(connection: Connection, key: GrantKey) -> None:
    """Forget a user's tokens."""
    connection.execute(delete(pipedrive_grants).where(_is(key)))


def _is(key: GrantKey) -> Any:
    return (pipedrive_grants.c.company_id == key.company_id) & (pipedrive_grants.c.user_id == key.user_id)


def _ahead(row: RowMapping) -> int:
    return int(min(AHEAD_MS, (row["access_expires_at"] - row["refreshed_at"]) // 10))
