"""How often a password that we do not know may be tried against the vendor, by customer id."""

import threading
import time
from dataclasses import dataclass, field

BURST = 10
SECONDS_A_TRY = 1.0
LONGEST_WAIT_SECONDS = 1.5
"""For a turn: who comes with the right password after somebody's guesses is let in, only not at once."""
REPEATS = 2
SECONDS_A_REPEAT = 10.0
"""A refused password may have become the right one since, so it is tried again, only not each time it comes."""
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Budget:
    burst: float
    seconds_a_try: float
    left: float = field(init=False)
    at: float = field(default_factory=lambda: time.monotonic())

    def __post_init__(self) -> None:
        self.left = self.burst

    def seconds_to_turn(self, longest: float) -> float | None:
        """Spend one try; returns how long to wait before it, None where that is longer than `longest`."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) / self.seconds_a_try)
        self.at = now
        wait = max(0.0, (1 - self.left) * self.seconds_a_try)
        if wait > longest:
            return None
        self.left -= 1
        return wait


class Guesses:
    """A budget of tries for each customer id. The stored password never comes here, so it is never throttled."""

    def __init__(self) -> None:
        self._budgets: dict[str, _Budget] = {}
        self._refused: dict[bytes, _Budget] = {}
        self._lock = threading.Lock()

    def seconds_to_turn(self, customer_id: str) -> float | None:
        """Spend one try; returns how many seconds to wait before it, None where there is none left for now."""
        with self._lock:
            if len(self._budgets) >= MOST_REMEMBERED:
                self._budgets.clear()
            budget = self._budgets.setdefault(customer_id, _Budget(BURST, SECONDS_A_TRY))
            return budget.seconds_to_turn(LONGEST_WAIT_SECONDS)

    def right(self, customer_id: str) -> None:
        """A try turned out right: it was no guess."""
        with self._lock:
            self._budgets.pop(customer_id, None)

    def may_repeat(self, digest: bytes) -> bool:
        """Spend one more try of credentials that the vendor has refused; False where they were tried lately."""
        with self._lock:
            if len(self._refused) >= MOST_REMEMBERED:
                self._refused.clear()
            budget = self._refused.setdefault(digest, _Budget(REPEATS, SECONDS_A_REPEAT))
            return budget.seconds_to_turn(0.0) is not None
