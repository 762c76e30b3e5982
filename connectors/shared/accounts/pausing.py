"""A connection that its vendor refuses is paused with the reason, probed with growing pauses, and goes on by itself."""

from sqlalchemy import Connection, func, update

from connectors.shared.accounts.tables import connections
from connectors.shared.clock import SECOND

FIRST_PAUSE_MS = 5 * SECOND
LONGEST_PAUSE_MS = 60 * SECOND


def pause(
    connection: Connection, connection_id: int, code: str | None, reason: str, moment: int, *, probing: bool
) -> None:
    """Pause, or after a probe pause for longer. The next probe is due after 5 s, doubling to a minute."""
    row = connections.c
    # Many calls may be refused at once; only the first pauses, and only a probe makes the pause longer.
    turn = row.state == ("paused" if probing else "active")
    failures = connection.execute(
        update(connections)
        .where(row.id == connection_id, turn)
        .values(state="paused", reason_code=code, reason=reason, failures=row.failures + 1)
        .returning(row.failures)
    ).scalar_one_or_none()
    if failures is not None:
        longer = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** min(failures - 1, 10))
        postpone(connection, connection_id, moment + longer)


def postpone(connection: Connection, connection_id: int, retry_at: int) -> None:
    """Set when the next probe is due."""
    connection.execute(update(connections).where(connections.c.id == connection_id).values(retry_at=retry_at))


def resume(connection: Connection, connection_id: int) -> None:
    """Go on: a probe was answered as an active account is."""
    connection.execute(
        update(connections)
        .where(connections.c.id == connection_id, connections.c.state == "paused")
        .values(state="active", reason_code=None, reason=None, failures=0, retry_at=None)
    )


def take_probe(connection: Connection, connection_id: int, moment: int) -> bool:
    """Win the right to send one message on a paused connection; one dispatcher wins, once a pause."""
    row = connections.c
    won = connection.execute(
        update(connections)
        .where(row.id == connection_id, row.state == "paused", func.coalesce(row.retry_at, 0) <= moment)
        .values(retry_at=moment + LONGEST_PAUSE_MS)
    )
    return won.rowcount == 1
