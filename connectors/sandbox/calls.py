"""The book of calls that came to Message Central, and of those that asked the other gateways to send."""

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice
from typing import Any


class CallKind(StrEnum):
    SINGLE = "single"
    MANY = "many"
    WORKBOOK = "workbook"
    OTP = "otp"
    TOKEN = "token"  # noqa: S105 - the name of a call
    VALIDATE = "validate"
    SMSC = "smsc"
    OGANGI = "ogangi"


SENDS = (CallKind.SINGLE, CallKind.MANY, CallKind.WORKBOOK, CallKind.OTP, CallKind.SMSC, CallKind.OGANGI)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `recipients` is 0 where the call was not read; `status` is None where no answer was given."""

    path: str
    kind: CallKind
    recipients: int
    status: int | None
    at: str


class CallLog:
    """The newest calls, and how many there were of each kind."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=capacity)
        self._kinds: Counter[CallKind] = Counter()

    def record(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)
            self._kinds[call.kind] += 1

    def since(self, index: int) -> tuple[list[dict[str, Any]], int]:
        """Return the calls from this one on, counted from 0, and the index of the next that will come."""
        with self._lock:
            total = self._kinds.total()
            held = len(self._calls)
            skip = max(0, index - (total - held))
            return [asdict(call) for call in islice(self._calls, skip, None)], total

    def counts(self) -> dict[str, int]:
        """Return how many calls of each kind came."""
        with self._lock:
            return {kind.value: self._kinds[kind] for kind in CallKind}

    def sends(self) -> int:
        """Return how many calls asked for something to be sent."""
        with self._lock:
            return sum(self._kinds[kind] for kind in SENDS)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
            self._kinds.clear()
