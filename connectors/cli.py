"""`connectors …`: the whole service from a terminal. Exits 0, 1 where it did not work, 2 where it was asked wrongly."""

import errno
import sys

import click
from dotenv import load_dotenv
from sqlalchemy.exc import ArgumentError, DBAPIError

from connectors import __version__
from connectors.commands import COMMANDS
from connectors.installed import INSTALLED
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.secrets import KeyFileUnusable, SecretUnreadable


class ConnectorsGroup(click.Group):
    """Turns our errors into one line and an exit code, never a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (ConnectorsError, KeyFileUnusable, SecretUnreadable) as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2 if isinstance(error, NotUnderstood) else 1)
        except ArgumentError:
            click.echo("Error: CONNECTORS_DATABASE_URL is no URL of SQLite or of PostgreSQL.", err=True)
            ctx.exit(1)
        except DBAPIError as error:
            # Its text holds the statement's values.
            click.echo(f"Error: the database refused it: {type(error.orig).__name__}", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click's own affair: who read our output went away
            click.echo(f"Error: {error.strerror}: {error.filename}", err=True)
            ctx.exit(1)


@click.group(cls=ConnectorsGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Send SMS through Message Central from CleverTap, Pipedrive, Shopify and your own programs."""
    # Variables that are set already win over the file.
    load_dotenv(".env")


for _command in COMMANDS:
    cli.add_command(_command)
for _connector in INSTALLED:
    for _command in _connector.commands:
        cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    sys.exit(cli())
