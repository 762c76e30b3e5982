"""Posts status callbacks, each a moment after its message was taken."""

import heapq
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import orjson
import requests

from connectors.sandbox.inbox import Inbox, Message
from connectors.sandbox.magic_numbers import ReceiptStatus
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.posting import Posting

POSTERS = 6
LONGEST_LIST = 100
LIST_ABOVE = 20
RETRY_PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each try; the vendor says nothing of trying again, a demo has to survive a restart."""

TIMEOUTS = (2, 5)

INDIA = timezone(timedelta(hours=5, minutes=30))
"""The vendor's times carry no zone; nobody may rely on them being UTC, so here they are not."""

ERROR_CODES = {status: 0 if status is ReceiptStatus.DELIVRD else 27 for status in ReceiptStatus}
"""The vendor documents 0 for DELIVRD and nothing about the others."""

STATES = {
    ReceiptStatus.DELIVRD: "delivered",
    ReceiptStatus.UNDELIV: "undelivered",
    ReceiptStatus.EXPIRED: "expired",
    ReceiptStatus.REJECTD: "rejected",
    ReceiptStatus.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True, order=True)
class Receipt:
    """One receipt to come; `due` is on the monotonic clock, `submitted` on the wall's."""

    due: float
    sequence: int
    message: Message = field(compare=False, repr=False)
    status: ReceiptStatus = field(compare=False)
    submitted: float = field(compare=False)

    def payload(self) -> dict[str, Any]:
        """Return the vendor's JSON, key for key (Message Central API, "SMS Callback Integration")."""
        return {
            "apiKey": None,
            "clientId": None,
            "messageId": self.message.transaction_id,
            "status": self.status.value,
            "errorCode": ERROR_CODES[self.status],
            "countryCode": None,
            "mobile": self.message.to.removeprefix("+"),
            "submitDate": _zoneless(self.submitted),
            "doneDate": _zoneless(time.time()),
        }


Writer = Callable[[Message, ReceiptStatus], Iterable[Posting]]
"""Writes the posts that tell of one message, for a gateway whose receipts are not Message Central's."""


class ReceiptSender:
    """Holds receipts until they are due, then posts them to every callback URL of the moment.

    `writers` are those of other gateways, by name.
    """

    def __init__(
        self, settings: Callable[[], SandboxOptions], inbox: Inbox, writers: Mapping[str, Writer] | None = None
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._writers = writers or {}
        self._wake = threading.Condition()
        self._waiting: list[Receipt] = []
        self._sequence = itertools.count()
        self._parcels: queue.SimpleQueue[Posting | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self.posted = 0
        self.failed = 0
        self._dealt = 0

    def schedule(self, messages: Iterable[tuple[Message, tuple[ReceiptStatus, ...]]]) -> None:
        """Let each message have its receipts, in this order, from `receipt_delay` on."""
        delay = self._settings().receipt_delay
        now, submitted = time.monotonic(), time.time()
        with self._wake:
            self._start()
            for message, statuses in messages:
                for position, status in enumerate(statuses):
                    due = now + delay + position * max(delay, 0.2)
                    heapq.heappush(self._waiting, Receipt(due, next(self._sequence), message, status, submitted))
            self._wake.notify()

    def post(self, postings: Iterable[Posting]) -> None:
        """Post something at once, with the same patience as receipts."""
        with self._wake:
            self._start()
            for posting in postings:
                self._dealt += posting.receipts
                self._parcels.put(posting)

    def pending(self) -> int:
        """Return how many receipts are neither posted nor given up."""
        with self._wake:
            return len(self._waiting) + self._dealt

    def clear(self) -> None:
        """Forget what is not posted yet."""
        with self._wake:
            self._waiting.clear()
            with suppress(queue.Empty):
                while parcel := self._parcels.get_nowait():
                    self._dealt -= parcel.receipts
            self.posted = self.failed = 0

    def close(self) -> None:
        """Stop posting; what is due is forgotten."""
        with self._wake:
            self._closed.set()
            self._wake.notify()
        for _ in range(POSTERS):
            self._parcels.put(None)
        for thread in self._threads:
            thread.join(timeout=sum(TIMEOUTS))

    def _start(self) -> None:
        if self._threads or self._closed.is_set():
            return
        targets = [self._deal_out, *[self._post_parcels] * POSTERS]
        self._threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()

    def _deal_out(self) -> None:
        while not self._closed.is_set():
            with self._wake:
                due = self._take_due()
                parcels = list(self._parcels_of(due))
                self._dealt += sum(parcel.receipts for parcel in parcels)
                if not due:
                    self._wake.wait(self._pause())
            self._settle(due)
            for parcel in parcels:
                self._parcels.put(parcel)

    def _take_due(self) -> list[Receipt]:
        due = []
        now = time.monotonic()
        while self._waiting and self._waiting[0].due <= now:
            due.append(heapq.heappop(self._waiting))
        return due

    def _pause(self) -> float | None:
        return max(0.0, self._waiting[0].due - time.monotonic()) if self._waiting else None

    def _settle(self, receipts: list[Receipt]) -> None:
        for status, same in itertools.groupby(receipts, key=lambda receipt: receipt.status):
            self._inbox.settle([receipt.message for receipt in same], STATES[status])

    def _parcels_of(self, receipts: list[Receipt]) -> Iterator[Posting]:
        settings = self._settings()
        for receipt in receipts:
            if receipt.message.gateway in self._writers:
                yield from self._writers[receipt.message.gateway](receipt.message, receipt.status)
        receipts = [receipt for receipt in receipts if receipt.message.gateway not in self._writers]
        together = settings.receipt_lists and len(receipts) > LIST_ABOVE
        size = LONGEST_LIST if together else 1
        for start in range(0, len(receipts), size):
            for url in settings.callback_urls:
                yield _posting(url, receipts[start : start + size])

    def _post_parcels(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while parcel := self._parcels.get():
                self._post(session, parcel)

    def _post(self, session: requests.Session, parcel: Posting) -> None:
        taken = any(self._try(session, parcel, pause) for pause in RETRY_PAUSES)
        with self._wake:
            self._dealt -= parcel.receipts
            self.posted += parcel.receipts * taken
            self.failed += parcel.receipts * (not taken)

    def _try(self, session: requests.Session, parcel: Posting, pause: float) -> bool:
        if self._closed.wait(pause):
            return False
        headers = {"Content-Type": parcel.content_type}
        try:
            answer = session.post(parcel.url, parcel.body, headers=headers, timeout=TIMEOUTS, allow_redirects=False)
        except (requests.RequestException, ValueError):
            return False
        return answer.status_code < 500


def _posting(url: str, receipts: list[Receipt]) -> Posting:
    payloads = [receipt.payload() for receipt in receipts]
    body = orjson.dumps(payloads if len(payloads) > 1 else payloads[0])
    return Posting(url, body, "application/json", len(receipts))


def _zoneless(moment: float) -> str:
    return datetime.fromtimestamp(moment, INDIA).strftime("%Y-%m-%d %H:%M:%S")
