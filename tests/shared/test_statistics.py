import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors import migrations
from connectors.shared import statistics
from connectors.shared.database import Database
from tests.conftest import throw_away_database

INSERT = """
    INSERT INTO receipts (gateway, status, raw, received_at) SELECT 'message-central', 'DELIVRD', '{}', n
    FROM generate_series(1, 1000) n
"""


@pytest.fixture
def emptied() -> Iterator[Database]:
    """A database that looked at a table of its own when that was empty, though its pages were still there."""
    with throw_away_database() as url:
        database = Database(url)
        migrations.upgrade(database)
        run(database, "ALTER TABLE receipts SET (autovacuum_enabled = false)", INSERT, "DELETE FROM receipts")
        run(database, "ANALYZE receipts")
        yield database
        database.dispose()


def run(database: Database, *statements: str) -> None:
    # A connection tells its counts when it ends.
    url = database.url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def refreshed(database: Database) -> list[str]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = statistics.refresh(database)
        if found:
            return found
        time.sleep(0.05)
    return []


def believed(database: Database) -> float:
    with database.read() as connection:
        statement = "SELECT reltuples FROM pg_class WHERE relname = 'receipts'"
        return float(connection.exec_driver_sql(statement).scalar_one())


def test_a_table_that_was_empty_when_it_was_looked_at_is_looked_at_again(emptied: Database) -> None:
    run(emptied, INSERT)
    assert believed(emptied) == 0
    assert refreshed(emptied) == ["receipts"]
    assert believed(emptied) == 1_000
    assert statistics.refresh(emptied) == []


def test_sqlite_needs_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'connectors.sqlite3'}")
    assert statistics.refresh(database) == []
    database.dispose()
