"""`connectors shopify events …`: what Shopify told us, what came of it, and once more by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from connectors.commands.options import json_option, printable
from connectors.commands.terminal import console_for, id_line, legible, local_time, plain_table, short_time
from connectors.opening import opened
from connectors.shopify.commands.choosing import chosen_shop, hand_down, shop_options
from connectors.shopify.webhooks.listing import get_event, list_events
from connectors.shopify.webhooks.replaying import replay as replay_event

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 10_000
WIDE_ENOUGH: Final = 150
"""Columns of a terminal on which an event with its id fits into a line."""


@click.group(invoke_without_command=True)
@click.option("--topic", callback=printable, help="Only those of this topic: orders/create.")
@click.option("--limit", default=DEFAULT_LIMIT, show_default=True, type=click.IntRange(1, LARGEST_LIMIT))
@json_option
@shop_options
@click.pass_context
def events(
    ctx: click.Context, topic: str | None, limit: int, as_json: bool, domain: str | None, customer_id: str | None
) -> None:
    """Show what Shopify told us, newest first, and what came of it.

    \b
    Examples:
      connectors shopify events --topic orders/create
      connectors shopify events replay 0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50
    """
    if ctx.invoked_subcommand is not None:
        hand_down(ctx, events, domain=domain, customer_id=customer_id, as_json=as_json)
        return
    with opened() as service:
        shop = chosen_shop(service, domain, customer_id)
        with service.database.read() as connection:
            found = list_events(connection, shop, topic=topic, before_id=None, limit=limit)
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo(f"There is no such event of {shop.domain}." if topic else f"{shop.domain} told us nothing yet.")
    else:
        _print_events(console_for(), found)


@events.command()
@click.argument("event_id", metavar="ID", callback=printable)
@json_option
@shop_options
def replay(event_id: str, as_json: bool, domain: str | None, customer_id: str | None) -> None:
    """Have an event worked off again, as if it had just happened. What was sent of it is not sent again."""
    with opened() as service:
        shop = chosen_shop(service, domain, customer_id)
        with service.database.write() as connection:
            replay_event(connection, shop.id, event_id)
            event = get_event(connection, shop, event_id)
    if as_json:
        click.echo(json.dumps(event))
    else:
        click.echo(
            f"{legible(event['topic'])} is worked off again at once, while `connectors serve` runs. "
            f"What comes of it: `connectors shopify events --shop {shop.domain}`."
        )


def _print_events(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    in_a_line = console.width >= WIDE_ENOUGH
    table = plain_table("time", "topic", "what came of it", *(["id"] if in_a_line else []))
    for event in found:
        cells = [
            Text(short_time(event["received_at"]), no_wrap=True),
            Text(legible(event["topic"]), no_wrap=True),
            Text(_became(event)),
        ]
        if in_a_line:
            table.add_row(*cells, Text(event["id"], no_wrap=True))
        else:
            table.add_row(*cells)
            table.add_row("", "", id_line(event["id"]))
    console.print(table)


def _became(event: Mapping[str, Any]) -> str:
    if event["state"] == "pending":
        return "waits to be worked off"
    if event["state"] == "failed":
        return "could not be worked off; the log says why"
    return "\n".join(_outcome(outcome) for outcome in event["outcomes"]) or "–"


def _outcome(outcome: Mapping[str, Any]) -> str:
    words = f"{outcome['trigger']}: {outcome['status']}"
    if outcome["status"] == "waiting" and outcome["due_at"]:
        words += f" until {local_time(outcome['due_at'])}"
    return legible(f"{words}. {outcome['detail']}" if outcome["detail"] else words)
