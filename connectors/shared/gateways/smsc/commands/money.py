"""`connectors smsc balance` and `cost`."""

import click

from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.smsc.client import Sms
from connectors.shared.gateways.smsc.commands.asking import answered, asking
from connectors.shared.gateways.smsc.commands.options import asking_options, phones_digits, read_text
from connectors.shared.gateways.smsc.commands.showing import print_json, tell


@click.command()
@asking_options
@click.pass_obj
def balance(open_house: Opener, customer_id: str | None, as_json: bool) -> None:
    """Show the money that is left at SMSC."""
    with asking(open_house, customer_id) as asked:
        found = answered(asked.smsc.balance(asked.connection_id))
    if as_json:
        print_json({"balance": found.balance, "credit": found.credit, "currency": found.currency})
        return
    credit = f", and {found.credit} more on credit" if found.credit else ""
    tell(f"{found.balance} {found.currency or ''}".rstrip() + f" left{credit}.")


@click.command()
@click.option(
    "--phone",
    "phones",
    multiple=True,
    required=True,
    callback=phones_digits,
    help="A number with its country code. May be repeated.",
)
@click.option("--text", required=True, help="What it would say; `-` reads standard input.")
@click.option("--sender-id", default="", help="Whom it would be from. Default: the account's.")
@asking_options
@click.pass_obj
def cost(
    open_house: Opener, phones: tuple[str, ...], text: str, sender_id: str, customer_id: str | None, as_json: bool
) -> None:
    """Ask what a message would cost. Nothing is sent."""
    said = read_text(text)
    with asking(open_house, customer_id) as asked:
        sms = Sms(phones=phones, text=said, sender=sender_id or asked.sender_id)
        found = answered(asked.smsc.cost(asked.connection_id, sms))
    if as_json:
        print_json({"cost": found.cost, "parts": found.count})
        return
    parts = f", for {found.count} SMS in all" if found.count else ""
    tell(f"It would cost {found.cost}{parts}. Nothing was sent.")
