"""The door for messages from phones."""

from collections.abc import Sequence

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.incoming.arrivals import Arrivals
from connectors.shared.incoming.cleaning import clean
from connectors.shared.incoming.heeding import heed_stop
from connectors.shared.incoming.keeping import Keeper
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.secrets import SecretBox


class IncomingDoor:
    """Keeps messages, each once, with all that follows from them in one commit. One for a process."""

    def __init__(self, database: Database, secrets: SecretBox, arrivals: Arrivals) -> None:
        self._database = database
        self._secrets = secrets
        self.keeper = Keeper(secrets, arrivals)

    def keep(self, connection_id: int, arrived: Sequence[IncomingMessage], way: Way) -> int:
        """Keep what is new of these, for the account of a connection; returns how many. Raises StoreUnavailable."""
        if not arrived:
            return 0
        with self._database.write() as connection:
            return self.keeper.keep(connection, connection_id, arrived, way)

    def known(self, connection_id: int, arrived: Sequence[IncomingMessage], way: Way) -> list[bool]:
        """Tell for each message whether it is kept already, and came by this way. Raises StoreUnavailable."""
        if not arrived:
            return []
        with self._database.read() as connection:
            return self.keeper.known(connection, connection_id, arrived, way)

    def heed_stop(self, account_ids: Sequence[int], message: IncomingMessage) -> None:
        """Opt its sender out at each of these accounts where a message says STOP; its text is kept nowhere.

        For messages of which it is not known whose they are. Raises StoreUnavailable.
        """
        with self._database.write() as connection:
            heed_stop(connection, self._secrets, account_ids, clean(message, now_ms()))
