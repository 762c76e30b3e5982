"""`connectors shopify`: shops, automations and events from the command line."""

from typing import Final

import click

from connectors.shared.lazy_commands import LazyCommands

_WHERE: Final = {
    "connect": "connecting",
    "shops": "shops",
    "setup": "setup",
    "automations": "automations",
    "events": "events",
    "remove": "removing",
}
"""The commands in the order in which they are needed, and the module of each."""


@click.group(cls=LazyCommands, package=__name__, where=_WHERE)
def shopify() -> None:
    """Connect shops, and choose what their buyers are texted.

    \b
    In two minutes:
      connectors shopify connect --shop x.myshopify.com --customer-id C-1
      connectors shopify setup
    """
