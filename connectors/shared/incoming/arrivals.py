"""Who hears of messages from phones: connectors register here, since the house knows none of them."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

ArrivalListener = Callable[[Connection, Sequence[str], int], None]
"""Called with the open transaction, the ids of new incoming messages (the rows are there), and the moment."""

ArrivalForgetter = Callable[[Connection, Sequence[str]], None]
"""Called with the open transaction and the ids of incoming messages whose number and text must go."""


class Arrivals:
    """The listeners, called inside the transaction that keeps or erases a message: told exactly when it is true."""

    def __init__(self) -> None:
        self._listeners: list[ArrivalListener] = []
        self._forgetters: list[ArrivalForgetter] = []

    def register(self, listener: ArrivalListener) -> None:
        """Have `listener` called for every message that comes."""
        self._listeners.append(listener)

    def register_forgetter(self, forgetter: ArrivalForgetter) -> None:
        """Have `forgetter` called for every message that is erased or purged."""
        self._forgetters.append(forgetter)

    def tell(self, connection: Connection, incoming_ids: Sequence[str], moment_ms: int) -> None:
        """Tell every listener of these."""
        if incoming_ids:
            for listener in self._listeners:
                listener(connection, incoming_ids, moment_ms)

    def forget(self, connection: Connection, incoming_ids: Sequence[str]) -> None:
        """Have everybody forget these messages' numbers and texts."""
        if incoming_ids:
            for forgetter in self._forgetters:
                forgetter(connection, incoming_ids)
