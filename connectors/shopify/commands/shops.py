"""`connectors shopify shops`: how each shop is connected, and whether all is well."""

import json

import click
from rich.console import Console
from rich.text import Text

from connectors.commands.options import chosen_account, customer_id_option, json_option
from connectors.commands.terminal import console_for, legible, local_time, plain_table
from connectors.opening import opened
from connectors.shopify.commands.choosing import CONNECT
from connectors.shopify.commands.health import ShopHealth, shop_healths
from connectors.shopify.settings import read_shopify_settings

_WAYS = {"signing_key": "its own webhooks", "own_app": "its own app", "our_app": "our app"}
_STATES = {
    "connected": "connected",
    "uninstalled": "uninstalled",
    "no_account": "belongs to no account, so that nobody is texted: `connectors shopify connect` says to which",
    "disconnected": "Shopify refuses our access: connect it again",
    "unsigned": "nothing proves what Shopify sends: give its signing key",
}


@click.command()
@json_option
@customer_id_option
def shops(as_json: bool, customer_id: str | None) -> None:
    """Show the shops and how they are."""
    with opened() as service:
        account_id = None if customer_id is None else chosen_account(service, customer_id).id
        has_app = read_shopify_settings().has_app
        with service.database.read() as connection:
            found = shop_healths(connection, account_id, has_app=has_app)
    if as_json:
        click.echo(json.dumps(found))
    elif not found:
        click.echo(f"No shop is connected yet. Connect one with {CONNECT}.")
    else:
        _print_shops(console_for(), found)


def _print_shops(console: Console, found: list[ShopHealth]) -> None:
    table = plain_table(
        "shop", "connected by", "account", "state", "last event", "other topics", right=("other topics",)
    )
    for shop in found:
        table.add_row(
            Text("\n".join(filter(None, (shop["shop"], legible(shop["name"])))), overflow="fold"),
            ", ".join(_WAYS[way] for way in shop["ways"]) or "–",
            Text(legible(shop["customer_id"]) or "–"),
            Text(_state(shop)),
            local_time(shop["last_event_at"]) if shop["last_event_at"] else "never",
            f"{sum(shop['unknown_topics'].values()):,}",
        )
    console.print(table)


def _state(shop: ShopHealth) -> str:
    lines = [_STATES[shop["state"]]]
    for topic, words in shop["subscription_problems"].items():
        lines.append(legible(words if topic == "*" else f"no {topic}: {words}"))
    return "\n".join(lines)
