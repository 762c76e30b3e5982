"""What the stand-in for Ogangi holds: the messages that people sent to its short codes."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Incoming:
    """An incoming message (MO): from a subscriber, to a short code; both are digits."""

    text: str = field(repr=False)
    sender: str = field(repr=False)
    to: str
    at: datetime
    keyword: str = ".*"
    carrier: str = "Movistar"

    def fields(self) -> dict[str, str]:
        """Return the document's tags in its order. The date is UTC, and like the sample it says no zone."""
        return {
            "text": self.text,
            "from": self.sender,
            "to": self.to,
            "encoding": "UTF-8",
            "keyword": self.keyword,
            "carrier": self.carrier,
            "sendDate": self.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        }


class OgangiBook:
    """Shared by every thread that serves the sandbox."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._incoming: deque[Incoming] = deque(maxlen=capacity)

    def receive(self, sender: str, to: str, text: str) -> Incoming:
        with self._lock:
            incoming = Incoming(text, sender, to, datetime.now(UTC))
            self._incoming.append(incoming)
            return incoming

    def incoming(self) -> list[Incoming]:
        """Return what came in, newest first."""
        with self._lock:
            return list(reversed(self._incoming))

    def clear(self) -> None:
        with self._lock:
            self._incoming.clear()
