"""`connectors routes …`: which gateway carries which numbers, and which is tried where it refuses."""

import json
import re

import click
from rich.text import Text

from connectors.commands.options import chosen_account, customer_id_option, json_option
from connectors.commands.terminal import console_for, plain_table
from connectors.opening import opened
from connectors.shared.gateways.installed import NAMES
from connectors.shared.routes import store

LONGEST_PREFIX = 15
"""Digits of E.164."""

_SEPARATORS = re.compile(r"[ ().-]")


def _prefix(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Read the first digits of numbers as people write them: 91, +91, 0091; * is every number."""
    written = _SEPARATORS.sub("", value)
    if written == "*":
        return ""
    digits = written[1:] if written.startswith("+") else written.removeprefix("00")
    if not (digits.isascii() and digits.isdigit()):
        raise click.BadParameter("it is the first digits of numbers, such as 91 or +9198; * is every number.")
    if len(digits) > LONGEST_PREFIX:
        raise click.BadParameter(f"a number has at most {LONGEST_PREFIX} digits.")
    if digits.startswith("0"):
        raise click.BadParameter("it begins with the calling code of a country, such as 91, and none begins with 0.")
    return digits


prefix_option = click.option(
    "--prefix",
    required=True,
    callback=_prefix,
    help="The first digits of the numbers, with the country's: 91, +9198. * is every number.",
)


@click.group()
def routes() -> None:
    """Which gateway carries which numbers: that of the longest prefix, else the account's first."""


@routes.command("add")
@prefix_option
@click.option("--gateway", "gateway_name", required=True, type=click.Choice(NAMES), help="Who carries them.")
@click.option(
    "--fallback",
    type=click.Choice(NAMES),
    help="Who is tried once where that one refuses, and is known not to have sent.",
)
@customer_id_option
def add_route(prefix: str, gateway_name: str, fallback: str | None, customer_id: str | None) -> None:
    """Have a gateway carry numbers; a route that is there for the same prefix is replaced.

    \b
    Examples:
      connectors routes add --prefix 7 --gateway smsc --fallback message-central
      connectors routes add --prefix '*' --gateway message-central --fallback smsc
    """
    with opened() as service:
        account = chosen_account(service, customer_id)
        with service.database.write() as connection:
            store.add_route(connection, account.id, prefix, gateway_name, fallback)
    then = f"; where it refuses, {fallback} is tried" if fallback else ""
    click.echo(f"Messages to {_numbers(prefix)} go by {gateway_name}{then}.")


@routes.command("list")
@json_option
@customer_id_option
def list_routes(as_json: bool, customer_id: str | None) -> None:
    """Show an account's routes."""
    with opened() as service:
        account = chosen_account(service, customer_id)
        with service.database.read() as connection:
            found = store.list_routes(connection, account.id)
    if as_json:
        click.echo(json.dumps(found))
        return
    if not found:
        click.echo("There is no route: every message goes by the account's first connection.")
        return
    table = plain_table("numbers", "gateway", "fallback")
    for route in found:
        table.add_row(Text(_numbers(route["prefix"])), route["gateway"], route["fallback"] or "–")
    console_for().print(table)


@routes.command("remove")
@prefix_option
@customer_id_option
def remove_route(prefix: str, customer_id: str | None) -> None:
    """Remove a route; what was accepted by then goes as it was to go."""
    with opened() as service:
        account = chosen_account(service, customer_id)
        with service.database.write() as connection:
            store.remove_route(connection, account.id, prefix)
    click.echo(f"Removed the route for {_numbers(prefix)}.")


def _numbers(prefix: str) -> str:
    return f"+{prefix}…" if prefix else "every number"
