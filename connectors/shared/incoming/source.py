"""Where messages from phones are asked for: what a gateway offers whose vendor does not call, or may forget to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.shared.incoming.message import IncomingMessage

IsKnown = Callable[[Sequence[IncomingMessage]], list[bool]]
"""Tells for each message whether it is kept already."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look brought; `cursor` is handed to the next (None: there is none).

    `failure` says in words, for the log, why it is not all; what came before is kept all the same.
    """

    messages: Sequence[IncomingMessage]
    cursor: str | None = None
    failure: str | None = None


class IncomingSource(Protocol):
    """A vendor that is asked for messages."""

    def poll(self, connection_id: int, cursor: str | None, is_known: IsKnown) -> Polled:
        """Ask for what is new; never raises for what a vendor or a network can do."""
        ...
