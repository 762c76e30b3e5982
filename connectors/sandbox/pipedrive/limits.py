"""How Pipedrive holds back and misbehaves: bursts, the day's budget, and faults that are asked for.

https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

REQUESTS = 80
WINDOW_SECONDS = 2.0
"""What an app gets on the smallest plan."""

HOURS_TO_MIDNIGHT = 6 * 3600.0


class Fault(StrEnum):
    """What is done to a call in place of an honest answer."""

    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    HTML = "html"  # the page with 403 for whoever goes on after a 429
    LOST = "lost"  # done, and then the connection closes
    SLOW = "slow"
    FORBIDDEN = "403"  # the app has no such scope
    DAILY = "daily"  # the day's budget is used up


@dataclass(slots=True)
class Misbehaviour:
    """A fault for the next `times` calls that begin with `prefix`; `reset` is seconds."""

    prefix: str
    fault: Fault
    times: int
    reset: float


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of a window; `reset` is the seconds until more is."""

    limit: int
    remaining: int
    reset: float
    taken: bool


class Limits:
    """Counts calls in windows, a token each, and hands out the faults."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Misbehaviour] = []
        self._burst: tuple[int, float] | None = None
        self._calls: dict[str, deque[float]] = {}
        self.budget: tuple[int, int] | None = None
        self.closed = threading.Event()

    def misbehave(self, prefix: str, fault: Fault, times: int, reset: float) -> None:
        with self._lock:
            self._faults.append(Misbehaviour(prefix, fault, times, reset))

    def fault_of(self, call: str) -> Misbehaviour | None:
        """Return the fault that is meant for a call such as `GET /api/v2/persons`, and count it as done."""
        with self._lock:
            for fault in self._faults:
                if call.startswith(fault.prefix):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def burst(self, limit: int | None, window: float) -> None:
        """From now on take `limit` calls of a token in any `window` seconds; None: as many as come."""
        with self._lock:
            self._burst = None if limit is None else (limit, window)
            self._calls.clear()

    def take(self, token: str) -> Share:
        """Take a call of a token's share, or say that there is nothing left."""
        with self._lock:
            if self._burst is None:
                return Share(REQUESTS, REQUESTS - 1, WINDOW_SECONDS, taken=True)
            limit, window = self._burst
            now = time.monotonic()
            calls = self._calls.setdefault(token, deque())
            while calls and calls[0] <= now - window:
                calls.popleft()
            taken = len(calls) < limit
            if taken:
                calls.append(now)
            left = max(0.0, calls[0] + window - now) if calls else window
            return Share(limit, limit - len(calls), left, taken)

    def wait(self, seconds: float) -> None:
        """Keep a caller waiting, until the sandbox closes at the most."""
        self.closed.wait(seconds)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._calls.clear()
            self._burst = self.budget = None
