"""How often the same may be asked: SMSC answers error 9 to what comes more often within a minute."""

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable

WINDOW = 60.0
MOST_AT_ONCE = 15
"""Fifteen requests of one login at a time are one too many."""

MOST_KEPT = 100_000


class RepeatLimits:
    """Counts, by what was asked, how often within the last minute; and by login, how many requests are under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: OrderedDict[int, deque[float]] = OrderedDict()
        self._under_way: Counter[str] = Counter()

    def allows(self, asked: Hashable, most: int) -> bool:
        """Return whether this may be asked now, `most` times a minute, and count it if so."""
        # What was asked may be long; its hash is as good within one process.
        key, now = hash(asked), time.monotonic()
        with self._lock:
            times = self._asked.setdefault(key, deque())
            self._asked.move_to_end(key)
            if len(self._asked) > MOST_KEPT:
                self._asked.popitem(last=False)
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if len(times) >= most:
                return False
            times.append(now)
            return True

    def enter(self, login: str) -> bool:
        """Note a request of this login as under way. Return whether it is not one too many."""
        with self._lock:
            self._under_way[login] += 1
            return self._under_way[login] < MOST_AT_ONCE

    def leave(self, login: str) -> None:
        with self._lock:
            self._under_way[login] -= 1
            if not self._under_way[login]:
                del self._under_way[login]

    def clear(self) -> None:
        """Forget what was asked; requests under way stay counted."""
        with self._lock:
            self._asked.clear()
