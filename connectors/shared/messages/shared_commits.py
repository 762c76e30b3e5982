"""One writer thread that lets many callers share one durable commit.

A commit waits for the disk; callers that come meanwhile are gathered into the next one, so that under load a
commit carries many rows, and an idle service still commits at once.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from connectors.shared.database import Database
from connectors.shared.errors import ConnectorsError, StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_ITEMS = 5_000
"""Items in one transaction: enough for speed, few enough that nobody else waits long for a turn to write."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Submission(Generic[Item, Result]):
    items: Sequence[Item]
    future: "Future[list[Result]]" = field(default_factory=Future)


class SharedCommits(Generic[Item, Result]):
    """Applies submitted items in shared transactions; `apply` returns one result for each item, in order."""

    def __init__(
        self,
        name: str,
        database: Database,
        apply: Callable[[Connection, Sequence[Item]], list[Result]],
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._database = database
        self._apply = apply
        self._after_commit = after_commit
        self._waiting: deque[_Submission[Item, Result]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    def submit(self, items: Sequence[Item]) -> "Future[list[Result]]":
        """Queue items; the future is done once they are committed, or failed with StoreUnavailable."""
        submission: _Submission[Item, Result] = _Submission(items)
        with self._changed:
            if self._closing:
                raise StoreUnavailable("The service is stopping.")
            if self._thread is None:
                # Started by the first use, so that a process forked before it has a thread of its own.
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._waiting.append(submission)
            self._changed.notify()
        return submission.future

    def run(self, items: Sequence[Item]) -> list[Result]:
        """Apply items and return their results once they are durable."""
        return self.submit(items).result()

    def close(self) -> None:
        """Commit what waits and stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closing:
                        return
                    self._changed.wait()
            self._commit()

    def _commit(self) -> None:
        taken: list[_Submission[Item, Result]] = []
        try:
            with self._database.write() as connection:
                # Gathered only now: whoever came while this process waited for its turn shares the commit.
                self._take(taken)
                results = self._apply(connection, [item for submission in taken for item in submission.items])
        except (ConnectorsError, DBAPIError) as error:
            self._take(taken)
            self._refuse_or_separate(taken, error)
        except Exception as error:  # a fault of ours must fail its callers, never silence the writer
            log.exception("shared_commit_failed", writer=self._name)
            _fail(taken, error)
        else:
            _answer(taken, results)
            self._after_commit()

    def _take(self, taken: list[_Submission[Item, Result]]) -> None:
        with self._changed:
            count = sum(len(submission.items) for submission in taken)
            while self._waiting and (not taken or count + len(self._waiting[0].items) <= MOST_ITEMS):
                taken.append(self._waiting.popleft())
                count += len(taken[-1].items)

    def _refuse_or_separate(self, taken: list[_Submission[Item, Result]], error: Exception) -> None:
        """One caller's bad row must not fail the others: apply each submission alone."""
        if isinstance(error, StoreUnavailable) or len(taken) == 1:
            _fail(
                taken,
                error if isinstance(error, ConnectorsError) else StoreUnavailable("The database refused it."),
            )
            return
        for submission in taken:
            try:
                with self._database.write() as connection:
                    results = self._apply(connection, submission.items)
            except (ConnectorsError, DBAPIError) as cause:
                self._refuse_or_separate([submission], cause)
            else:
                _answer([submission], results)
                self._after_commit()


def _answer(taken: list[_Submission[Item, Result]], results: list[Result]) -> None:
    start = 0
    for submission in taken:
        end = start + len(submission.items)
        submission.future.set_result(results[start:end])
        start = end


def _fail(taken: list[_Submission[Item, Result]], error: Exception) -> None:
    for submission in taken:
        submission.future.set_exception(error)
