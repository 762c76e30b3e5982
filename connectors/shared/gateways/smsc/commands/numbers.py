"""`connectors smsc numbers`, `rent` and `renewal`: numbers that take messages from phones."""

import sys
from typing import Any

import click

from connectors.commands.terminal import one_line
from connectors.shared.errors import NotFound
from connectors.shared.gateways.kinds import Opener
from connectors.shared.gateways.smsc.answers import DedicatedNumber
from connectors.shared.gateways.smsc.commands.asking import Asked, answered, asking
from connectors.shared.gateways.smsc.commands.options import asking_options, phone_option
from connectors.shared.gateways.smsc.commands.showing import plain_table, print_json, print_table, tell

_TYPES = {1: "virtual", 2: "SIM", 4: "virtual"}
_IN_DOUBT = "The number may be rented now, or not: look at SMSC's own pages before you try again."


@click.command()
@asking_options
@click.pass_obj
def numbers(open_house: Opener, customer_id: str | None, as_json: bool) -> None:
    """Show the numbers that can be rented, and what they cost."""
    with asking(open_house, customer_id) as asked:
        found = answered(asked.smsc.numbers(asked.connection_id))
    if as_json:
        print_json([shown(each) for each in found])
        return
    table = plain_table("number", "type", "a month", "this month", "about it", right=("a month", "this month"))
    for each in found:
        kind = _TYPES.get(each.type or 0, str(each.type or "–"))
        table.add_row(f"+{each.phone}", kind, each.cost or "–", each.current_cost or "–", one_line(each.info))
    print_table(table, "SMSC has no numbers to rent at the moment.")


@click.command()
@phone_option("One of those that `connectors smsc numbers` shows.")
@click.option("--no-renewal", is_flag=True, help="To the end of this month only.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asking_options
@click.pass_obj
def rent(open_house: Opener, phone: str, no_renewal: bool, yes: bool, customer_id: str | None, as_json: bool) -> None:
    """Rent a number. This costs money; at a terminal it says how much, and asks."""
    with asking(open_house, customer_id) as asked:
        if not yes and is_person():
            click.confirm(_question(asked, phone, no_renewal), abort=True, err=True)
        found = answered(asked.smsc.rent(asked.connection_id, phone, renewed=not no_renewal), _IN_DOUBT)
    if as_json:
        print_json({"phone": f"+{phone}", "cost": found.cost, "renewed": not no_renewal})
        return
    paid = f" for {found.cost}" if found.cost else ""
    then = "It ends with this month." if no_renewal else "It is renewed every month."
    tell(f"Rented +{phone}{paid}. {then}")


@click.command()
@phone_option("A number that you rent.")
@click.option("--on", is_flag=True, help="Renew it every month.")
@click.option("--off", is_flag=True, help="Let it end with this month.")
@asking_options
@click.pass_obj
def renewal(open_house: Opener, phone: str, on: bool, off: bool, customer_id: str | None, as_json: bool) -> None:
    """Say whether a number is rented for the next month too: --on or --off."""
    if on == off:
        raise click.UsageError("Say --on or --off.")
    with asking(open_house, customer_id) as asked:
        answered(asked.smsc.change_renewal(asked.connection_id, phone, renewed=on))
    if as_json:
        print_json({"phone": f"+{phone}", "renewed": on})
        return
    tell(f"+{phone} is renewed every month." if on else f"+{phone} ends with this month.")


def shown(found: DedicatedNumber) -> dict[str, Any]:
    """Return a number for programs; costs are for a whole month, and for what is left of this one."""
    return {
        "phone": f"+{found.phone}",
        "type": found.type,
        "cost": found.cost,
        "current_cost": found.current_cost,
        "info": found.info,
    }


def is_person() -> bool:
    """Return whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _question(asked: Asked, phone: str, no_renewal: bool) -> str:
    offered = {each.phone: each for each in answered(asked.smsc.numbers(asked.connection_id))}
    found = offered.get(phone)
    if found is None:
        raise NotFound(f"+{phone} is not for rent. `connectors smsc numbers` shows those that are.")
    then = "" if no_renewal else f", then {found.cost or 'its price'} every month"
    return f"+{phone} costs {found.current_cost or 'money'} to the end of this month{then}. Rent it?"
