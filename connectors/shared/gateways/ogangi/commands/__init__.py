"""`connectors ogangi`: what Ogangi can be asked beside sending. Each command answers at once."""

from typing import Final

import click

from connectors.shared.gateways.kinds import Opener
from connectors.shared.lazy_commands import LazyCommands

_WHERE: Final = {"messages": "messages", "fire": "fire", "pin": "pin"}
"""The commands, and the module of each."""


def group(open_house: Opener) -> click.Group:
    """Return the group; its commands get `open_house` as click's object."""
    return LazyCommands(
        "ogangi",
        package=__name__,
        where=_WHERE,
        help="Ask Ogangi: messages from phones, a message as if from a phone, a PIN.",
        context_settings={"obj": open_house},
    )
