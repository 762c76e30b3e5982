"""How much of a company's budget at Pipedrive our writing may use, and when it rests.

The budget of a day is the company's, shared by its people and all its other apps; that of two seconds is our app's:
https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
"""

import random
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, update

from connectors.pipedrive.platform.answers import Budget
from connectors.pipedrive.tables import pipedrive_companies
from connectors.shared.clock import HOUR, MINUTE, SECOND

CALLS: Final = 20
CALLS_SECONDS: Final = 2.0
"""The smallest plan allows an app 80 calls in two seconds: the others are for people who wait at a page."""
LONGEST_REST_MS: Final = HOUR
"""Then it is asked again, by one call: a budget may be raised before its day is over."""
FLOOR_REST_MS: Final = 30 * MINUTE
FLOOR_SHARE: Final = 0.2
FLOOR_TOKENS: Final = 2_000
FLOOR_REACHED: Final = (
    "Little is left of your company's Pipedrive API budget for today. It is left to people and other apps; writing "
    "goes on once there is more."
)
_JITTER_MS: Final = (200, 1_000)


class Pacer:
    """Counts a process's calls for each company. Safe to share between threads."""

    def __init__(
        self, calls: int = CALLS, seconds: float = CALLS_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._calls = calls
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._made: dict[int, deque[float]] = {}

    def room(self, company_id: int) -> int:
        """Return how many calls may be made now."""
        before = self._clock() - self._seconds
        with self._lock:
            made = self._made.get(company_id)
            while made and made[0] <= before:
                made.popleft()
            if not made:
                self._made.pop(company_id, None)
                return self._calls
            return max(0, self._calls - len(made))

    def count(self, company_id: int) -> None:
        """Count a call that is made now."""
        with self._lock:
            self._made.setdefault(company_id, deque()).append(self._clock())


class Rests:
    """How long to rest when Pipedrive asks to: as long as it says, and longer where it says so again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row: defaultdict[int, int] = defaultdict(int)

    def after(self, company_id: int, seconds: float) -> int:
        """Return a rest in milliseconds, after one more refusal of this company's."""
        with self._lock:
            self._in_a_row[company_id] += 1
            doublings = min(max(self._in_a_row[company_id] - 2, 0), 12)
        spread = random.randint(*_JITTER_MS)  # noqa: S311 - spreads calls, guards nothing
        return min(LONGEST_REST_MS, int(seconds * SECOND * 2**doublings)) + spread

    def over(self, company_id: int) -> None:
        """Forget a company's refusals: it was answered."""
        with self._lock:
            self._in_a_row.pop(company_id, None)


def is_at_floor(budget: Budget | None) -> bool:
    """Whether so little is left of the day that it is not ours to take."""
    if budget is None:
        return False
    return budget.remaining < (FLOOR_TOKENS if budget.limit is None else budget.limit * FLOOR_SHARE)


def rest(connection: Connection, company_id: int, until: int, because: str) -> None:
    """Have all processes write nothing for a company until then; a longer rest stays."""
    company = pipedrive_companies.c
    connection.execute(
        update(pipedrive_companies)
        .where(company.company_id == company_id, company.writes_rest_until < until)
        .values(writes_rest_until=until, writes_rest_because=because)
    )
