"""`connectors ogangi fire`: has Ogangi act as if a message came from a phone."""

import json

import click

from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.ogangi import verdicts
from connectors.shared.gateways.ogangi.commands.asking import (
    asking,
    done,
    line_of,
    number_of,
    phone_option,
    text_of,
    text_option,
)
from connectors.shared.gateways.ogangi.gateway import code_of


@click.command()
@phone_option
@text_option
@click.option("--post", is_flag=True, help="Say it in the body of a request, and not in its URL.")
@asking
def fire(open_house: Opener, phone: str, text: str, post: bool, as_json: bool, customer_id: str | None) -> None:
    """Have Ogangi act as if this message came from that phone. The campaign that it is for answers it.

    \b
    Example:
      connectors ogangi fire --phone +13056708084 --text JOIN
    """
    with line_of(open_house, customer_id) as line:
        number, said, keys = number_of(line, phone, lenient=True), text_of(text), line.login.keys
        if post:
            answer = line.client.fire_by_post(keys, number, said, code_of(line.login.sender_id or "") or None)
        else:
            answer = line.client.fire(keys, number, said)
    done(verdicts.of_send(answer))
    if as_json:
        click.echo(json.dumps({"phone": f"+{number}", "status": answer.status, "description": answer.description}))
    else:
        click.echo(f"Ogangi took it for a message from +{number}.")
