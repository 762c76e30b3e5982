"""`connectors ogangi`: what Ogangi can be asked beside sending. Each command answers at once."""

from importlib import import_module
from typing import Final

import click

from connectors.shared.gateways.kinds import Opener

_WHERE: Final = ("messages", "fire", "pin")
"""The commands; each is in the module of its name."""


class Commands(click.Group):
    """Loads a command once it is asked for: what serves requests has no use for any of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _WHERE:
            return None
        found: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return found


def group(open_house: Opener) -> click.Group:
    """Return the group; its commands get `open_house` as click's object."""
    return Commands(
        "ogangi",
        help="Ask Ogangi: messages from phones, a message as if from a phone, a PIN.",
        context_settings={"obj": open_house},
    )
