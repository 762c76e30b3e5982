"""A shop whose events are planned, in a transaction that is never committed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.service import Service
from connectors.settings import read_settings
from tests.shopify.automations.planned import Planner
from tests.shopify.connected import connect_shop


@pytest.fixture(scope="package")
def everything_on(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planner]:
    """A shop whose automations are all on, in a transaction that is never committed."""
    folder = tmp_path_factory.mktemp("planning")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONNECTORS_DATA_DIR", str(folder))
        patch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")
        patch.setenv("CONNECTORS_DATABASE_URL", f"sqlite:///{shutil.copy(sqlite_template, folder)}")
        service = Service(read_settings())
    connected = connect_shop(service)
    with service.database.write() as connection:
        found = Planner(connection, service.secrets, connected)
        found.turn_on()
        yield found
    service.close()


@pytest.fixture
def shop(everything_on: Planner) -> Iterator[Planner]:
    """A shop whose automations are all on."""
    found = Planner(everything_on.connection, everything_on.secrets, everything_on.connected)
    with found.undone():
        yield found


@pytest.fixture
def quiet(shop: Planner) -> Planner:
    """A shop whose automations are all off."""
    shop.turn_off()
    return shop
