"""What every test may use: a service of its own on a real SQLite and on a real PostgreSQL."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import structlog

from connectors import migrations
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.database import Database, metadata
from tests.sharing import compile_statements_once, compile_url_builders_when_asked

USERS = ("postgres", "root")


def pytest_configure() -> None:
    """Have exceptions that are logged be printed plainly: drawn for people each takes a second."""
    *processors, _ = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, renderer])
    compile_statements_once()
    compile_url_builders_when_asked()


def missing(what: str, why: str) -> None:
    """Skip a test that needs what this machine lacks, or fail it where nothing may be left out."""
    if what in os.environ.get("CONNECTORS_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required: {why}")
    pytest.skip(why)


def postgresql_server() -> str | None:
    """Return user and address of a PostgreSQL that lets us make databases, None where there is none."""
    for user in USERS:
        try:
            psycopg.connect(f"postgresql://{user}@127.0.0.1:5432/postgres", connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return f"{user}@127.0.0.1:5432"
    return None


@contextmanager
def throw_away_database() -> Iterator[str]:
    """Give the URL of a new PostgreSQL database, dropped at the end."""
    where = postgresql_server()
    if where is None:
        missing("postgresql", "PostgreSQL does not answer on 127.0.0.1:5432")
    name = f"connectors_test_{secrets.token_hex(6)}"
    with psycopg.connect(f"postgresql://{where}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"postgresql+psycopg://{where}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this run."""
    with throw_away_database() as url:
        database = Database(url)
        migrations.upgrade(database)
        database.dispose()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: migrating takes twenty times as long."""
    path = tmp_path_factory.mktemp("template") / "connectors.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path)}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def service(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with an empty, migrated database."""
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", database_url)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")
    # No test may ask the real ones.
    for vendor in ("MESSAGE_CENTRAL", "SMSC", "OGANGI"):
        monkeypatch.setenv(f"CONNECTORS_{vendor}_URL", "http://127.0.0.1:9")
    service = Service(read_settings())
    if not service.settings.embedded:
        with service.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    yield service
    service.close()
