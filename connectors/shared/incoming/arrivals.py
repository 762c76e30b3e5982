"""Who hears of messages from phones: connectors register here, since the house knows none of them."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

ArrivalListener = Callable[[Connection, Sequence[str], int], None]
"""Called with the open transaction, the ids of new incoming messages (the rows are there), and the moment."""


class Arrivals:
    """The listeners, called inside the transaction that keeps a message: told exactly when it is true."""

    def __init__(self) -> None:
        self._listeners: list[ArrivalListener] = []

    def register(self, listener: ArrivalListener) -> None:
        """Have `listener` called for every message that comes."""
        self._listeners.append(listener)

    def tell(self, connection: Connection, incoming_ids: Sequence[str], moment_ms: int) -> None:
        """Tell every listener of these."""
        if incoming_ids:
            for listener in self._listeners:
                listener(connection, incoming_ids, moment_ms)
