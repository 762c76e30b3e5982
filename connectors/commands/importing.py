"""`connectors importer`: the process that the dispatcher starts to read campaigns' files."""

import click

from connectors.service import Service
from connectors.serving.importer import run_importer
from connectors.settings import read_settings
from connectors.shared.logs import set_up_logs


@click.command(hidden=True)
@click.option("--parent", required=True, type=int)
def importer(parent: int) -> None:
    """Read campaigns' files until there is none."""
    set_up_logs()
    run_importer(Service(read_settings()), parent)
