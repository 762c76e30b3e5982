"""What the stand-in for SMSC holds: messages by (id, phone), incoming ones, numbers to rent, the balance."""

import itertools
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.sandbox.inbox import Message
from connectors.sandbox.smsc.limits import RepeatLimits
from connectors.sandbox.smsc.wording import now

FIRST_ID = 1
FIRST_BALANCE = Decimal("1000.00")
PRICE = Decimal("1.40")
"""Of one SMS; the vendor's examples show this figure."""

STATUSES = {"accepted": 0, "delivered": 1, "expired": 3, "undelivered": 20, "rejected": 23, "unknown": 0}
"""SMSC's status codes for what became of a message (https://smscentre.com/api/http/status_messages/statuses/).

A receipt that says "unknown" leaves the message where it was: handed to the operator.
"""

ERRORS = {"undelivered": 237, "rejected": 252}
"""Codes that say why (https://smscentre.com/api/http/status_messages/errors/): no answer; a forbidden number."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message on one phone. `phone` is digits; `number` counts the messages of all logins."""

    message: Message = field(repr=False)
    message_id: str
    phone: str = field(repr=False)
    cost: Decimal
    parts: int
    number: int
    login: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a phone, or a confirming call, which is kept as a message with the text "[waitcall] "."""

    number: int
    phone: str = field(repr=False)
    to: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime


@dataclass(slots=True)
class DedicatedNumber:
    """A number for incoming messages. `cost` is of a month; types 1 and 4 are virtual, 2 is a SIM card."""

    phone: str
    kind: int
    cost: Decimal
    info: str
    rented: bool = False
    prolonged: bool = True


def _free_numbers() -> list[DedicatedNumber]:
    return [
        DedicatedNumber("79165550101", 1, Decimal("500.00"), "MTS, incoming SMS"),
        DedicatedNumber("79265550102", 4, Decimal("650.00"), "MegaFon, incoming SMS and calls"),
        DedicatedNumber("79035550103", 2, Decimal("900.00"), "Beeline, SIM hosting"),
    ]


CALLED_NUMBERS = ("74955550110", "74955550111", "74955550112")
"""Numbers that a subscriber may be asked to call."""


class SmscBook:
    """Shared by every thread that serves the sandbox."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._capacity = capacity
        self.limits = RepeatLimits()
        self._sent: OrderedDict[tuple[str, str], Sent] = OrderedDict()
        self._incoming: deque[Incoming] = deque(maxlen=capacity)
        self._numbers = _free_numbers()
        self._ids = itertools.count(FIRST_ID)
        self._counted = itertools.count(1)
        self._incoming_ids = itertools.count(1)
        self.balance = FIRST_BALANCE
        self.started = now()

    def next_id(self) -> str:
        return str(next(self._ids))

    def next_number(self) -> int:
        return next(self._counted)

    def keep(self, sent: Iterable[Sent]) -> Decimal:
        """Keep messages that were taken, and pay for them. Return what is left."""
        with self._lock:
            for one in sent:
                self._sent[one.message_id, one.phone] = one
                self._sent.move_to_end((one.message_id, one.phone))
                self.balance -= one.cost
            while len(self._sent) > self._capacity:
                self._sent.popitem(last=False)
            return self.balance

    def find(self, message_id: str, phone: str) -> Sent | None:
        with self._lock:
            return self._sent.get((message_id, phone))

    def delete(self, message_id: str, phone: str) -> bool:
        with self._lock:
            return self._sent.pop((message_id, phone), None) is not None

    def sent(self) -> list[Sent]:
        """Return what was sent, newest first."""
        with self._lock:
            return sorted(self._sent.values(), key=lambda one: -one.number)

    def newest_sent_to(self, phone: str) -> Sent | None:
        return next((one for one in self.sent() if one.phone == phone), None)

    def receive(self, phone: str, to: str, text: str) -> Incoming:
        with self._lock:
            incoming = Incoming(next(self._incoming_ids), phone, to, text, now())
            self._incoming.append(incoming)
            return incoming

    def incoming(self) -> list[Incoming]:
        """Return what came in, oldest first."""
        with self._lock:
            return list(self._incoming)

    def free_numbers(self) -> list[DedicatedNumber]:
        with self._lock:
            return [number for number in self._numbers if not number.rented]

    def rent(self, phone: str, cost: Decimal, prolonged: bool) -> bool:
        """Rent a free number, and pay for it. Return whether there was one."""
        with self._lock:
            number = self._number(phone)
            if number is None or number.rented:
                return False
            number.rented, number.prolonged = True, prolonged
            self.balance -= cost
            return True

    def prolong(self, phone: str, prolonged: bool) -> bool:
        """Say whether a rented number stays for the next month. Return whether it is rented."""
        with self._lock:
            number = self._number(phone)
            if number is None or not number.rented:
                return False
            number.prolonged = prolonged
            return True

    def clear(self) -> None:
        with self._lock:
            self._sent.clear()
            self._incoming.clear()
            self._numbers = _free_numbers()
            self.balance = FIRST_BALANCE
        self.limits.clear()

    def _number(self, phone: str) -> DedicatedNumber | None:
        return next((number for number in self._numbers if number.phone == phone), None)
