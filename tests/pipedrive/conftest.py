"""A sandbox that plays Pipedrive and Message Central, and a service set up for both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

import connectors.installed  # noqa: F401 - declares every table
from connectors.app import app_for
from connectors.pipedrive.context import Context
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.database import metadata
from tests.pipedrive.companies import parts_of
from tests.pipedrive.opening import Opener, chromium, opener, pages_alone


@pytest.fixture
def outside() -> Iterator[SandboxServer]:
    """Pipedrive and Message Central, on a socket."""
    with SandboxServer(SandboxOptions(receipt_delay=0.02)) as running:
        yield running


@pytest.fixture
def pipedrive_env(outside: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a service that is pointed at the sandbox."""
    settings = {
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a key for tests",
        "MESSAGE_CENTRAL_URL": outside.url,
        "PIPEDRIVE_CLIENT_ID": CLIENT_ID,
        "PIPEDRIVE_CLIENT_SECRET": CLIENT_SECRET,
        "PIPEDRIVE_OAUTH_URL": outside.url,
        "PIPEDRIVE_API_HOSTS": "127.0.0.1",
        "PIPEDRIVE_FRAME_ANCESTORS": outside.url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"CONNECTORS_{name}", value)


@pytest.fixture
def service(
    pipedrive_env: None, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service with an empty SQLite."""
    yield from _service(f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}", monkeypatch)


@pytest.fixture(params=["sqlite", "postgresql"])
def both_services(
    request: pytest.FixtureRequest, pipedrive_env: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service with an empty SQLite, and with an empty PostgreSQL."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
    else:
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path)}"
    yield from _service(url, monkeypatch)


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages alone, on a socket."""
    with pages_alone(tmp_path_factory.mktemp("data")) as url:
        yield url


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opener]:
    """Opens a page in a window of Pipedrive's."""
    with opener(browser, address) as opened:
        yield opened


def _service(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", url)
    service = Service(read_settings())
    if not service.settings.embedded:
        with service.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    yield service
    service.close()
