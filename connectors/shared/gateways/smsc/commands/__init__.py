"""`connectors smsc`: what SMSC can be asked and told beside sending, from the command line."""

from typing import Final

import click

from connectors.shared.gateways.kinds import Opener
from connectors.shared.lazy_commands import LazyCommands

_WHERE: Final = {
    "balance": "money",
    "cost": "money",
    "status": "past",
    "history": "past",
    "numbers": "numbers",
    "rent": "numbers",
    "renewal": "numbers",
    "tasks": "tasks",
    "confirm-call": "calls",
}
"""The commands, and the module of each."""


def commands(open_house: Opener) -> tuple[click.Command, ...]:
    """Return the group `smsc`, whose commands open the house by this."""

    @click.group(cls=LazyCommands, package=__name__, where=_WHERE)
    @click.pass_context
    def smsc(ctx: click.Context) -> None:
        """Ask SMSC: what is left, what it costs, what became of it; rent numbers; confirm a number by a call.

        \b
        Examples:
          connectors smsc balance
          connectors smsc cost --phone +79991234567 --text "Your order has left"
          connectors smsc history --from 2026-11-01 --to 2026-11-21
        """
        ctx.obj = open_house

    return (smsc,)
