"""Waiting for what must come, but not for ever."""

import time
from collections.abc import Callable
from pathlib import Path

from connectors.demo.processes import DemoFailed, last_lines

DEADLINE_SECONDS = 120.0
LOOK_SECONDS = 0.1


class Patience:
    """Enough for one part of the demo, from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._ends = time.monotonic() + DEADLINE_SECONDS

    def wait(self, what: str, come: Callable[[], bool], pause: float = LOOK_SECONDS) -> None:
        """Look until it has come. Raises DemoFailed with the service's last words where it does not."""
        while not come():
            if time.monotonic() > self._ends:
                log = last_lines(self._log)
                raise DemoFailed(f"Waited {DEADLINE_SECONDS:g} seconds in vain for {what}. The service says:\n{log}")
            time.sleep(pause)
