"""What reached phones: every message that the vendor took, and the phones it went to."""

import itertools
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.sandbox.clock import now_rfc3339

MESSAGES_ON_A_PHONE = 4
"""How many of a phone's messages the page shows, the newest ones."""


@dataclass(slots=True)
class Message:
    """One message on one phone. `to` is `+` and digits, `state` what became of it so far; moments are RFC 3339."""

    to: str = field(repr=False)
    sender_id: str
    text: str = field(repr=False)
    message_type: str
    flow_type: str
    template_id: str | None
    entity_id: str | None
    transaction_id: str
    at: str
    state: str = "accepted"
    index: int = -1
    gateway: str = "message-central"
    settled_at: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote on a phone; `index` counts the answers of all phones."""

    text: str = field(repr=False)
    at: str
    index: int


@dataclass(slots=True)
class Phone:
    """The newest messages on one phone, oldest first, how many came in all, and what was answered there last."""

    newest: deque[Message] = field(default_factory=lambda: deque(maxlen=MESSAGES_ON_A_PHONE))
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=MESSAGES_ON_A_PHONE))
    total: int = 0
    held: int = 0


class Inbox:
    """The newest `capacity` messages, by arrival and by phone."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._capacity = capacity
        self._messages: deque[Message] = deque()
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._answered = itertools.count()
        self.total = 0
        self.duplicates = 0
        self.version = 0

    def take(self, messages: Iterable[Message]) -> None:
        """Put messages on their phones."""
        with self._lock:
            for message in messages:
                self._add(message)
            self.version += 1

    def settle(self, messages: Iterable[Message], state: str) -> None:
        """Say what became of messages."""
        with self._lock:
            for message in messages:
                message.state = state
                message.settled_at = now_rfc3339()
            self.version += 1

    def answer(self, number: str, text: str) -> None:
        """Show on a phone what was written there; one that nothing reached yet shows nothing."""
        with self._lock:
            if number in self._phones:
                self._phones[number].answers.append(Answer(text, now_rfc3339(), next(self._answered)))
                self.version += 1

    def newest_on(self, number: str) -> Message | None:
        """Return the last message that a phone got."""
        with self._lock:
            phone = self._phones.get(number)
            return phone.newest[-1] if phone else None

    def since(self, index: int) -> tuple[list[Message], int]:
        """Return the messages from this one on, counted from 0, and the index of the next that will come."""
        with self._lock:
            skip = max(0, index - (self.total - len(self._messages)))
            return list(itertools.islice(self._messages, skip, None)), self.total

    def phone_count(self) -> int:
        with self._lock:
            return len(self._phones)

    def phones(self, search: str, limit: int) -> list[dict[str, Any]]:
        """Return the phones that got something last, newest first, `limit` at most.

        `search` keeps those with it in the number, a sender id or a text that the page shows.
        """
        with self._lock:
            newest_first = [
                (number, phone.total, list(phone.newest), list(phone.answers))
                for number, phone in reversed(self._phones.items())
            ]
        wanted = search.casefold()
        found = (entry for entry in newest_first if not wanted or _mentions(entry[0], entry[2], wanted))
        return [
            {
                "to": number,
                "total": total,
                "messages": [asdict(message) for message in messages],
                "answers": [asdict(answer) for answer in answers],
            }
            for number, total, messages, answers in itertools.islice(found, limit)
        ]

    def clear(self) -> None:
        with self._lock:
            self._messages.clear()
            self._phones.clear()
            self._seen.clear()
            self.total = self.duplicates = 0
            self.version += 1

    def _add(self, message: Message) -> None:
        if len(self._messages) == self._capacity:
            self._forget_oldest()
        message.index = self.total
        self.total += 1
        self._messages.append(message)
        key = (message.to, message.text)
        self.duplicates += self._seen[key] > 0
        self._seen[key] += 1
        phone = self._phones.get(message.to) or self._phones.setdefault(message.to, Phone())
        phone.newest.append(message)
        phone.total += 1
        phone.held += 1
        self._phones.move_to_end(message.to)

    def _forget_oldest(self) -> None:
        oldest = self._messages.popleft()
        key = (oldest.to, oldest.text)
        self._seen[key] -= 1
        if not self._seen[key]:
            del self._seen[key]
        phone = self._phones[oldest.to]
        phone.held -= 1
        if not phone.held:
            del self._phones[oldest.to]


def _mentions(number: str, messages: list[Message], wanted: str) -> bool:
    digits = wanted.replace(" ", "")
    return digits in number or any(
        wanted in message.text.casefold() or wanted in message.sender_id.casefold() for message in messages
    )
