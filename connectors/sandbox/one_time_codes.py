"""Verify Now: codes that the vendor makes up, sends and checks."""

import itertools
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

import uuid_utils


@dataclass(slots=True)
class OneTimeCode:
    verification_id: str
    country_code: str
    mobile: str = field(repr=False)
    flow_type: str
    digits: str = field(repr=False)
    transaction_id: str
    expires: float
    verified: bool = False

    @property
    def to(self) -> str:
        return f"+{self.country_code}{self.mobile}"

    @property
    def line(self) -> tuple[str, str]:
        """On what it travels: one code at a time."""
        return self.to, self.flow_type

    @property
    def text(self) -> str:
        """What the phone shows; the vendor's own template is in no document."""
        return f"{self.digits} is your verification code. Do not share it with anyone."


class OneTimeCodes:
    """The codes that are out, by verification id, and by number and channel."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1000)
        self._capacity = capacity
        self._by_id: OrderedDict[str, OneTimeCode] = OrderedDict()
        self._by_line: dict[tuple[str, str], OneTimeCode] = {}

    def next_id(self) -> str:
        """Return a verification id; the vendor gives one to every message, code or not."""
        return str(next(self._ids))

    def issue(
        self, country_code: str, mobile: str, flow_type: str, length: int, timeout: float
    ) -> tuple[OneTimeCode, bool]:
        """Make up a code of `length` digits for a number, good for `timeout` seconds.

        Return it and True, or the code that the number still waits for by this channel and False. No document says
        whether a code by one channel keeps another from being sent; here it does not, as those who try it hope.
        """
        digits = "".join(secrets.choice("0123456789") for _ in range(length))
        now = time.monotonic()
        transaction_id = str(uuid_utils.uuid4())
        code = OneTimeCode(self.next_id(), country_code, mobile, flow_type, digits, transaction_id, now + timeout)
        with self._lock:
            out = self._by_line.get(code.line)
            if out and not out.verified and out.expires > now:
                return out, False
            self._by_id[code.verification_id] = self._by_line[code.line] = code
            if len(self._by_id) > self._capacity:
                self._forget_oldest()
        return code, True

    def verify(self, verification_id: str, digits: str) -> tuple[int, OneTimeCode | None]:
        """Return the vendor's response code for this guess, and the code it was about."""
        with self._lock:
            code = self._by_id.get(verification_id)
            if code is None:
                return 505, None
            if code.verified:
                return 703, code
            if code.expires <= time.monotonic():
                return 705, code
            if not secrets.compare_digest(code.digits.encode(), digits.encode()):
                return 702, code
            code.verified = True
            return 200, code

    def clear(self) -> None:
        with self._lock:
            self._by_id.clear()
            self._by_line.clear()

    def _forget_oldest(self) -> None:
        _, oldest = self._by_id.popitem(last=False)
        if self._by_line.get(oldest.line) is oldest:
            del self._by_line[oldest.line]
