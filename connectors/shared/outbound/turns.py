"""Who is being called, so many at once each, and who rests after failures so that others find a thread."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

LONGEST_REST_SECONDS = 300.0

Destination = TypeVar("Destination", bound=Hashable)


class Turns(Generic[Destination]):
    """The turns of a process: at most `most` a destination, one where it failed last."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        most: int = 1,
        longest_rest_seconds: float = LONGEST_REST_SECONDS,
    ) -> None:
        self._clock = clock
        self._most = most
        self._longest_rest = longest_rest_seconds
        self._lock = threading.Lock()
        self._busy: Counter[Destination] = Counter()
        self._failures: dict[Destination, int] = {}
        self._rests_until: dict[Destination, float] = {}

    def take(self, destination: Destination) -> bool:
        """Win the right to call it; `end` gives it back."""
        with self._lock:
            most = 1 if destination in self._failures else self._most
            if self._busy[destination] >= most or self._rests(destination):
                return False
            self._busy[destination] += 1
            return True

    def end(self, destination: Destination, *, failed: bool, rest_seconds: float = 0.0) -> None:
        """Give the turn back; after a failure it rests for a second, doubling, or for as long as it asked to."""
        with self._lock:
            self._give_back(destination)
            if failed:
                self._rest(destination, rest_seconds)
            else:
                self._failures.pop(destination, None)
                self._rests_until.pop(destination, None)

    def _rests(self, destination: Destination) -> bool:
        return self._rests_until.get(destination, 0.0) > self._clock()

    def _give_back(self, destination: Destination) -> None:
        self._busy[destination] -= 1
        if not self._busy[destination]:
            del self._busy[destination]

    def _rest(self, destination: Destination, asked: float) -> None:
        # Turns that were under way together fail together, and count as one.
        if not self._rests(destination):
            self._failures[destination] = self._failures.get(destination, 0) + 1
        pause = max(asked, 2.0 ** min(self._failures[destination] - 1, 10))
        until = self._clock() + min(self._longest_rest, pause)
        self._rests_until[destination] = max(until, self._rests_until.get(destination, 0.0))
