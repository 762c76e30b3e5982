import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

import connectors.installed  # noqa: F401 - declares every table
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.database import Database, metadata
from tests.clevertap.ledger import Ledger
from tests.clevertap.receiver import Receiver

POSTGRESQL = os.environ.get("CONNECTORS_TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(scope="session")
def reports_postgresql() -> Iterator[str]:
    """A PostgreSQL database of this session's own."""
    server = make_url(POSTGRESQL)
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"connectors_reports_{uuid.uuid4().hex[:12]}"
    try:
        admin = psycopg.connect(dsn, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        if "postgresql" in os.environ.get("CONNECTORS_TEST_REQUIRE", ""):
            raise
        pytest.skip(f"no PostgreSQL here: {error}")
    with closing(admin):
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            url = server.set(database=name).render_as_string(hide_password=False)
            with opened(url) as database:
                metadata.create_all(database.engine)
            yield url
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database for as long as a block."""
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def reports_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with every table, on each kind."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}" if sqlite else request.getfixturevalue("reports_postgresql")
    with opened(url) as database, database.engine.begin() as connection:
        metadata.create_all(connection)
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return str(url)


@pytest.fixture
def open_ledger(
    reports_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Ledger]]:
    """Opens the database as another process would."""
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", reports_database_url)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")
    monkeypatch.setenv("CONNECTORS_CLEVERTAP_CALLBACK_HOSTS", "127.0.0.1")
    opened: list[Ledger] = []

    def open_it() -> Ledger:
        opened.append(Ledger(Service(read_settings())))
        return opened[-1]

    yield open_it
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A service on an empty database."""
    return open_ledger()


@pytest.fixture
def start_receiver() -> Iterator[Callable[[], Receiver]]:
    """Starts places where CleverTap takes reports."""
    started: list[Receiver] = []

    def start() -> Receiver:
        started.append(Receiver())
        return started[-1]

    yield start
    for receiver in started:
        receiver.close()


@pytest.fixture
def receiver(start_receiver: Callable[[], Receiver]) -> Receiver:
    """Where CleverTap takes reports."""
    return start_receiver()
