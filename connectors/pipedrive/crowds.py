"""How many requests of a company are served at once: one whose Pipedrive is slow leaves threads to the others."""

import threading
from collections import Counter
from typing import Final

from connectors.pipedrive.errors import RateLimited

LEFT_TO_OTHERS: Final = 4
RETRY_SECONDS: Final = 2.0
_CROWDED: Final = "Many of your company's pages are open and Pipedrive is slow to answer. Try again in a few seconds."


class Crowds:
    """Counts the requests of each company. One for a process."""

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads - LEFT_TO_OTHERS)
        self._inside: Counter[int] = Counter()
        self._lock = threading.Lock()

    def enter(self, company_id: int) -> None:
        """Count a request in. Raises RateLimited where too many of the company's are served already."""
        with self._lock:
            if self._inside[company_id] >= self._most:
                raise RateLimited(_CROWDED, RETRY_SECONDS)
            self._inside[company_id] += 1

    def leave(self, company_id: int) -> None:
        """Count it out."""
        with self._lock:
            self._inside[company_id] -= 1
            if not self._inside[company_id]:
                del self._inside[company_id]
