"""`connectors opt-outs …`: who does not want to be texted."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts.health import default_country
from connectors.shared.accounts.store import require_account
from connectors.shared.campaigns.sheets import FIRST_OCTETS, SheetOptions, kind_of
from connectors.shared.errors import NotUnderstood
from connectors.shared.opt_outs import store
from connectors.shared.opt_outs.importing import Imported, import_file
from connectors.shared.opt_outs.store import OptOut, Scope
from connectors.shared.phone_numbers import InvalidNumber, read_local_number

SOURCE = "command"
PAGE = 500
WIDE = 200

_customer_id = click.option("--customer-id", help="Whose, where there are several accounts.")
_number = click.option("--number", required=True, help="The number, with its country code: +919816111111.")
_scope = click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=Scope.PROMOTIONAL.value,
    show_default=True,
    help="What is not wanted; even `all` lets one-time codes through.",
)


@click.group("opt-outs")
def opt_outs() -> None:
    """Numbers that do not want to be texted."""


@opt_outs.command()
@_number
@_scope
@_customer_id
def add(number: str, scope: str, customer_id: str | None) -> None:
    """Opt a number out. Again for the same number: it gets this scope."""
    with opened() as service, service.database.write() as connection:
        account_id, _ = require_account(connection, customer_id)
        digits = _digits(connection, account_id, number)
        store.add(connection, service.secrets, account_id, digits, Scope(scope), SOURCE)
    click.echo(f"+{digits} has opted out ({scope}).")


@opt_outs.command("list")
@_customer_id
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_opt_outs(customer_id: str | None, as_json: bool) -> None:
    """Show who has opted out, newest first."""
    with opened() as service:
        found = [opt_out.shown() for opt_out in _all(service, customer_id)]
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("Nobody has opted out.")
    else:
        table = Table(box=None, header_style="bold")
        for title in ("number", "scope", "source", "since"):
            table.add_column(title, no_wrap=True)
        for entry in found:
            table.add_row(entry["number"] or "(erased)", entry["scope"], entry["source"], entry["created_at"])
        Console(width=None if sys.stdout.isatty() else WIDE).print(table)


@opt_outs.command()
@_number
@_customer_id
def remove(number: str, customer_id: str | None) -> None:
    """Let a number be texted again."""
    with opened() as service, service.database.write() as connection:
        account_id, _ = require_account(connection, customer_id)
        digits = _digits(connection, account_id, number)
        store.remove(connection, service.secrets, account_id, digits)
    click.echo(f"+{digits} may be texted again.")


@opt_outs.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_scope
@click.option("--mobile-column", help="The header of the numbers' column; else it is found by its name.")
@click.option("--country-column", help="The header of the calling codes' column, if there is one.")
@_customer_id
def import_list(
    file: Path, scope: str, mobile_column: str | None, country_column: str | None, customer_id: str | None
) -> None:
    """Opt out every number of a FILE (.xlsx or .csv)."""
    with file.open("rb") as content:
        kind = kind_of(file.name, content.read(FIRST_OCTETS))
    with opened() as service:
        with service.database.read() as connection:
            account_id, _ = require_account(connection, customer_id)
            country_code = default_country(connection, account_id)
        imported = import_file(
            service.database,
            service.secrets,
            account_id,
            file,
            kind,
            SheetOptions(mobile_column, country_column),
            scope=Scope(scope),
            country_code=country_code,
        )
    _tell(imported)


def _tell(imported: Imported) -> None:
    unread = imported.total - imported.added - imported.already
    click.echo(f"Opted out: {imported.added:,}. Already were: {imported.already:,}. Could not be read: {unread:,}.")
    for entry in imported.invalid:
        click.echo(f"Row {entry['row']}: {entry['error']}", err=True)
    if unread == imported.total:
        sys.exit(1)


def _all(service: Service, customer_id: str | None) -> Iterator[OptOut]:
    with service.database.read() as connection:
        account_id, _ = require_account(connection, customer_id)
        before: tuple[int, bytes] | None = None
        while page := store.list_opt_outs(connection, account_id, before=before, limit=PAGE):
            yield from page
            before = page[-1].position


def _digits(connection: Connection, account_id: int, number: str) -> str:
    try:
        return read_local_number(number, default_country(connection, account_id)).digits
    except InvalidNumber as error:
        raise NotUnderstood(str(error)) from None
