"""Many callers share one durable commit.

A commit waits for the disk; callers that come meanwhile are gathered into the next one, so that under load a
commit carries many rows, and an idle service still commits at once.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Connection

from connectors.shared.database import Database
from connectors.shared.errors import ConnectorsError, StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_ITEMS = 5_000
"""Items in one transaction: enough for speed, few enough that nobody else waits long for a turn to write."""

log = structlog.get_logger()


class WriteRefused(StoreUnavailable):
    """This very write cannot be done; the same one later would be refused again."""


class _NotCommon(Exception):
    """These items need more than the common case."""


@dataclass(slots=True, eq=False)
class _Submission(Generic[Item, Result]):
    """What one caller brings, and what it waits for: its answer, or its turn to lead."""

    items: Sequence[Item]
    latch: threading.Lock = field(default_factory=threading.Lock)
    leads: bool = False
    results: list[Result] | None = None
    error: Exception | None = None

    def answer(self) -> list[Result]:
        if self.error is not None:
            raise self.error
        return self.results or []


class SharedCommits(Generic[Item, Result]):
    """Applies items in shared transactions; `apply` returns one result for each item, in order.

    There is no thread of its own: whoever comes while nobody commits does it for all that have come by then, and then
    hands the lead to the first that came meanwhile. Threads wake each other as little as can be.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        apply: Callable[[Connection, Sequence[Item]], list[Result]],
        after_commit: Callable[[], None] = lambda: None,
        apply_by_driver: Callable[[sqlite3.Connection, Sequence[Item]], list[Result] | None] | None = None,
    ) -> None:
        """`apply_by_driver` does the common case on the embedded database, or answers None and has done nothing."""
        self._name = name
        self._database = database
        self._apply = apply
        self._after_commit = after_commit
        self._apply_by_driver = apply_by_driver if database.embedded else None
        self._waiting: deque[_Submission[Item, Result]] = deque()
        self._changed = threading.Condition()
        self._led = False
        self._closing = False

    def run(self, items: Sequence[Item]) -> list[Result]:
        """Apply items and return their results once they are durable. Raises StoreUnavailable."""
        own: _Submission[Item, Result] = _Submission(items)
        own.latch.acquire()
        with self._changed:
            if self._closing:
                raise StoreUnavailable("The service is stopping.")
            self._waiting.append(own)
            own.leads = not self._led
            self._led = True
        if not own.leads:
            own.latch.acquire()
        if own.leads:
            try:
                self._commit()
            finally:
                self._hand_over()
        return own.answer()

    def close(self) -> None:
        """Wait until everything is committed, and take nothing more."""
        with self._changed:
            self._closing = True
            self._changed.wait_for(lambda: not self._led)

    def _hand_over(self) -> None:
        with self._changed:
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].latch.release()
            else:
                self._led = False
                self._changed.notify_all()

    def _commit(self) -> None:
        taken: list[_Submission[Item, Result]] = []
        try:
            results = self._commit_by_driver(taken) or self._commit_taken(taken)
        except Exception as error:
            self._take(taken)
            self._refuse_or_separate(taken, error)
        else:
            _answer(taken, results)
            self._tell()

    def _commit_taken(self, taken: list[_Submission[Item, Result]]) -> list[Result]:
        with self._database.write() as connection:
            # Gathered only now: whoever came while this process waited for its turn shares the commit.
            self._take(taken)
            return self._apply(connection, [item for submission in taken for item in submission.items])

    def _commit_by_driver(self, taken: list[_Submission[Item, Result]]) -> list[Result] | None:
        if self._apply_by_driver is None:
            return None
        try:
            with self._database.write_by_driver() as driver:
                self._take(taken)
                results = self._apply_by_driver(driver, [item for submission in taken for item in submission.items])
                if results is None:
                    raise _NotCommon
        except (sqlite3.Error, _NotCommon):  # nothing was kept; the long way tells what is wrong, and with whom
            return None
        return results

    def _take(self, taken: list[_Submission[Item, Result]]) -> None:
        with self._changed:
            count = sum(len(submission.items) for submission in taken)
            while self._waiting and (not taken or count + len(self._waiting[0].items) <= MOST_ITEMS):
                taken.append(self._waiting.popleft())
                count += len(taken[-1].items)

    def _refuse_or_separate(self, taken: list[_Submission[Item, Result]], error: Exception) -> None:
        """One caller's bad row must not fail the others: apply each submission alone."""
        if isinstance(error, StoreUnavailable) or len(taken) == 1:
            _fail(taken, self._as_told(error))
            return
        for submission in taken:
            try:
                with self._database.write() as connection:
                    results = self._apply(connection, submission.items)
            except Exception as cause:
                _fail([submission], self._as_told(cause))
            else:
                _answer([submission], results)
                self._tell()

    def _as_told(self, error: Exception) -> ConnectorsError:
        """A fault of ours must fail its callers, never silence the writer."""
        if isinstance(error, ConnectorsError):
            return error
        log.error("write_refused", writer=self._name, exc_info=True)
        return WriteRefused("The database refused it.")

    def _tell(self) -> None:
        try:
            self._after_commit()
        except Exception:  # a hint that is lost costs a moment, and what was written is written
            log.exception("hint_failed", writer=self._name)


def _answer(taken: list[_Submission[Item, Result]], results: list[Result]) -> None:
    start = 0
    for submission in taken:
        end = start + len(submission.items)
        submission.results = results[start:end]
        start = end
        _release(submission)


def _fail(taken: list[_Submission[Item, Result]], error: Exception) -> None:
    for submission in taken:
        submission.error = error
        _release(submission)


def _release(submission: _Submission[Item, Result]) -> None:
    if not submission.leads:  # who leads waits for nobody
        submission.latch.release()
