"""How often a password that we do not know may be tried against the vendor, by customer id."""

import threading
import time
from dataclasses import dataclass

BURST = 10
SECONDS_A_TRY = 1.0
LONGEST_WAIT_SECONDS = 1.5
"""For a turn: who comes with the right password after somebody's guesses is let in, only not at once."""
SECONDS_REFUSED = 10.0
"""How long a password that was refused is not tried again: the vendor may accept it some day."""
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Budget:
    at: float
    left: float = BURST

    def seconds_to_turn(self) -> float | None:
        """Spend one try; returns how long to wait before it, None where the line is too long."""
        now = time.monotonic()
        self.left = min(BURST, self.left + (now - self.at) / SECONDS_A_TRY)
        self.at = now
        wait = max(0.0, (1 - self.left) * SECONDS_A_TRY)
        if wait > LONGEST_WAIT_SECONDS:
            return None
        self.left -= 1
        return wait


class Guesses:
    """A budget of tries for each customer id. The stored password never comes here, so it is never throttled."""

    def __init__(self) -> None:
        self._budgets: dict[str, _Budget] = {}
        self._refused: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def seconds_to_turn(self, customer_id: str) -> float | None:
        """Spend one try; returns how many seconds to wait before it, None where there is none left for now."""
        with self._lock:
            if len(self._budgets) >= MOST_REMEMBERED:
                self._budgets.clear()
            return self._budgets.setdefault(customer_id, _Budget(time.monotonic())).seconds_to_turn()

    def right(self, customer_id: str) -> None:
        """A try turned out right: it was no guess."""
        with self._lock:
            self._budgets.pop(customer_id, None)

    def wrong(self, digest: bytes) -> None:
        """Remember that these credentials were just refused."""
        with self._lock:
            if len(self._refused) >= MOST_REMEMBERED:
                self._refused.clear()
            self._refused[digest] = time.monotonic() + SECONDS_REFUSED

    def was_just_wrong(self, digest: bytes) -> bool:
        """Whether the vendor refused these credentials so lately that asking again would be a waste."""
        return self._refused.get(digest, 0.0) > time.monotonic()
