"""Posts what webhooks are owed: at least once, under the same id each time.

A batch is claimed and committed before its posts, so that whoever is killed over it leaves it to be posted again.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import NotFound, StoreUnavailable
from connectors.shared.outbound import AllowedHosts, GuardedSession, OutboundAnswer, Turns
from connectors.shared.secrets import SecretBox
from connectors.shared.webhooks.deliveries import (
    BATCH,
    Addressee,
    Delivery,
    claim,
    clear_unwanted,
    close,
    due,
    release,
)
from connectors.shared.webhooks.failing import Failure, note_failure, note_success
from connectors.shared.webhooks.sending import Endpoint, body_of, find_endpoint, is_taken, send
from connectors.shared.webhooks.signing import message_id

THREADS: Final = 32
AT_ONCE_A_WEBHOOK: Final = 4
AT_ONCE_AN_ACCOUNT: Final = 8
"""However many webhooks an account has: the others' find a thread."""

TIMEOUT: Final = (3.05, 15.0)
"""Seconds to connect and to answer."""

BATCH_SECONDS: Final = 10.0

Reader = Callable[[Connection, int, str], dict[str, Any]]
"""Returns what an event happened to, of an account, by its id, in the API's shape. Raises NotFound."""

log = structlog.get_logger()


@dataclass(slots=True)
class Posted:
    """How far a batch has come."""

    taken: list[Delivery] = field(default_factory=list)
    failure: Failure | None = None

    def left(self, batch: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return what was not posted."""
        return batch[len(self.taken) + (self.failure is not None) :]

    @property
    def rests(self) -> bool:
        """Whether the whole webhook waits a moment, and not only the event that was not taken."""
        return self.failure is not None and (not self.taken or self.failure.answer.retry_after is not None)


class Poster:
    """Posts what is due. One for a process; slow webhooks hold up nobody else's.

    `readers` finds what an event is about, by its name, or else by the first word of that.
    """

    def __init__(
        self,
        database: Database,
        secrets: SecretBox,
        hosts: AllowedHosts,
        readers: Mapping[str, Reader],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._hosts = hosts
        self._readers = readers
        self._clock = clock
        self._turns: Turns[str] = Turns(lambda: clock() / SECOND, most=AT_ONCE_A_WEBHOOK)
        self._accounts: Turns[int] = Turns(most=AT_ONCE_AN_ACCOUNT)
        self._pool = ThreadPoolExecutor(THREADS, "webhooks")
        self._of_thread = threading.local()
        self._sessions: list[GuardedSession] = []
        self._closing = False

    def post_due(self) -> None:
        """Begin to post wherever something is due; returns at once. Raises StoreUnavailable."""
        with self._database.read() as connection:
            found = due(connection, self._clock())
        for addressee in found:
            self._begin(addressee)

    def clear(self) -> None:
        """Remove what is owed to webhooks that are disabled or gone. Raises StoreUnavailable."""
        more = True
        while more:
            with self._database.write() as connection:
                more = clear_unwanted(connection)

    def close(self) -> None:
        """Begin nothing more and wait for the posts in flight."""
        self._closing = True
        self._pool.shutdown()
        for session in self._sessions:
            session.close()

    def _begin(self, addressee: Addressee) -> None:
        if self._stopping() or not self._accounts.take(addressee.account_id):
            return
        if self._turns.take(addressee.webhook_id):
            self._pool.submit(self._run, addressee)
        else:
            self._accounts.end(addressee.account_id, failed=False)

    def _stopping(self) -> bool:
        # A process that ends waits for the posts in flight, whose answers must be kept, and for no others.
        return self._closing or not threading.main_thread().is_alive()

    def _run(self, addressee: Addressee) -> None:
        """Post one batch and go to the end of the line for the next, so that each webhook has its turn."""
        more = False
        posted = Posted()
        broken = False
        try:
            endpoint, batch = self._claim(addressee)
            if endpoint and batch:
                more = len(batch) == BATCH
                if more:
                    self._begin(addressee)  # there is work for another thread
                posted = self._post(addressee, endpoint, batch)
                self._settle(addressee, batch, posted)
                more = more or bool(posted.left(batch))
        except StoreUnavailable as error:
            log.warning("database_unavailable", job="webhooks", error=str(error))
        except Exception as error:  # its text may hold the URL
            log.error("webhooks_failed", webhook_id=addressee.webhook_id, kind=type(error).__name__)
            broken = True
        finally:
            self._end(addressee, posted, broken=broken)
        if more and not broken:
            self._begin(addressee)

    def _end(self, addressee: Addressee, posted: Posted, *, broken: bool) -> None:
        asked = posted.failure.answer.retry_after if posted.failure else None
        self._turns.end(addressee.webhook_id, failed=broken or posted.rests, rest_seconds=asked or 0.0)
        self._accounts.end(addressee.account_id, failed=False)

    def _claim(self, addressee: Addressee) -> tuple[Endpoint | None, list[Delivery]]:
        if self._stopping():
            return None, []
        with self._database.write() as connection:
            endpoint = find_endpoint(connection, addressee)
            if endpoint is None or endpoint.disabled:
                return None, []
            return endpoint, claim(connection, addressee, self._clock())

    def _post(self, addressee: Addressee, endpoint: Endpoint, batch: Sequence[Delivery]) -> Posted:
        posted = Posted()
        until = time.monotonic() + BATCH_SECONDS
        for delivery in batch:
            if self._stopping() or time.monotonic() > until:
                break
            answer = self._post_one(addressee, endpoint, delivery)
            if not is_taken(answer):
                posted.failure = Failure(delivery, answer)
                break
            posted.taken.append(delivery)
        return posted

    def _post_one(self, addressee: Addressee, endpoint: Endpoint, delivery: Delivery) -> OutboundAnswer:
        message = message_id(addressee.webhook_id, delivery.event, delivery.subject_id)
        body = body_of(delivery.event, delivery.happened_at, self._subject(addressee, delivery))
        return send(self._session(), self._secrets, endpoint, message, body, self._clock(), TIMEOUT)

    def _subject(self, addressee: Addressee, delivery: Delivery) -> dict[str, Any]:
        read = self._readers.get(delivery.event) or self._readers[delivery.event.partition(".")[0]]
        try:
            with self._database.read() as connection:
                return read(connection, addressee.account_id, delivery.subject_id)
        except NotFound:
            return {"id": delivery.subject_id}

    def _settle(self, addressee: Addressee, batch: Sequence[Delivery], posted: Posted) -> None:
        moment = self._clock()
        with self._database.write() as connection:
            close(connection, posted.taken)
            if posted.taken:
                note_success(connection, addressee)
            if posted.failure is not None:
                note_failure(connection, addressee, posted.failure, moment)
            release(connection, posted.left(batch), moment)

    def _session(self) -> GuardedSession:
        session: GuardedSession | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = GuardedSession(self._hosts)
            self._sessions.append(session)
        return session
