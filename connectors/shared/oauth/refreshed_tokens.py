"""Access tokens in rows of a table, made new by one at a time across threads and processes.

Whoever needs a new one takes a lease in the row. The others wait for it, or use the old one while that is good.
"""

import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Table, update

from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database

AHEAD_MS: Final = 5 * MINUTE
"""How long before its end an access token is refreshed; a tenth of its life, where that is less."""
LEASE_MS: Final = 20 * SECOND
"""Longer than a refresh takes: `token_endpoint.TIMEOUT` and `BODY_SECONDS` together."""
PATIENCE_SECONDS: Final = 24.0
LOOK_AGAIN_SECONDS: Final = 0.05

Key = TypeVar("Key")
Access = TypeVar("Access")


class RefreshedTokens(ABC, Generic[Key, Access]):
    """Hands out access tokens of a table with these columns, whatever else it has:

    `version` (grows with each token), `access_expires_at` (NULL: never), `refreshed_at`, `refresh_leased_until`,
    `dead_at`. What the tokens are, and how one is asked for, is the connector's to say.
    """

    errors: ClassVar[type[Exception]]
    """What `_renewed` raises where there is no new token."""
    dead: ClassVar[type[Exception]]
    """The one of them that means that there never will be one."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table

    def access(self, key: Key, *, stale: int | None = None) -> Access:
        """Return a token that is good, other than version `stale`, which was refused. Raises `errors`."""
        until = time.monotonic() + PATIENCE_SECONDS
        watched: int | None = None
        while True:
            row = self._row(key)
            good = row["version"] != stale and _left(row) > 0
            if good and _left(row) > _ahead(row):
                return self._token(row)
            # Whoever was refreshing it gave up: asking again for each who waits would only make all wait longer.
            given_up = watched == row["version"] and row["refresh_leased_until"] == 0
            if not given_up and row["refresh_leased_until"] <= now_ms() and self._lease(key, row):
                return self._refresh(key, row, spare=good)
            if good:
                return self._token(row)  # somebody else is refreshing it
            if given_up or time.monotonic() > until:
                raise self._not_reached()
            watched = row["version"]
            time.sleep(LOOK_AGAIN_SECONDS)

    @abstractmethod
    def _row(self, key: Key) -> RowMapping:
        """Return the row. Raises one of `errors` where there is no access, or no longer."""

    @abstractmethod
    def _is(self, key: Key) -> ColumnElement[bool]:
        """Return what tells the row from others."""

    @abstractmethod
    def _token(self, row: RowMapping) -> Access:
        """Return what a row's calls carry. Raises one of `errors` where that cannot be unsealed."""

    @abstractmethod
    def _renewed(self, row: RowMapping) -> dict[str, Any]:
        """Ask for new tokens, and return the columns that hold them."""

    @abstractmethod
    def _check_renewable(self, row: RowMapping) -> None:
        """Raises one of `errors` where `_renewed` could not even ask."""

    @abstractmethod
    def _not_reached(self) -> Exception:
        """Return the error that means: try again."""

    @abstractmethod
    def _buried(self, key: Key) -> None:
        """Hear that a row's tokens were marked as dead."""

    def _without(self, error: Exception) -> Exception:
        """Return what is raised where there is no token, for what kept us from a new one."""
        return error

    def _lease(self, key: Key, row: RowMapping) -> bool:
        """Win the right to refresh this very version. Raises one of `errors` where it cannot be refreshed."""
        self._check_renewable(row)
        columns = self._table.c
        with self._database.write() as connection:
            moment = now_ms()  # not before: the turn to write may have taken seconds, and they would be the lease's
            free = (
                columns.dead_at.is_(None)
                & (columns.version == row["version"])
                & (columns.refresh_leased_until <= moment)
            )
            statement = update(self._table).where(self._is(key), free).values(refresh_leased_until=moment + LEASE_MS)
            return connection.execute(statement).rowcount == 1

    def _refresh(self, key: Key, row: RowMapping, *, spare: bool) -> Access:
        """Refresh under the lease; with `spare` the old token does where nobody can be asked now."""
        try:
            values = self._renewed(row)
        except self.dead:
            self._bury(key, row["version"])
            return self._token(self._row(key))  # raises, unless there is a new grant meanwhile
        except self.errors as error:
            self._change(key, row["version"], {"refresh_leased_until": 0})
            if spare:
                return self._token(row)
            raise self._without(error) from None
        self._change(key, row["version"], values | {"version": row["version"] + 1, "refresh_leased_until": 0})
        return self._token(self._row(key))  # or what a new grant brought meanwhile

    def _bury(self, key: Key, version: int) -> None:
        if self._change(key, version, {"dead_at": now_ms(), "refresh_leased_until": 0}):
            self._buried(key)

    def _change(self, key: Key, version: int, values: dict[str, Any]) -> bool:
        ours = self._is(key) & (self._table.c.version == version)
        with self._database.write() as connection:
            return connection.execute(update(self._table).where(ours).values(values)).rowcount == 1


def _left(row: RowMapping) -> float:
    expires = row["access_expires_at"]
    return float("inf") if expires is None else expires - now_ms()


def _ahead(row: RowMapping) -> int:
    if row["access_expires_at"] is None or row["refreshed_at"] is None:
        return AHEAD_MS
    return int(min(AHEAD_MS, (row["access_expires_at"] - row["refreshed_at"]) // 10))
