"""Webhooks on their way: delivered by threads in the background, tried again, and doubled on request.

Pipedrive waits ten seconds for a 2xx, and tries again after 3, 30 and 150 seconds; here within two.
"""

import queue
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import requests

from connectors.sandbox.pipedrive.hooks import Hook

POSTERS: Final = 4
TIMEOUTS: Final = (1, 10)
RETRY_PAUSES: Final = (0.2, 0.5, 1.0)
MOST: Final = 2_000


@dataclass(slots=True)
class Delivery:
    """What one webhook was told. `answers` are HTTP statuses in the order they came, None where none came."""

    hook: Hook
    body: dict[str, Any] = field(repr=False)
    copies: int
    open: int
    answers: list[int | None] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        meta = self.body["meta"]
        event = f"{meta['entity']}.{meta['action']}"
        return {"id": meta["id"], "event": event, "entity_id": meta["entity_id"], "answers": [*self.answers]}


class Teller:
    """Delivers, and remembers what became of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tries: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._log: deque[Delivery] = deque(maxlen=MOST)
        self.duplicates = 1
        """How often each is delivered, with the same id."""

    def tell(self, hook: Hook, body: dict[str, Any]) -> None:
        with self._changed:
            if self._closed.is_set():
                return
            if not self._threads:
                self._threads = [threading.Thread(target=self._post_all, daemon=True) for _ in range(POSTERS)]
                for thread in self._threads:
                    thread.start()
            delivery = Delivery(hook, body, self.duplicates, self.duplicates)
            self._log.append(delivery)
            for _ in range(delivery.copies):
                self._tries.put(delivery)

    def log(self) -> list[dict[str, Any]]:
        """Return what was told, oldest first."""
        with self._changed:
            return [delivery.shown() for delivery in self._log]

    def pending(self) -> int:
        """Return how many deliveries are neither taken nor given up."""
        with self._changed:
            return sum(delivery.open for delivery in self._log)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is on its way; False where something still is."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(one.open for one in self._log), seconds)

    def clear(self) -> None:
        with self._changed:
            self._log.clear()
            self.duplicates = 1

    def close(self) -> None:
        self._closed.set()
        for _ in self._threads:
            self._tries.put(None)

    def _post_all(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while delivery := self._tries.get():
                self._deliver(session, delivery)

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        for attempt, pause in enumerate((*RETRY_PAUSES, None), 1):
            meta = delivery.body["meta"] | {"attempt": attempt}
            answer = _post(session, delivery.hook, delivery.body | {"meta": meta})
            taken = answer is not None and 200 <= answer < 300
            with self._changed:
                delivery.answers.append(answer)
                if taken or pause is None or self._closed.is_set():
                    delivery.open -= 1
                    self._changed.notify_all()
                    return
            time.sleep(pause)


def _post(session: requests.Session, hook: Hook, body: dict[str, Any]) -> int | None:
    auth = (hook.user, hook.password or "") if hook.user is not None else None
    headers = {"Content-Type": "application/json", "User-Agent": "Pipedrive Webhooks"}
    try:
        return session.post(
            hook.url, orjson.dumps(body), headers=headers, auth=auth, timeout=TIMEOUTS, allow_redirects=False
        ).status_code
    except (requests.RequestException, ValueError):
        return None
