"""People of a campaign, read from Pipedrive page by page until the campaign's file is whole.

Each page is kept in one commit with the people on it and where the next one begins, so that a kill at any moment leaves
nobody out and nobody in twice.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from connectors.pipedrive.campaigns import gathering_store
from connectors.pipedrive.campaigns.gathering_store import Lost, Turn
from connectors.pipedrive.campaigns.reading import PeopleReader
from connectors.pipedrive.campaigns.recipients import Recipient, RecipientReader
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import InDoubt, PipedriveError, RateLimited, Unreachable
from connectors.shared.clock import DAY, HOUR, SECOND, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.dispatcher import Job

EVERY_SECONDS: Final = 0.5
THREADS: Final = 4
OLDEST_MS: Final = DAY
LONGEST_PAUSE_MS: Final = HOUR
FIRST_PAUSE_MS: Final = 2 * SECOND
LONGEST_BACKOFF_MS: Final = 60 * SECOND
_TOO_LATE: Final = "Pipedrive could not be read for a day. Begin the campaign anew. Nobody was texted."

log = structlog.get_logger()


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    gatherer = Gatherer(parts)
    return [Job("pipedrive-gathering", EVERY_SECONDS, gatherer.look, gatherer.close)]


class Gatherer:
    """Reads people of campaigns, a page of each in turn and one company's by one thread. One for a process."""

    def __init__(self, parts: Context) -> None:
        self._parts = parts
        self._database = parts.service.database
        self._pool = ThreadPoolExecutor(THREADS, "pipedrive-gathering")
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        """Companies that are being read."""
        self._threads = 0
        self._closing = False

    def look(self) -> None:
        """Have a thread read where something is due; returns at once. Raises StoreUnavailable."""
        with self._lock:
            if self._closing or self._threads >= THREADS:
                return
            busy = list(self._busy)
        with self._database.read() as connection:
            if not gathering_store.is_due(connection, busy, now_ms()):
                return
        with self._lock:
            if not self._closing:
                self._threads += 1
                self._pool.submit(self._read_all)

    def step(self) -> bool:
        """Read one page of the campaign that has waited longest; False where none is due. Raises StoreUnavailable."""
        turn = self._claimed()
        if turn is None:
            return False
        try:
            self._read(turn)
        finally:
            with self._lock:
                self._busy.discard(turn.who.company_id)
        return True

    def close(self) -> None:
        """Begin nothing more, and wait for the pages that are being read."""
        with self._lock:
            self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _read_all(self) -> None:
        try:
            while not self._closing and self.step():
                pass
        except StoreUnavailable as error:
            log.warning("database_unavailable", job="pipedrive-gathering", error=str(error))
        except Exception:
            # Its words may hold a person's name. The page is read again once its lease has run out.
            log.exception("gathering_interrupted")
        finally:
            with self._lock:
                self._threads -= 1

    def _claimed(self) -> Turn | None:
        with self._lock, self._database.write() as connection:
            turn = gathering_store.claim(connection, list(self._busy), now_ms())
            if turn is not None:
                self._busy.add(turn.who.company_id)
            return turn

    def _read(self, turn: Turn) -> None:
        if turn.created_at < now_ms() - OLDEST_MS:
            self._give_up(turn, "too_late", _TOO_LATE)
            return
        try:
            reader = PeopleReader(self._parts, turn.who)
            page = reader.page(turn.selection, turn.cursor)
            found = RecipientReader(reader, turn.text, turn.country_code).read(page.people)
        except RateLimited as error:
            self._postpone(turn, min(round(error.seconds * SECOND), LONGEST_PAUSE_MS), str(error))
        except (Unreachable, InDoubt) as error:
            self._postpone(turn, min(FIRST_PAUSE_MS << min(turn.attempts, 10), LONGEST_BACKOFF_MS), str(error))
        except PipedriveError as error:
            self._give_up(turn, "not_readable", f"{str(error).rstrip('.')}. Nobody was texted.")
        else:
            self._keep(turn, found, page.next)

    def _keep(self, turn: Turn, found: Sequence[Recipient], following: str | None) -> None:
        service = self._parts.service
        try:
            with self._database.write() as connection:
                gathering_store.keep_page(connection, service.secrets, turn, found, following)
        except Lost:
            self._stop(turn)
        if following is None:
            service.wakeup.announce()

    def _postpone(self, turn: Turn, milliseconds: int, because: str) -> None:
        with self._database.write() as connection:
            gathering_store.postpone(connection, turn, now_ms() + milliseconds, because)

    def _give_up(self, turn: Turn, code: str, words: str) -> None:
        try:
            with self._database.write() as connection:
                gathering_store.give_up(connection, turn, code, words)
        except Lost:
            self._stop(turn)

    def _stop(self, turn: Turn) -> None:
        with self._database.write() as connection:
            gathering_store.close_if_over(connection, turn.campaign_id)
