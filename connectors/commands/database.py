"""`connectors db …`."""

import click

from connectors import migrations
from connectors.service import Service
from connectors.settings import read_settings


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database up to date; safe to run again."""
    service = Service(read_settings())
    migrations.upgrade(service.database)
    click.echo("The database is up to date.")
