"""Asks vendors for messages again and again: those that do not call, and those whose calls may have met nobody."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.incoming import polls
from connectors.shared.incoming.door import IncomingDoor
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.incoming.polls import Due, Lease
from connectors.shared.incoming.source import IncomingSource, Polled

AT_ONCE: Final = 8
AT_ONCE_A_GATEWAY: Final = 4
"""A vendor that answers slowly holds up none of the others' messages."""

LONGEST_PAUSE_MS: Final = 15 * MINUTE
"""Vendors shut out who brings a wrong password again and again: SMSC the whole address, and so everybody behind it."""

SLICE: Final = 200
"""Messages in one commit: nobody else writes into SQLite meanwhile."""

log = structlog.get_logger()


class Poller:
    """Begins to ask wherever it is time. One for a process."""

    def __init__(
        self,
        database: Database,
        door: IncomingDoor,
        sources: Mapping[str, IncomingSource],
        every_seconds: float,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._database = database
        self._door = door
        self._sources = sources
        self._every_ms = int(every_seconds * SECOND)
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()
        self._failures: Counter[int] = Counter()  # in a row, by connection
        self._closing = threading.Event()

    def look(self) -> None:
        """Begin to ask wherever it is time; returns at once. Raises StoreUnavailable."""
        if not self._sources or self._closing.is_set():
            return
        with self._database.read() as connection:
            found = polls.due(connection, sorted(self._sources), self._clock())
        for due in found:
            self._begin(due)

    def close(self) -> None:
        """Begin nothing more. What is being asked is left alone: it is asked again by whoever is next."""
        self._closing.set()

    def _begin(self, due: Due) -> None:
        with self._lock:
            if self._busy.total() >= AT_ONCE or self._busy[due.gateway] >= AT_ONCE_A_GATEWAY:
                return
            self._busy[due.gateway] += 1
        # Of no pool, whose threads a process waits for at its end: a vendor may be silent for long.
        threading.Thread(target=self._run, args=(due,), name="incoming", daemon=True).start()

    def _run(self, due: Due) -> None:
        try:
            self._ask(due)
        except StoreUnavailable as error:
            log.warning("database_unavailable", job="incoming", error=str(error))
        except Exception as error:  # its text may hold what somebody wrote
            if not self._closing.is_set():
                log.error("incoming_poll_failed", connection_id=due.connection_id, kind=type(error).__name__)
        finally:
            with self._lock:
                self._busy[due.gateway] -= 1

    def _ask(self, due: Due) -> None:
        with self._database.write() as connection:
            lease = polls.take(connection, due.connection_id, self._every_ms, self._clock())
        if lease is None:
            return
        next_at = None
        try:
            polled = self._sources[due.gateway].poll(due.connection_id, lease.cursor, self._is_known(due))
            self._keep(lease, polled)
            next_at = self._after(due, polled)
        finally:
            with self._database.write() as connection:
                polls.end(connection, lease, next_at)

    def _is_known(self, due: Due) -> Callable[[Sequence[IncomingMessage]], list[bool]]:
        def is_known(messages: Sequence[IncomingMessage]) -> list[bool]:
            if self._closing.is_set():  # a page that holds nothing new is the last
                return [True] * len(messages)
            return self._door.known(due.connection_id, messages, Way.POLLED)

        return is_known

    def _keep(self, lease: Lease, polled: Polled) -> None:
        """Keep what came, and with the last of it how far it was read."""
        messages = polled.messages
        for start in range(0, max(1, len(messages)), SLICE):
            part = messages[start : start + SLICE]
            moves = start + SLICE >= len(messages) and polled.cursor != lease.cursor
            if (not part and not moves) or self._closing.is_set():
                return
            with self._database.write() as connection:
                self._door.keeper.keep(connection, lease.connection_id, part, Way.POLLED)
                if moves:
                    polls.note_cursor(connection, lease, polled.cursor)

    def _after(self, due: Due, polled: Polled) -> int | None:
        """Return when to ask after a failure, ever later while they follow each other; None: as always."""
        if polled.failure is None:
            self._failures.pop(due.connection_id, None)
            return None
        log.warning("incoming_poll_failed", connection_id=due.connection_id, gateway=due.gateway, reason=polled.failure)
        self._failures[due.connection_id] += 1
        longer: int = self._every_ms * 2 ** min(self._failures[due.connection_id] - 1, 10)
        return self._clock() + max(self._every_ms, min(longer, LONGEST_PAUSE_MS))
