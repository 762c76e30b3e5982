"""Posts reports and replies to the URLs that CleverTap shows.

CleverTap takes a report twice if it comes twice, answers 200 or 400 for good, and asks to be tried again after ten
minutes, then ever later, where it answers 5xx (https://docs.clevertap.com/docs/generic-sms). So the claim is
committed before the post: whoever is killed in between leaves a report that is tried again as after silence.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import orjson
import structlog

from connectors.clevertap.destinations import Destination
from connectors.clevertap.outbox import BATCH, REPORTS, Claimed, Outbox, sealed_url
from connectors.clevertap.tables import ReportState
from connectors.shared.clock import DAY, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.outbound import AllowedHosts, GuardedSession, OutboundAnswer, Turns
from connectors.shared.secrets import SecretBox, SecretUnreadable

THREADS = 8
TIMEOUT = (3.05, 15.0)
"""Seconds to connect and to answer."""

GIVE_UP_MS = 3 * DAY
LONGEST_REST_SECONDS = 300.0

log = structlog.get_logger()


class Poster:
    """Posts what is due. One for a process; slow destinations hold up nobody else."""

    def __init__(self, database: Database, secrets: SecretBox, hosts: AllowedHosts, outbox: Outbox = REPORTS) -> None:
        self._database = database
        self._outbox = outbox
        self._secrets = secrets
        self._hosts = hosts
        self._turns: Turns[Destination] = Turns(longest_rest_seconds=LONGEST_REST_SECONDS)
        self._pool = ThreadPoolExecutor(THREADS, outbox.name)
        self._of_thread = threading.local()
        self._sessions: list[GuardedSession] = []
        self._closing = False
        self._settling = threading.Lock()
        self._unsettled: list[tuple[ReportState, tuple[str, ...]]] = []

    def post_due(self) -> None:
        """Begin to post wherever something is due; returns at once. Raises StoreUnavailable."""
        self._settle_unsettled()
        with self._database.read() as connection:
            due = self._outbox.due_destinations(connection, now_ms())
        for destination in due:
            self._begin(destination)

    def close(self) -> None:
        """Begin nothing more and wait for the posts in flight."""
        self._closing = True
        self._pool.shutdown()
        for session in self._sessions:
            session.close()

    def _begin(self, destination: Destination) -> None:
        if not self._stopping() and self._turns.take(destination):
            self._pool.submit(self._post_batch, destination)

    def _stopping(self) -> bool:
        # A process that ends waits for the posts in flight, whose answers must be kept, and for no others.
        return self._closing or not threading.main_thread().is_alive()

    def _post_batch(self, destination: Destination) -> None:
        """Post one batch and go to the end of the line for the next, so that each destination has its turn."""
        more = failed = False
        try:
            batch, url_sealed = self._claim(destination)
            if batch:
                answer = self._post(url_sealed, batch)
                failed = not self._settle(destination, batch, answer)
                more = len(batch) == BATCH and not failed
        except StoreUnavailable as error:
            log.warning("database_unavailable", job=self._outbox.name, error=str(error))
        except Exception as error:  # its text may hold the URL
            log.error(self._outbox.event("failed"), account_id=destination.account_id, kind=type(error).__name__)
            failed = True
        finally:
            self._turns.end(destination, failed=failed)
        if more:
            self._begin(destination)

    def _claim(self, destination: Destination) -> tuple[list[Claimed], str]:
        if self._stopping():
            return [], ""
        with self._database.write() as connection:
            url_sealed = sealed_url(connection, destination)
            if url_sealed is None:
                return [], ""
            return self._outbox.claim(connection, destination, now_ms()), url_sealed

    def _post(self, url_sealed: str, batch: Sequence[Claimed]) -> OutboundAnswer:
        try:
            url = self._secrets.decrypt(url_sealed)
        except SecretUnreadable as error:
            return OutboundAnswer(None, failure=str(error))
        return self._session().post_json(url, payload(batch), timeout=TIMEOUT)

    def _session(self) -> GuardedSession:
        session: GuardedSession | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = GuardedSession(self._hosts)
            self._sessions.append(session)
        return session

    def _settle(self, destination: Destination, batch: Sequence[Claimed], answer: OutboundAnswer) -> bool:
        """Keep what the answer means; False where the batch waits for their next attempt."""
        ids = tuple(event.id for event in batch)
        if answer.status is not None and 200 <= answer.status < 300:
            self._close(ReportState.DONE, ids)
            return True
        if answer.status == 400:
            self._log_refused(destination, "CleverTap refuses their format.", ids)
            self._close(ReportState.REFUSED, ids)
            return True
        log.warning(
            self._outbox.event("wait"),
            account_id=destination.account_id,
            count=len(ids),
            status=answer.status,
            failure=answer.failure,
        )
        self._give_up_old(destination, batch)
        return False

    def _close(self, state: ReportState, ids: tuple[str, ...]) -> None:
        """Keep what CleverTap has taken, later if the database cannot take it now: posted again, it counts twice."""
        self._unsettled.append((state, ids))
        self._settle_unsettled()

    def _settle_unsettled(self) -> None:
        with self._settling:
            settled = tuple(self._unsettled)
            if settled:
                with self._database.write() as connection:
                    for state, ids in settled:
                        self._outbox.close(connection, state, ids)
                del self._unsettled[: len(settled)]

    def _give_up_old(self, destination: Destination, batch: Sequence[Claimed]) -> None:
        before = now_ms() - GIVE_UP_MS
        with self._database.write() as connection:
            old = [event.id for event in batch if event.created_at <= before]
            old += self._outbox.overdue(connection, destination, before)
            if old:
                self._outbox.close(connection, ReportState.REFUSED, old)
        if old:
            self._log_refused(destination, "Nobody took them for three days.", old)

    def _log_refused(self, destination: Destination, reason: str, ids: Sequence[str]) -> None:
        named = {self._outbox.ids_name: list(ids)}
        log.error(self._outbox.event("refused"), account_id=destination.account_id, reason=reason, **named)


def payload(batch: Sequence[Claimed]) -> bytes:
    """Return events in CleverTap's shape: one element an event, the ids of messages verbatim, codes as texts."""
    by_event: dict[str, list[dict[str, object]]] = {}
    for claimed in batch:
        entry: dict[str, object] = {"ts": claimed.ts, "meta": claimed.meta, **claimed.told}
        by_event.setdefault(claimed.event, []).append(entry)
    return orjson.dumps([{"event": event, "data": data} for event, data in by_event.items()])
