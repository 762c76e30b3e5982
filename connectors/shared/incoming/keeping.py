"""Keeps messages from phones within the caller's transaction, with all that follows from them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from connectors.shared.clock import now_ms
from connectors.shared.incoming import store
from connectors.shared.incoming.arrivals import Arrivals
from connectors.shared.incoming.cleaning import clean
from connectors.shared.incoming.heeding import earlier_words, heed, last_words
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.incoming.telling_apart import Marked, mark, sift
from connectors.shared.secrets import SecretBox


class Keeper:
    """Keeps each message once. One for a process."""

    def __init__(self, secrets: SecretBox, arrivals: Arrivals) -> None:
        self._secrets = secrets
        self._arrivals = arrivals

    def keep(self, connection: Connection, connection_id: int, arrived: Sequence[IncomingMessage], way: Way) -> int:
        """Keep what is new of these; returns how many. None are where the connection has been removed."""
        account = store.lock_account(connection, connection_id)
        if account is None:
            return 0
        now = now_ms()
        marked = self._marked(arrived, way, now)
        sifted = sift(marked, store.find_kept(connection, connection_id, marked), way, now)
        new = [marked[place] for place in sifted.new]
        words = last_words(entry.message for entry in new)
        earlier = earlier_words(connection, account["account_id"], words)
        ids = store.write(connection, connection_id, account, new, way, now)
        store.write_twins(connection, sifted.paired)
        heed(connection, self._secrets, account["account_id"], words, earlier)
        self._arrivals.tell(connection, ids, now)
        return len(ids)

    def known(
        self, connection: Connection, connection_id: int, arrived: Sequence[IncomingMessage], way: Way
    ) -> list[bool]:
        """Tell for each whether there is nothing left to keep of it: it is here, and has come by this way before."""
        now = now_ms()
        marked = self._marked(arrived, way, now)
        kept = store.find_kept(connection, connection_id, marked)
        sifted = sift(marked, kept, way, now)
        fresh = {*sifted.new}
        digests = {row.twin_digest for row in sifted.paired}
        return [place not in fresh and entry.digests[0] not in digests for place, entry in enumerate(marked)]

    def _marked(self, arrived: Sequence[IncomingMessage], way: Way, now: int) -> list[Marked]:
        return [mark(self._secrets, clean(message, now), way, now) for message in arrived]
