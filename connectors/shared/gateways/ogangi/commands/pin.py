"""`connectors ogangi pin`: has Ogangi make a PIN, send it, and tell it to whoever asked."""

import json
from typing import Final

import click

from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.ogangi.commands.asking import (
    asking,
    done,
    line_of,
    number_of,
    phone_option,
    text_of,
    text_option,
)
from connectors.shared.gateways.ogangi.logins import Logins
from connectors.shared.gateways.ogangi.pins import OgangiPins

LONGEST_PIN: Final = 12


@click.command()
@phone_option
@text_option
@click.option("--length", default=6, show_default=True, type=click.IntRange(1, LONGEST_PIN), help="Of the PIN.")
@asking
def pin(open_house: Opener, phone: str, text: str, length: int, as_json: bool, customer_id: str | None) -> None:
    """Have Ogangi make a PIN and send it beside a text; the PIN is printed here.

    \b
    Example:
      connectors ogangi pin --phone +13056708084 --text "Your code for the Blue Kurta shop" --length 6
    """
    with line_of(open_house, customer_id) as line:
        number, said = number_of(line, phone), text_of(text)
        pins = OgangiPins(line.client, Logins(line.house.database, line.house.secrets))
        sent = pins.send_pin(line.connection_id, number, said, length)
    done(sent.result)
    if as_json:
        click.echo(json.dumps({"phone": f"+{number}", "pin": sent.pin}))
    else:
        click.echo(f"Ogangi sent the PIN {sent.pin} to +{number}.")
