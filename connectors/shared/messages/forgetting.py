"""Who else holds something of a message: connectors register here, so that an erasure reaches every table."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

Forgetter = Callable[[Connection, Sequence[str]], None]
"""Called with the open transaction and the ids of messages whose number and text must go."""

NumberForgetter = Callable[[Connection, str], None]
"""Called with the open transaction and a number (digits of E.164) that is being erased."""


class Forgetting:
    """The forgetters, called inside the transaction that erases."""

    def __init__(self) -> None:
        self._forgetters: list[Forgetter] = []
        self._number_forgetters: list[NumberForgetter] = []

    def register_for_numbers(self, forgetter: NumberForgetter) -> None:
        """Have `forgetter` called for every number that is erased."""
        self._number_forgetters.append(forgetter)

    def tell_number(self, connection: Connection, number: str) -> None:
        """Have everybody forget a number, wherever else than in messages it stands."""
        for forgetter in self._number_forgetters:
            forgetter(connection, number)

    def register(self, forgetter: Forgetter) -> None:
        """Have `forgetter` called for every message that is erased or purged."""
        self._forgetters.append(forgetter)

    def tell(self, connection: Connection, message_ids: Sequence[str]) -> None:
        """Have everybody forget these messages' numbers and texts."""
        if message_ids:
            for forgetter in self._forgetters:
                forgetter(connection, message_ids)
