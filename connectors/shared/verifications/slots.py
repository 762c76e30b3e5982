"""How many callers may wait for a vendor at once: whoever only hands in messages must find a thread free."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.shared.verifications.errors import VendorUnavailable

PATIENCE_SECONDS = 1.0


class Slots:
    """Room for so many calls in this process; `free` is what is left of it."""

    def __init__(self, most: int) -> None:
        self.free = most
        self._changed = threading.Condition()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take one for as long as a block lasts. Raises VendorUnavailable where none comes free within a second."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.free > 0, PATIENCE_SECONDS):
                raise VendorUnavailable("The vendor is slow, and many wait for it. Try again in a few seconds.", 5)
            self.free -= 1
        try:
            yield
        finally:
            with self._changed:
                self.free += 1
                self._changed.notify()
