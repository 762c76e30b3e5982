"""The limits by the minute that vendors put on calls, kept on our side by all processes together.

A vendor that is asked too often refuses, and one that is asked too often again blocks. So a call that would be one too
many is refused here, in words, and never reaches it.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import NotFound
from connectors.shared.gateways.call_tables import bounded_calls
from connectors.shared.secrets import SecretBox

WINDOW_MS: Final = MINUTE + SECOND
"""A second more than the vendors say: a call takes longer one time than another to get there."""
_PURGED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Bound:
    """At most so many calls in a minute that are the same in `what`: the call's name, and what makes it identical."""

    most: int
    what: tuple[str, ...]


class BoundedCalls:
    """Counts calls and refuses those that are too many. Safe for threads and processes."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database = database
        self._secrets = secrets

    def enter(self, connection_id: int, bound: Bound) -> float | None:
        """Count a call that is about to be made and return None; or count nothing and return the seconds to wait.

        Raises NotFound where the connection is gone, StoreUnavailable where it cannot be counted.
        """
        # Phones and texts are not kept, but what they are known by again is.
        digest = self._secrets.digest("bounded call", *bound.what)
        try:
            with self._database.write() as connection:
                if not self._database.embedded:
                    _take_turn(connection, connection_id, digest)
                return _enter(connection, connection_id, digest, bound.most)
        except IntegrityError:
            raise NotFound("This connection has been removed.") from None


def _take_turn(connection: Connection, connection_id: int, digest: bytes) -> None:
    # Rows that nobody has written yet cannot be locked; SQLite lets only one write in any case.
    key = int.from_bytes(digest[:8], "big", signed=True) ^ connection_id
    connection.execute(select(func.pg_advisory_xact_lock(key)))


def _enter(connection: Connection, connection_id: int, digest: bytes, most: int) -> float | None:
    moment = now_ms()
    _purge(connection, moment)
    statement = (
        select(bounded_calls.c.called_at)
        .where(
            bounded_calls.c.connection_id == connection_id,
            bounded_calls.c.digest == digest,
            bounded_calls.c.called_at > moment - WINDOW_MS,
            # A clock that was put back must not close the door for longer than the window.
            bounded_calls.c.called_at < moment + WINDOW_MS,
        )
        .order_by(bounded_calls.c.called_at.desc())
        .limit(most)
    )
    counted = list(connection.scalars(statement))
    if len(counted) >= most:
        return max(SECOND, int(counted[-1]) + WINDOW_MS - moment) / SECOND
    connection.execute(insert(bounded_calls).values(connection_id=connection_id, digest=digest, called_at=moment))
    return None


def _purge(connection: Connection, moment: int) -> None:
    # Two that purge the same rows in different orders would wait for each other.
    old = (
        select(bounded_calls.c.id)
        .where(bounded_calls.c.called_at <= moment - WINDOW_MS)
        .limit(_PURGED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(bounded_calls).where(bounded_calls.c.id.in_(list(connection.scalars(old)))))
