"""Plays CleverTap: one request for each message over some kept-alive connections, as it sends without batching."""

import http.client
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson

from connectors.demo.audience import ACCOUNT, Sms

PATH = "/partners/central/api/saveSingleSms"
CONNECTIONS = 16
TIMEOUT_SECONDS = 15
"""CleverTap waits this long and never asks again (https://docs.clevertap.com/docs/sms-troubleshooting-and-faqs)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered; `status` 0 where none came. `seconds` is how long it took."""

    status: int
    code: int | None
    transaction_id: str | None
    seconds: float
    message: str = field(default="", repr=False)

    @property
    def accepted(self) -> bool:
        """Whether CleverTap takes the message for sent."""
        return self.status == 200 and self.code == 200


class CleverTap:
    """A CleverTap account whose provider screen has been filled in."""

    def __init__(self, service_url: str, customer_id: str, password: str) -> None:
        self._host = urlsplit(service_url).netloc
        # The five pairs of the vendor's guide.
        self._headers = {
            "customerId": customer_id,
            "email": "marketing@shop.example",
            "password": password,
            "Content-Type": "application/json",
            "account": ACCOUNT,
        }
        self._stop = threading.Event()

    def stop(self) -> None:
        """Have `send_all` begin no more requests."""
        self._stop.set()

    def send(self, sms: Sms) -> Answer:
        """Post one message on a connection of its own."""
        with _Connection(self._host, self._headers) as connection:
            return connection.post(sms)

    def send_all(self, sms: Sequence[Sms], on_answer: Callable[[], None]) -> list[Answer]:
        """Post all, CONNECTIONS at a time; returns the answers in order. `on_answer` is called after each."""
        answers: list[Answer | None] = [None] * len(sms)
        positions = itertools.count()
        turn = threading.Lock()

        def work() -> None:
            with _Connection(self._host, self._headers) as connection:
                while (position := next(positions)) < len(sms) and not self._stop.is_set():
                    answers[position] = connection.post(sms[position])
                    with turn:
                        on_answer()

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for worker in [pool.submit(work) for _ in range(CONNECTIONS)]:
                worker.result()
        return [answer for answer in answers if answer is not None]


class _Connection:
    """One kept-alive connection."""

    def __init__(self, host: str, headers: dict[str, str]) -> None:
        self._http = http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
        self._headers = headers

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def post(self, sms: Sms) -> Answer:
        body = orjson.dumps(sms.body())
        started = time.perf_counter()
        try:
            self._http.request("POST", PATH, body, self._headers)
            response = self._http.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            return Answer(0, None, None, time.perf_counter() - started, type(error).__name__)
        return _read(response.status, content, time.perf_counter() - started)


def _read(status: int, content: bytes, seconds: float) -> Answer:
    try:
        envelope = orjson.loads(content)
        data = envelope["data"] or {}
        return Answer(status, envelope["responseCode"], data.get("transactionId"), seconds, envelope["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return Answer(status, None, None, seconds, "The answer is not in the vendor's envelope.")
