"""`connectors …`: the whole service from a terminal. Exits 0, 1 where it did not work, 2 where it was asked wrongly."""

import sys

import click
from environs import Env

from connectors import __version__
from connectors.commands import COMMANDS
from connectors.installed import INSTALLED
from connectors.shared.errors import ConnectorsError, NotUnderstood


class ConnectorsGroup(click.Group):
    """Turns our errors into one line and an exit code, never a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConnectorsError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2 if isinstance(error, NotUnderstood) else 1)


@click.group(cls=ConnectorsGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Send SMS through Message Central from CleverTap, Pipedrive, Shopify and your own programs."""
    # Variables that are set already win over the file.
    Env().read_env(".env", recurse=False)


for _command in COMMANDS:
    cli.add_command(_command)
for _connector in INSTALLED:
    for _command in _connector.commands:
        cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    sys.exit(cli())
