"""While a vendor is gone, one message at a time asks whether it is back, and the others stay where they are."""

import threading
import time
from dataclasses import dataclass

FAILURES_BEFORE_HOLD = 5
FIRST_HOLD_SECONDS = 1.0
LONGEST_HOLD_SECONDS = 15.0
ANSWER_SECONDS = 15.0
"""For how long the one that asks may go unanswered before another asks."""


@dataclass(slots=True)
class _Hold:
    failures: int = 0
    rounds: int = 0
    until: float = 0.0
    asked_until: float = 0.0


class Holds:
    """Counts failures in a row, by connection. In memory: a restarted dispatcher learns it anew."""

    def __init__(self) -> None:
        self._holds: dict[int, _Hold] = {}
        self._lock = threading.Lock()

    def failed(self, lane_id: int) -> None:
        """A call was not taken, and may be later."""
        with self._lock:
            hold = self._holds.setdefault(lane_id, _Hold())
            hold.failures += 1
            hold.asked_until = 0.0
            now = time.monotonic()
            # Calls that were in flight together fail together: they are one round.
            if hold.failures >= FAILURES_BEFORE_HOLD and now >= hold.until:
                hold.until = now + min(LONGEST_HOLD_SECONDS, FIRST_HOLD_SECONDS * 2**hold.rounds)
                hold.rounds = min(hold.rounds + 1, 10)

    def succeeded(self, lane_id: int) -> None:
        """The vendor answered."""
        if lane_id in self._holds:
            with self._lock:
                self._holds.pop(lane_id, None)

    def allowed(self, lane_id: int, most: int) -> int:
        """Return how many may be claimed now: none while held, one to ask, then all."""
        hold = self._holds.get(lane_id)
        if most == 0 or hold is None or hold.failures < FAILURES_BEFORE_HOLD:
            return most
        with self._lock:
            now = time.monotonic()
            if now < max(hold.until, hold.asked_until):
                return 0
            hold.asked_until = now + ANSWER_SECONDS
            return 1

    def seconds_left(self, lane_id: int) -> float:
        """Return for how long a connection is held still."""
        hold = self._holds.get(lane_id)
        return max(0.0, hold.until - time.monotonic()) if hold else 0.0
