"""Remembers what was tried before, for numbers that fail the first time only."""

import threading
from collections import OrderedDict
from collections.abc import Iterable


class FirstTries:
    """The newest `capacity` pairs of number and text that have been tried."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._capacity = capacity
        self._tried: OrderedDict[tuple[str, str], None] = OrderedDict()

    def note(self, pairs: Iterable[tuple[str, str]]) -> bool:
        """Note these as tried. Return whether any of them had not been."""
        with self._lock:
            new = [pair for pair in pairs if pair not in self._tried]
            self._tried.update(dict.fromkeys(new))
            while len(self._tried) > self._capacity:
                self._tried.popitem(last=False)
            return bool(new)

    def clear(self) -> None:
        with self._lock:
            self._tried.clear()
