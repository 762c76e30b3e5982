"""`connectors shopify`: shops, automations and events from the command line."""

from importlib import import_module
from typing import Final

import click

_WHERE: Final = {
    "connect": "connecting",
    "shops": "shops",
    "setup": "setup",
    "automations": "automations",
    "events": "events",
    "remove": "removing",
}
"""The commands in the order in which they are needed, and the module of each."""


class Commands(click.Group):
    """Loads a command once it is asked for: what serves requests has no use for any of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _WHERE.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(import_module(f"{__name__}.{module}"), cmd_name)
        return found


@click.group(cls=Commands)
def shopify() -> None:
    """Connect shops, and choose what their buyers are texted.

    \b
    In two minutes:
      connectors shopify connect --shop x.myshopify.com --customer-id C-1
      connectors shopify setup
    """
