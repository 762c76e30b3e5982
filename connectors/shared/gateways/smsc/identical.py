"""SMSC refuses the same text to the same numbers within a minute (error 9): the second is held here until it may go.

That refusal is also how it tells that an earlier try, which somebody before it answered with 503, went out after all.
"""

import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, TypeVar

from connectors.shared.gateways.base import Outgoing, Recipient

WINDOW_SECONDS: Final = 61.0
T = TypeVar("T")


class RecentSends:
    """The sends of the last minute, in the memory of the process that sends. Safe for threads."""

    def __init__(self) -> None:
        self._begun: dict[bytes, float] = {}
        self._doubted: dict[bytes, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def begin(self, key: bytes) -> float | None:
        """Note that this one goes out now and return None; or note nothing and return the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            _purge(self._begun, now - WINDOW_SECONDS, lambda begun: begun)
            _purge(self._doubted, now - WINDOW_SECONDS, lambda doubted: doubted[0])
            begun = self._begun.get(key)
            if begun is not None:
                return begun + WINDOW_SECONDS - now
            self._begun[key] = now
            return None

    def forget(self, key: bytes) -> None:
        """Take back what never came to the vendor's ears."""
        with self._lock:
            self._begun.pop(key, None)

    def doubt(self, key: bytes, own_id: str) -> None:
        """Take back what went out under this id, and should not have come to the vendor's ears."""
        with self._lock:
            self._begun.pop(key, None)
            self._doubted[key] = (time.monotonic(), own_id)

    def doubted(self, key: bytes) -> str | None:
        """Return the id of such a try in the last minute."""
        with self._lock:
            _, own_id = self._doubted.get(key, (0.0, None))
            return own_id


def _purge(kept: dict[bytes, T], before: float, when: Callable[[T], float]) -> None:
    # The oldest come first, as dicts keep the order of insertion.
    while kept:
        key, first = next(iter(kept.items()))
        if when(first) > before:
            return
        del kept[key]


def key_of(connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> bytes:
    """Return what the same texts to the same numbers have in common, whatever their order."""
    said = sorted((to.digits, to.text if outgoing.differing and to.text is not None else "") for to in recipients)
    parts = (str(connection_id), outgoing.text, *(part for pair in said for part in pair))
    digest = sha256()
    for part in parts:
        octets = part.encode("utf-8", "surrogatepass")
        digest.update(len(octets).to_bytes(8, "big") + octets)
    return digest.digest()
