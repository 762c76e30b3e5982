"""Who let us in: tokens of each user, sealed, and refreshed by one at a time across threads and processes.

A refresh token is good for sixty days after its last use, and stays the same; an access token for an hour:
https://pipedrive.readme.io/docs/marketplace-oauth-authorization
"""

from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, select

from connectors.pipedrive.errors import Disconnected, PipedriveError, Refused, Unreachable
from connectors.pipedrive.platform.oauth import NOT_REACHED, IssuedTokens, OAuth
from connectors.pipedrive.tables import pipedrive_grants
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.oauth.refreshed_tokens import RefreshedTokens
from connectors.shared.secrets import SecretBox, SecretUnreadable

RECONNECT: Final = "Pipedrive is not connected for you. Choose Reconnect, and then Allow and install."

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


class Grants(RefreshedTokens[GrantKey, AccessToken]):
    """Hands out access tokens: `access` raises Disconnected, RateLimited, Unreachable, InDoubt."""

    errors = PipedriveError
    dead = Disconnected

    def __init__(self, database: Database, secrets: SecretBox, oauth: OAuth) -> None:
        super().__init__(database, pipedrive_grants)
        self._secrets = secrets
        self._oauth = oauth

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

    def _is(self, key: GrantKey) -> ColumnElement[bool]:
        return _is(key)

    def _token(self, row: RowMapping) -> AccessToken:
        return AccessToken(self._unsealed(row["access_sealed"]), row["version"], row["api_domain"])

    def _unsealed(self, sealed: str) -> str:
        try:
            return self._secrets.decrypt(sealed)
        except SecretUnreadable:
            # No reason to take the grant for dead: with the former key it is good again.
            log.error("pipedrive_token_unreadable", check="CONNECTORS_SECRET_KEY")
            raise Disconnected(RECONNECT) from None

    def _check_renewable(self, row: RowMapping) -> None:
        self._unsealed(row["refresh_sealed"])

    def _renewed(self, row: RowMapping) -> dict[str, Any]:
        # Where calls go to was checked when the app was installed; a refresh moves nothing.
        return sealed(self._secrets, self._oauth.refresh(self._unsealed(row["refresh_sealed"])))

    def _without(self, error: Exception) -> Exception:
        # Refused for a reason that is not known: the grant is kept, and connecting anew may help.
        return Disconnected(RECONNECT) if isinstance(error, Refused) else error

    def _not_reached(self) -> Exception:
        return Unreachable(NOT_REACHED)

    def _buried(self, key: GrantKey) -> None:
        log.warning("pipedrive_grant_dead", company_id=key.company_id, user_id=key.user_id)


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


def _is(key: GrantKey) -> ColumnElement[bool]:
    return (pipedrive_grants.c.company_id == key.company_id) & (pipedrive_grants.c.user_id == key.user_id)
