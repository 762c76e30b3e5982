"""How often a password that we do not know may be tried against the vendor, by customer id."""

import threading
import time
from dataclasses import dataclass, field

BURST = 10
SECONDS_A_TRY = 6.0
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Budget:
    left: float = BURST
    at: float = field(default_factory=time.monotonic)

    def spend(self) -> bool:
        now = time.monotonic()
        self.left = min(BURST, self.left + (now - self.at) / SECONDS_A_TRY)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Guesses:
    """A budget of tries for each customer id. The stored password never comes here, so it is never throttled."""

    def __init__(self) -> None:
        self._budgets: dict[str, _Budget] = {}
        self._lock = threading.Lock()

    def admit(self, customer_id: str) -> bool:
        """Spend one try; False where there is none left for now."""
        with self._lock:
            if len(self._budgets) >= MOST_REMEMBERED:
                self._budgets.clear()
            return self._budgets.setdefault(customer_id, _Budget()).spend()

    def right(self, customer_id: str) -> None:
        """A try turned out right: it was no guess."""
        with self._lock:
            self._budgets.pop(customer_id, None)
