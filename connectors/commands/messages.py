"""`connectors messages …` and `connectors erase`."""

import json
from typing import Any

import click
from rich.text import Text

from connectors.commands.options import (
    Account,
    chosen_account,
    customer_id_option,
    json_option,
    printable,
)
from connectors.commands.terminal import console_for, id_line, legible, local_time, one_line, plain_table, short_time
from connectors.installed import listen
from connectors.opening import opened
from connectors.service import Service
from connectors.shared.accounts.health import default_country
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotUnderstood
from connectors.shared.messages import canceling, retention
from connectors.shared.messages.queries import Filter, get_message, list_messages
from connectors.shared.messages.resolve import Resolution, resolve
from connectors.shared.messages.states import Status
from connectors.shared.phone_numbers import InvalidNumber, read_local_number, read_number

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 10_000
WIDE_ENOUGH = 150
"""Columns of a terminal on which a message with its id fits into a line."""

_TIMES = (("accepted", "created"), ("due", "due"), ("sent", "sent"), ("finished", "finished"))

message_id_argument = click.argument("message_id", metavar="ID", callback=printable)


@click.group()
def messages() -> None:
    """Messages in the ledger."""


@messages.command("resolve")
@click.argument("message_id")
@click.option("--as", "resolution", required=True, type=click.Choice([entry.value for entry in Resolution]))
def resolve_message(message_id: str, resolution: str) -> None:
    """Settle a message that is unconfirmed: it was sent, it was not, or send it again."""
    with opened() as service:
        listen(service)
        with service.database.write() as connection:
            resolve(
                connection,
                service.endings,
                message_id,
                Resolution(resolution),
                now_ms(),
                receipt_deadline_ms=service.settings.receipt_deadline_ms,
                validity_ms=service.settings.validity_ms,
            )
    done = {"sent": "taken for sent", "failed": "taken for not sent", "resend": "queued to be sent again"}
    click.echo(f"{message_id} is {done[resolution]}.")


@messages.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only those that stand here.")
@click.option("--to", help="Only those to this number.")
@click.option("--campaign", "campaign_id", callback=printable, help="Only those of this campaign (its id).")
@click.option("--limit", default=DEFAULT_LIMIT, show_default=True, type=click.IntRange(1, LARGEST_LIMIT))
@json_option
@customer_id_option
def list_them(
    status: str | None, to: str | None, campaign_id: str | None, limit: int, as_json: bool, customer_id: str | None
) -> None:
    """Show messages, newest first, in the time zone of this machine.

    \b
    Examples:
      connectors messages list --status failed
      connectors messages list --to +919816111111 --limit 5
    """
    with opened() as service:
        account = chosen_account(service, customer_id)
        chosen = Filter(status=status, to=_digits(service, account, to), campaign_id=campaign_id)
        with service.database.read() as connection:
            found = list_messages(connection, account.id, chosen, before_id=None, limit=limit)
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo("There is no such message." if any((status, to, campaign_id)) else "There is no message yet.")
    else:
        _print_messages(found)


@messages.command("show")
@message_id_argument
@json_option
@customer_id_option
def show_message(message_id: str, as_json: bool, customer_id: str | None) -> None:
    """Show a message and what became of it."""
    with opened() as service:
        account = chosen_account(service, customer_id)
        with service.database.read() as connection:
            message = get_message(connection, account.id, message_id)
    if as_json:
        click.echo(json.dumps(message))
    else:
        _print_message(message)


@messages.command("cancel")
@message_id_argument
@customer_id_option
def cancel_message(message_id: str, customer_id: str | None) -> None:
    """Cancel a message that still waits; what was sent stays sent."""
    with opened() as service:
        listen(service)
        account = chosen_account(service, customer_id)
        with service.database.write() as connection:
            canceling.cancel(connection, service.endings, account.id, message_id, now_ms())
    click.echo(f"{message_id} is canceled and will not be sent.")


@click.command()
@click.option("--number", required=True, help="The number, with its country code: +919816111111.")
def erase(number: str) -> None:
    """Remove a person's number and texts everywhere. What waits to be sent to it is canceled."""
    try:
        digits = read_number(number).digits
    except InvalidNumber as error:
        raise NotUnderstood(str(error)) from None
    with opened() as service:
        listen(service)
        erased = retention.erase_number(service.database, service.endings, service.forgetting, digits)
        click.echo(f"Erased. Messages of this number: {erased:,}.")


def _digits(service: Service, account: Account, number: str | None) -> str | None:
    if number is None:
        return None
    with service.database.read() as connection:
        country_code = default_country(connection, account.id)
    try:
        return read_local_number(number, country_code).digits
    except InvalidNumber as error:
        raise NotUnderstood(f"--to: {error}") from None


def _print_messages(found: list[dict[str, Any]]) -> None:
    console = console_for()
    in_a_line = console.width >= WIDE_ENOUGH
    table = plain_table("time", "number", "status", "reason and text", *(["id"] if in_a_line else []))
    for message in found:
        reason = message["error"]["message"] if message["error"] else None
        words = one_line(" – ".join(filter(None, (reason, message["text"]))))
        cells = [
            Text(short_time(message["created_at"]), no_wrap=True),
            Text(message["to"] or "(erased)", no_wrap=True),
            Text(message["status"], no_wrap=True),
        ]
        if in_a_line:
            table.add_row(*cells, words, Text(message["id"], no_wrap=True))
        else:
            table.add_row(*cells, words)
            table.add_row("", "", "", id_line(message["id"]))
    console.print(table)


def _print_message(message: dict[str, Any]) -> None:
    error = message["error"]
    times = [(title, message[f"{name}_at"]) for title, name in _TIMES if message[f"{name}_at"]]
    rows = [
        ("id", message["id"]),
        ("to", message["to"] or "(erased)"),
        ("from", message["sender_id"] or None),
        ("status", message["status"]),
        ("carried by", message["gateway"]),
        ("reason", f"{error['message'] or ''} ({error['code']})" if error else None),
        ("text", "(erased)" if message["text"] is None else message["text"]),
        ("as", f"{message['channel']}, {message['message_type']}, {message['encoding']}, {message['segments']} SMS"),
        *((title, local_time(at)) for title, at in times),
        ("campaign", message["campaign_id"]),
        ("your id", message["external_id"]),
        ("vendor's id", message["transaction_id"]),
    ]
    table = plain_table("", "")
    table.show_header = False
    for title, value in rows:
        if value is not None:
            table.add_row(Text(title, style="bold"), Text(legible(str(value)), overflow="fold"))
    console_for().print(table)
