"""Message Central's tokens: one mint at a time for a connection, shared by threads and processes, sealed at rest."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, select, update

from connectors.shared.accounts.store import read_login
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import NotFound
from connectors.shared.message_central import Credentials, MessageCentral, TokenAnswer
from connectors.shared.secrets import SecretBox, SecretUnreadable

EXPIRY_MARGIN_MS = 60 * SECOND
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Minted:
    """A token to send with, or the vendor's answer where there is none."""

    token: str | None = field(repr=False)
    answer: TokenAnswer | None


class Tokens:
    """Hands out tokens; mints one where there is none that is still good."""

    def __init__(self, database: Database, secrets: SecretBox, client: MessageCentral, timeout: float) -> None:
        self._database = database
        self._secrets = secrets
        self._client = client
        self._timeout = timeout
        self._held: dict[int, tuple[str, int | None]] = {}
        self._turns: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)
        self._failed: dict[int, tuple[float, Minted]] = {}

    def get(self, connection_id: int, *, stale: str | None = None, timeout: float | None = None) -> Minted:
        """Return a token other than `stale`; waits for whoever is minting one already. `timeout` in seconds."""
        held = self._held.get(connection_id)
        if held is not None and _good(*held, stale):
            return Minted(held[0], None)
        asked = time.monotonic()
        with self._turns[connection_id]:
            held = self._held.get(connection_id)
            if held is not None and _good(*held, stale):
                return Minted(held[0], None)
            failed_at, failure = self._failed.get(connection_id, (0.0, None))
            if failure is not None and failed_at >= asked:
                # Whoever waited for a mint shares its failure: one after the other, they would each wait as long.
                return failure
            minted = self._mint_in_turn(connection_id, stale, timeout or self._timeout)
            if minted.token is None:
                self._failed[connection_id] = (time.monotonic(), minted)
            return minted

    def mint(self, connection_id: int, timeout: float) -> Minted:
        """Mint whatever is held, to prove the credentials."""
        with self._turns[connection_id]:
            return self._ask(connection_id, timeout)

    def _mint_in_turn(self, connection_id: int, stale: str | None, timeout: float) -> Minted:
        deadline = time.monotonic() + timeout + 5
        while True:
            kept = self._kept(connection_id)  # NotFound once the connection is gone: there is nothing to wait for
            if kept is not None and _good(*kept, stale):
                self._held[connection_id] = kept
                return Minted(kept[0], None)
            if self._lease(connection_id, timeout) or time.monotonic() > deadline:
                try:
                    return self._ask(connection_id, timeout)
                finally:
                    self._end_lease(connection_id)
            time.sleep(LOOK_AGAIN_SECONDS)

    def _ask(self, connection_id: int, timeout: float) -> Minted:
        with self._database.read() as connection:
            login, country = read_login(connection, self._secrets, connection_id)
        credentials = Credentials(login.customer_id, login.password, login.email)
        answer = self._client.mint_token(credentials, country=country, timeout=timeout)
        if answer.token is None:
            self._held.pop(connection_id, None)
            return Minted(None, answer)
        expires_at = None if answer.token.expires_at is None else int(answer.token.expires_at * SECOND)
        self._keep(connection_id, answer.token.value, expires_at)
        self._held[connection_id] = (answer.token.value, expires_at)
        return Minted(answer.token.value, answer)

    def _kept(self, connection_id: int) -> tuple[str, int | None] | None:
        row = self._row(connection_id)
        if row is None:
            raise NotFound("This connection has been removed.")
        if row["token_sealed"] is None:
            return None
        try:
            return self._secrets.decrypt(row["token_sealed"]), row["token_expires_at"]
        except SecretUnreadable:
            return None

    def _row(self, connection_id: int) -> RowMapping | None:
        columns = (connections.c.token_sealed, connections.c.token_expires_at)
        with self._database.read() as connection:
            statement = select(*columns).where(connections.c.id == connection_id)
            return connection.execute(statement).mappings().first()

    def _keep(self, connection_id: int, token: str, expires_at: int | None) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(connections)
                .where(connections.c.id == connection_id)
                .values(token_sealed=self._secrets.encrypt(token), token_expires_at=expires_at)
            )

    def _lease(self, connection_id: int, timeout: float) -> bool:
        moment = now_ms()
        with self._database.write() as connection:
            won = connection.execute(
                update(connections)
                .where(connections.c.id == connection_id, connections.c.mint_leased_until <= moment)
                .values(mint_leased_until=moment + int((timeout + 5) * SECOND))
            )
        return won.rowcount == 1

    def _end_lease(self, connection_id: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(connections).where(connections.c.id == connection_id).values(mint_leased_until=0))


def _good(token: str, expires_at: int | None, stale: str | None) -> bool:
    return token != stale and (expires_at is None or expires_at - EXPIRY_MARGIN_MS > now_ms())
