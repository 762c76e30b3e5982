"""The steps of the schema, on both databases, there and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, text

import connectors.installed  # noqa: F401 - declares every connector's tables
from connectors import migrations
from connectors.shared.database import Database, metadata
from tests.conftest import throw_away_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
        yield database
        database.dispose()
        return
    with throw_away_database() as url:
        database = Database(url)
        yield database
        database.dispose()


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(database: Database) -> None:
    assert not migrations.is_current(database)
    migrations.upgrade(database)
    assert migrations.is_current(database)
    assert tables(database) == set(metadata.tables)
    migrations.downgrade(database, "base")
    assert tables(database) == set()
    assert not migrations.is_current(database)
    migrations.upgrade(database)
    migrations.upgrade(database)
    assert tables(database) == set(metadata.tables)


def test_templates_are_the_accounts_own_until_others_have_some(database: Database) -> None:
    """And on the way back those of others go: two may have the same name."""
    migrations.upgrade(database, "0002")
    template = "INSERT INTO templates (id, account_id, name, text, created_at, updated_at{0}) VALUES ({1})"
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO accounts (id, created_at) VALUES (1, 0)")
        connection.exec_driver_sql(template.format("", "'a', 1, 'welcome', 'Hello.', 0, 0"))
    migrations.upgrade(database)
    with database.write() as connection:
        connection.exec_driver_sql(template.format(", owner", "'b', 1, 'welcome', 'Hello.', 0, 0, 'pipedrive:1'"))
        found = connection.exec_driver_sql("SELECT id, owner FROM templates ORDER BY id").all()
    assert [tuple(row) for row in found] == [("a", ""), ("b", "pipedrive:1")]
    migrations.downgrade(database, "0002")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT id FROM templates").scalars().all() == ["a"]
    indexes = {index["name"]: index for index in inspect(database.engine).get_indexes("templates")}
    assert indexes["uq_templates_name"]["column_names"] == ["account_id", "name"]
    assert indexes["uq_templates_name"]["unique"]


def test_messages_and_what_belongs_to_them_outlive_the_way_back_to_one_gateway(database: Database) -> None:
    migrations.upgrade(database)
    with database.write() as connection:
        for table in ("accounts", "connections", "messages", "clevertap_reports", "incoming_messages", "routes"):
            connection.execute(insert(metadata.tables[table]).values(filled(table)))
    migrations.downgrade(database, "0004")
    migrations.upgrade(database)
    kept = "SELECT m.id, m.fallback_id FROM messages m JOIN clevertap_reports r ON r.message_id = m.id"
    with database.read() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql(kept)] == [("1", None)]
        assert connection.exec_driver_sql("SELECT id FROM incoming_messages").all() == []


def filled(table: str) -> dict[str, Any]:
    """A row in which every column that must hold something holds a 1 of its type."""
    own: dict[str, Any] = {"fallback_id": 1, "captcha": "[]"} if table == "messages" else {}
    needed = (each for each in metadata.tables[table].columns if not each.nullable)
    return own | {each.name: b"1" if each.type.python_type is bytes else each.type.python_type(1) for each in needed}


def test_what_is_migrated_is_what_is_declared(database: Database) -> None:
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, metadata) == []


def test_the_partial_indexes_are_partial_in_the_database_too(database: Database) -> None:
    """`compare_metadata` does not look at an index's condition, and without it the queue's index holds every row."""
    migrations.upgrade(database)
    catalog = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    if not database.embedded:
        catalog = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    with database.read() as connection:
        found = {row[0]: " WHERE " in row[1].upper() for row in connection.exec_driver_sql(catalog)}
    option = "sqlite" if database.embedded else "postgresql"
    declared = {
        str(index.name): index.dialect_options[option]["where"] is not None
        for table in metadata.tables.values()
        for index in table.indexes
    }
    assert {name: found[name] for name in declared} == declared


def test_a_database_of_a_newer_version_is_told_in_words(database: Database) -> None:
    migrations.upgrade(database)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.DatabaseIsNewer, match="step 9999"):
        migrations.is_current(database)
