"""The door for messages from phones."""

from collections.abc import Sequence

from connectors.shared.database import Database
from connectors.shared.incoming.arrivals import Arrivals
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.secrets import SecretBox


class IncomingDoor:
    """Keeps messages, each once, with all that follows from them in one commit. One for a process."""

    def __init__(self, database: Database, secrets: SecretBox, arrivals: Arrivals) -> None:
        self._database = database
        self._secrets = secrets
        self._arrivals = arrivals

    def keep(self, connection_id: int, arrived: Sequence[IncomingMessage], way: Way) -> int:
        """Keep what is new of these, for the account of a connection; returns how many. Raises StoreUnavailable."""
        raise NotImplementedError

    def known(self, connection_id: int, arrived: Sequence[IncomingMessage], way: Way) -> list[bool]:
        """Tell for each message whether it is kept already."""
        raise NotImplementedError
