"""How a command opens the service: settings from the environment, the embedded database up to date."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors import migrations
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.errors import ConnectorsError


class NotMigrated(ConnectorsError):
    """The database lacks steps that this version needs."""


@contextmanager
def opened() -> Iterator[Service]:
    """Give the service to a command; on the embedded default the database is brought up to date first."""
    service = Service(read_settings())
    try:
        make_current(service)
        yield service
    finally:
        service.close()


def make_current(service: Service) -> None:
    """Upgrade the embedded database by itself; any other is the operator's to upgrade."""
    if service.settings.embedded:
        if not migrations.is_current(service.database):
            migrations.upgrade(service.database)
    elif not migrations.is_current(service.database):
        raise NotMigrated("The database is not up to date. Run `connectors db upgrade` first.")
