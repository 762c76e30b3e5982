"""A service with a shop that is connected: on SQLite alone, or on each database in turn."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from structlog.typing import EventDict

import connectors.installed  # noqa: F401 - declares every table
from connectors.app import app_for
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.database import metadata
from connectors.shopify.context import Context
from tests.shopify.connected import Connected, connect_shop, parts_of


@pytest.fixture
def shopify_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a service that calls nobody."""
    settings = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "a key for tests", "MESSAGE_CENTRAL_URL": "http://127.0.0.1:9"}
    for name, value in settings.items():
        monkeypatch.setenv(f"CONNECTORS_{name}", value)


@pytest.fixture
def service(
    shopify_env: None, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service with an empty SQLite."""
    yield from _service(f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}", monkeypatch)


@pytest.fixture(params=["sqlite", "postgresql"])
def both_services(
    request: pytest.FixtureRequest, shopify_env: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service with an empty SQLite, and with an empty PostgreSQL."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
    else:
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path)}"
    yield from _service(url, monkeypatch)


@pytest.fixture
def postgresql_service(shopify_env: None, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with an empty PostgreSQL."""
    yield from _service(postgresql_url, monkeypatch)


@pytest.fixture
def app(service: Service) -> Flask:
    """The web side of the service."""
    return app_for(service)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def parts(service: Service) -> Context:
    """The parts of the connector."""
    return parts_of(service)


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    """What is logged, instead of being printed: structlog draws exceptions for people, which takes a second each."""
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
def connected(service: Service) -> Connected:
    """A shop on SQLite with a signing key, and its account."""
    return connect_shop(service)


def _service(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", url)
    service = Service(read_settings())
    if not service.settings.embedded:
        with service.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    yield service
    service.close()
