"""What the ledger looks like now, for `/metrics`. Each figure comes from an index of few rows, never from all messages.

Names: https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, FromClause, TextClause, func, select, text
from sqlalchemy.exc import DBAPIError

from connectors.shared.accounts.health import IS_SCHEDULED
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.sweep import LEASE_MS
from connectors.shared.messages.tables import (
    IS_QUEUED,
    IS_SENDING,
    IS_UNMATCHED,
    dispatchers,
    messages,
    receipts,
)

# Word for word what a partial index says (see messages/tables.py).
IS_UNCONFIRMED = text("status = 'unconfirmed'")

# The message that is next in line, of each connection and priority: as many steps down an index as there are of those.
# Its moment to go, not the next attempt: that one moves on while a vendor is gone.
OLDEST_WAITING = text(
    """
    WITH priorities(priority) AS (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2)
    SELECT MIN(since) FROM (
        SELECT (
            SELECT COALESCE(due_at, created_at) FROM messages
            WHERE status = 'queued' AND connection_id = connections.id AND messages.priority = priorities.priority
            ORDER BY next_attempt_at LIMIT 1
        ) AS since
        FROM connections CROSS JOIN priorities
    ) AS heads
    """
)

COUNTS: tuple[tuple[str, str, FromClause, TextClause], ...] = (
    ("connectors_messages_waiting", "Messages that are due and not yet sent.", messages, IS_QUEUED),
    ("connectors_messages_scheduled", "Messages that are not due yet.", messages, IS_SCHEDULED),
    ("connectors_messages_sending", "Messages in the hands of a dispatcher.", messages, IS_SENDING),
    ("connectors_messages_unconfirmed", "Messages in doubt: `connectors messages resolve`.", messages, IS_UNCONFIRMED),
    ("connectors_receipts_unmatched", "Delivery receipts that fit no message so far.", receipts, IS_UNMATCHED),
)


class LedgerGauges(Collector):
    """Reads the figures at each scrape. Without a database it says just that: a scrape never fails for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterable[Metric]:
        """Return the figures."""
        try:
            with self._database.read() as connection:
                found = list(_read(connection, now_ms()))
        except (StoreUnavailable, DBAPIError):
            found = []
        up = GaugeMetricFamily("connectors_database_up", "Whether the database answers.", value=bool(found))
        return [up, *found]


def _read(connection: Connection, moment: int) -> Iterator[Metric]:
    for name, meaning, table, condition in COUNTS:
        count = connection.scalar(select(func.count()).select_from(table).where(condition))
        yield GaugeMetricFamily(name, meaning, value=count or 0)
    yield _oldest_waiting(connection, moment)
    yield _connections(connection)
    alive = select(func.count()).select_from(dispatchers).where(dispatchers.c.heartbeat_at > moment - LEASE_MS)
    yield GaugeMetricFamily(
        "connectors_dispatchers_alive", "Dispatchers that said so lately.", value=connection.scalar(alive) or 0
    )


def _oldest_waiting(connection: Connection, moment: int) -> Metric:
    since = connection.scalar(OLDEST_WAITING)
    seconds = max(0.0, (moment - since) / SECOND) if since is not None else 0.0
    meaning = "For how long the message that is next in line has been due; 0 where none is."
    return GaugeMetricFamily("connectors_messages_oldest_waiting_seconds", meaning, value=seconds)


def _connections(connection: Connection) -> Metric:
    family = GaugeMetricFamily("connectors_connections", "Connections to vendors, by state.", labels=["state"])
    by_state = select(connections.c.state, func.count().label("number")).group_by(connections.c.state)
    found = {row.state: row.number for row in connection.execute(by_state)}
    for state in ConnectionState:
        family.add_metric([state.value], found.get(state.value, 0))
    return family
