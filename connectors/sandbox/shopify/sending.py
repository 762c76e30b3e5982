"""Webhooks on their way: signed, delivered by threads in the background, tried again, doubled and shuffled on request.

Shopify waits five seconds for an answer, takes any 200, and tries again eight times within hours; here within a minute.
https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks
"""

import base64
import hashlib
import heapq
import hmac
import itertools
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import requests

API_VERSION: Final = "2026-10"
POSTERS: Final = 5
"""Of copies and further tries. What goes for the first time goes one by one, and so in order."""
TIMEOUTS: Final = (1, 5)
RETRY_PAUSES: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before each further try."""
SHUFFLE_SECONDS: Final = 0.6
"""How long webhooks are gathered before the newest of them goes first."""
MOST: Final = 5_000
"""Webhooks that the log remembers."""


@dataclass(frozen=True, slots=True)
class Levers:
    """How webhooks misbehave. `duplicates`: how often each is delivered; `delay`: seconds."""

    duplicates: int = 1
    out_of_order: bool = False
    delay: float = 0.0
    hold: bool = False


@dataclass(slots=True)
class Webhook:
    """One that is told to one address. `answers` are HTTP statuses in the order they came, None where none came."""

    id: str
    shop: str
    topic: str
    about: str
    url: str
    signed_by: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    subscription_id: int | None
    at: str
    copies: int = 1
    open: int = 0
    answers: list[int | None] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Whether it is waiting, delivered, or given up."""
        if self.open:
            return "waiting"
        return "delivered" if any(_is_taken(answer) for answer in self.answers) else "failed"


@dataclass(frozen=True, slots=True, order=True)
class _Try:
    """A delivery to come; `due` is on the monotonic clock, `rank` decides among those due at once."""

    due: float
    rank: int
    webhook: Webhook = field(compare=False)
    copy: int = field(compare=False)
    number: int = field(compare=False, default=0)


def sealed(
    key: str,
    topic: str,
    shop: str,
    body: bytes,
    event_id: str,
    *,
    webhook_id: str | None = None,
    triggered_at: str | None = None,
    is_test: bool = False,
    name: str | None = None,
) -> dict[str, str]:
    """Return the headers of a webhook, its signature over the very bytes among them."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode(),
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": webhook_id or str(uuid.uuid4()),
        "X-Shopify-Event-Id": event_id,
        "X-Shopify-Triggered-At": triggered_at or triggered_now(),
    }
    if is_test:
        headers["X-Shopify-Test"] = "true"
    if name:
        headers["X-Shopify-Name"] = name
    return headers


def triggered_now() -> str:
    """Return this moment as Shopify writes it in headers, to the nanosecond."""
    now = time.time_ns()
    at = datetime.fromtimestamp(now // 1_000_000_000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{now % 1_000_000_000:09d}Z"


class Sender:
    """Delivers webhooks, the first of each in order and its copies meanwhile, and remembers what came of it."""

    def __init__(self, give_up: Callable[[Webhook], None] = lambda webhook: None) -> None:
        self._give_up = give_up
        self._wake = threading.Condition()
        self._waiting: list[_Try] = []
        self._sequence = itertools.count()
        self._firsts: queue.SimpleQueue[_Try | None] = queue.SimpleQueue()
        self._others: queue.SimpleQueue[_Try | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._log: deque[Webhook] = deque(maxlen=MOST)
        self._levers = Levers()
        self.version = 0
        """Grows with whatever the log would show."""

    @property
    def levers(self) -> Levers:
        return self._levers

    def pull(self, **changes: Any) -> Levers:
        """Change levers by name; they hold for what happens from now on, `hold` for what waits as well."""
        with self._wake:
            self._levers = replace(self._levers, **changes)
            self._wake.notify_all()
            return self._levers

    def send(self, webhooks: Sequence[Webhook]) -> None:
        """Have them delivered, in this order unless the levers say otherwise."""
        with self._wake:
            self._start()
            for webhook in webhooks:
                self._log.append(webhook)
                webhook.copies = webhook.open = self._levers.duplicates
                for copy in range(webhook.copies):
                    due, rank = self._when()
                    heapq.heappush(self._waiting, _Try(due, rank, webhook, copy))
            self.version += 1
            self._wake.notify_all()

    def log(self, shop: str | None = None) -> list[Webhook]:
        """Return the webhooks of a shop, or all, oldest first."""
        with self._wake:
            return [replace(one, answers=[*one.answers]) for one in self._log if shop in (None, one.shop)]

    def pending(self) -> int:
        """Return how many deliveries are neither made nor given up."""
        with self._wake:
            return sum(webhook.open for webhook in self._log)

    def clear(self) -> None:
        """Forget what was sent, and what is not sent yet."""
        with self._wake:
            self._waiting.clear()
            self._log.clear()
            self._levers = Levers()
            self.version += 1

    def close(self) -> None:
        """Stop; what is due is forgotten."""
        self._closed.set()
        with self._wake:
            self._wake.notify_all()
        for waiting in (self._firsts, *[self._others] * POSTERS):
            waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=sum(TIMEOUTS))

    def _when(self) -> tuple[float, int]:
        sequence = next(self._sequence)
        now = time.monotonic() + self._levers.delay
        if not self._levers.out_of_order:
            return now, sequence
        # All of the same moment, and the newest of them first.
        return (now // SHUFFLE_SECONDS + 2) * SHUFFLE_SECONDS, -sequence

    def _start(self) -> None:
        if self._threads or self._closed.is_set():
            return
        queues = [self._firsts, *[self._others] * POSTERS]
        posters = [threading.Thread(target=self._post_tries, args=(tries,), daemon=True) for tries in queues]
        self._threads = [threading.Thread(target=self._deal_out, daemon=True), *posters]
        for thread in self._threads:
            thread.start()

    def _deal_out(self) -> None:
        while not self._closed.is_set():
            with self._wake:
                now = time.monotonic()
                if self._levers.hold or not self._waiting:
                    self._wake.wait()
                elif self._waiting[0].due > now:
                    self._wake.wait(self._waiting[0].due - now)
                else:
                    one = heapq.heappop(self._waiting)
                    (self._others if one.copy or one.number else self._firsts).put(one)

    def _post_tries(self, tries: "queue.SimpleQueue[_Try | None]") -> None:
        with requests.Session() as session:
            session.trust_env = False
            while one := tries.get():
                self._settle(one, self._post(session, one.webhook))

    def _post(self, session: requests.Session, webhook: Webhook) -> int | None:
        try:
            answer = session.post(
                webhook.url, webhook.body, headers=webhook.headers, timeout=TIMEOUTS, allow_redirects=False
            )
        except (requests.RequestException, ValueError):
            return None
        return answer.status_code

    def _settle(self, one: _Try, answer: int | None) -> None:
        """Note an answer, and let another try follow where it was none to Shopify's liking."""
        webhook = one.webhook
        ends = _is_taken(answer) or one.number >= len(RETRY_PAUSES)
        with self._wake:
            webhook.answers.append(answer)
            webhook.open -= ends
            self.version += 1
            if not ends:
                due = time.monotonic() + RETRY_PAUSES[one.number]
                heapq.heappush(self._waiting, _Try(due, next(self._sequence), webhook, one.copy, one.number + 1))
            self._wake.notify_all()
        if ends and webhook.state == "failed":
            self._give_up(webhook)


def _is_taken(answer: int | None) -> bool:
    return answer is not None and 200 <= answer < 300
