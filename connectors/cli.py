"""`connectors …`: the whole service from a terminal. Exits 0, 1 where it did not work, 2 where it was asked wrongly."""

import atexit
import errno
import gc
import sys
import traceback
from pathlib import Path

import click
from dotenv import load_dotenv
from sqlalchemy.exc import ArgumentError, DBAPIError

from connectors import __version__
from connectors.commands import COMMANDS
from connectors.installed import INSTALLED
from connectors.opening import opened
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.gateways.installed import GATEWAYS
from connectors.shared.secrets import KeyFileUnusable, SecretUnreadable

HERE = Path(__file__).parent


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
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise  # click's own affair
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # likewise: who read our output went away
            click.echo(f"Error: {_of_system(error)}", err=True)
            ctx.exit(1)
        except Exception as error:
            # A fault of ours. Its text and the lines around may hold anybody's number, so only where it was is told.
            click.echo(f"Error: this should not have happened: {_where(error)}. Please report it.", err=True)
            ctx.exit(1)


def _of_system(error: OSError) -> str:
    if error.strerror is None:  # of a library that makes its own
        return _where(error)
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


def _where(error: BaseException) -> str:
    """Return the kind of an error and where in our code it came up, without any value."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if HERE in Path(frame.filename).parents]
    place = f" in {Path(ours[-1].filename).relative_to(HERE)}, line {ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"


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
for _kind in GATEWAYS:
    for _command in _kind.commands(opened):
        cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    # A process that ends looks through all that it has loaded for cycles, several times: half a second of CPU each
    # (measured), and a service that is told to end has six processes. What is frozen is not looked at.
    atexit.register(gc.freeze)
    sys.exit(cli())
