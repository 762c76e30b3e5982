"""Where events are kept: one committed row each, a second copy recognised, before Shopify is told 200."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any, Final

import uuid_utils
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.messages.shared_commits import SharedCommits
from connectors.shared.secrets import SecretBox
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.tables import EventState, shopify_topics

ROWS_IN_STATEMENT: Final = 50
MOST_TOPICS: Final = 200
"""Of a shop, that we have no use for: the topic is not signed, and whoever has one body could make up any number."""
OTHERS: Final = "other"
_COLUMNS: Final = (
    *("id", "shop_id", "topic", "webhook_id", "triggered_at", "received_at", "is_test", "state", "body_sealed"),
)
_values = itemgetter(*_COLUMNS)
_what_is_once = itemgetter("shop_id", "topic", "webhook_id")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What Shopify told us, verified; moments are UTC milliseconds."""

    shop_id: int
    topic: str
    webhook_id: str
    triggered_at: int
    is_test: bool
    body: bytes = field(repr=False)


class Inbox:
    """One for a process."""

    def __init__(self, database: Database, secrets: SecretBox, settings: ShopifySettings) -> None:
        self._secrets = secrets
        self._insert = _Insert(database)
        self._events: SharedCommits[dict[str, Any], bool] = SharedCommits(
            "shopify-events", database, self._apply, apply_by_driver=self._apply_by_driver
        )
        self._topics: SharedCommits[tuple[int, str], None] = SharedCommits("shopify-topics", database, _count)

    def keep(self, event: NewEvent) -> bool:
        """Return once the event is durable; False where it is a copy. Raises StoreUnavailable."""
        return self._events.run([self._row(event)])[0]

    def count_unknown(self, shop_id: int, topic: str) -> None:
        """Count an event that we have no use for, and keep nothing of it. Raises StoreUnavailable."""
        self._topics.run([(shop_id, topic)])

    def close(self) -> None:
        """Commit what waits and stop."""
        self._events.close()
        self._topics.close()

    def _row(self, event: NewEvent) -> dict[str, Any]:
        return {
            "id": str(uuid_utils.uuid7()),
            "shop_id": event.shop_id,
            "topic": event.topic,
            "webhook_id": event.webhook_id,
            "triggered_at": event.triggered_at,
            "received_at": now_ms(),
            "is_test": event.is_test,
            "state": EventState.PENDING.value,
            "body_sealed": self._secrets.encrypt(event.body.decode()),
        }

    def _apply(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
        # In one order everywhere: two processes that insert the same copies must not wait for each other.
        kept = self._insert(connection.exec_driver_sql, sorted(rows, key=_what_is_once))
        return [row["id"] in kept for row in rows]

    def _apply_by_driver(self, driver: sqlite3.Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
        kept = self._insert(driver.execute, rows)
        return [row["id"] in kept for row in rows]


class _Insert:
    """Inserts rows by the driver's own SQL, many in one statement: every event passes here."""

    def __init__(self, database: Database) -> None:
        self._mark = "?" if database.embedded else "%s"
        self._statements: dict[int, str] = {}

    def __call__(self, execute: Callable[[str, tuple[Any, ...]], Any], rows: Sequence[dict[str, Any]]) -> set[str]:
        """Insert those that are no copies; returns their ids."""
        kept: set[str] = set()
        for start in range(0, len(rows), ROWS_IN_STATEMENT):
            part = rows[start : start + ROWS_IN_STATEMENT]
            values = tuple(chain.from_iterable(map(_values, part)))
            kept.update(row[0] for row in execute(self._statement(len(part)), values).fetchall())
        return kept

    def _statement(self, count: int) -> str:
        if count not in self._statements:
            row = f"({', '.join([self._mark] * len(_COLUMNS))})"
            self._statements[count] = (
                f"INSERT INTO shopify_events ({', '.join(_COLUMNS)}) VALUES {', '.join([row] * count)} "  # noqa: S608
                "ON CONFLICT (shop_id, topic, webhook_id) DO NOTHING RETURNING id"
            )
        return self._statements[count]


def _count(connection: Connection, seen: Sequence[tuple[int, str]]) -> list[None]:
    moment = now_ms()
    name = partial(_counted_as, connection, {})
    for (shop_id, topic), count in sorted(Counter((shop_id, name(shop_id, topic)) for shop_id, topic in seen).items()):
        _add(connection, {"shop_id": shop_id, "topic": topic, "count": count, "last_at": moment})
    return [None] * len(seen)


def _counted_as(connection: Connection, known: dict[int, set[str]], shop_id: int, topic: str) -> str:
    if shop_id not in known:
        of_shop = select(shopify_topics.c.topic).where(shopify_topics.c.shop_id == shop_id)
        known[shop_id] = set(connection.scalars(of_shop))
    if topic not in known[shop_id] and len(known[shop_id]) >= MOST_TOPICS:
        return OTHERS
    known[shop_id].add(topic)
    return topic


def _add(connection: Connection, values: dict[str, Any]) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(shopify_topics).values(values)
    more = shopify_topics.c.count + statement.excluded.count
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[shopify_topics.c.shop_id, shopify_topics.c.topic],
            set_={"count": more, "last_at": statement.excluded.last_at},
        )
    )
