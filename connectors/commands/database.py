"""`connectors db …`."""

import click

from connectors import migrations
from connectors.opening import settings
from connectors.service import Service


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database up to date; safe to run again."""
    service = Service(settings())
    migrations.upgrade(service.database)
    click.echo("The database is up to date.")
