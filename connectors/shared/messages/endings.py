"""Who hears how a message ended: connectors register here, since the ledger knows none of them."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

EndingListener = Callable[[Connection, Sequence[str], int], None]
"""Called with the open transaction, the ids of messages that reached an end, and the moment.

It may be called again for the same message (`undelivered`, then `delivered`), so it must keep its own count.
"""


class Endings:
    """The listeners, called inside the transaction that ends a message: told exactly when it is true."""

    def __init__(self) -> None:
        self._listeners: list[EndingListener] = []

    def register(self, listener: EndingListener) -> None:
        """Have `listener` called for every message that ends."""
        self._listeners.append(listener)

    def tell(self, connection: Connection, message_ids: Sequence[str], moment_ms: int) -> None:
        """Tell every listener of these ends."""
        if message_ids:
            for listener in self._listeners:
                listener(connection, message_ids, moment_ms)
