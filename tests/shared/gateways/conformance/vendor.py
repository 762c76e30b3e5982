"""What an engineer writes of their vendor: how it reads a request, and how it says yes, no and later.

All that any vendor may do to us on the wire is here already: silence, nonsense, broken connections, errors.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from tests.shared.gateways.conformance.wire import Line, Reply, Request

LONG_TAIL = "0" * 200
"""What ids end with that are longer than anybody keeps."""


class Mood(Enum):
    """What the vendor does with what it is asked to send."""

    TAKES_EVERYTHING = auto()
    REFUSES_NUMBERS = auto()
    """Those in `bad`."""
    REFUSES_MESSAGE = auto()
    REFUSES_ACCOUNT = auto()
    THROTTLES = auto()
    HAS_IT_ALREADY = auto()
    """Says that it has this very message from before."""
    ERRS = auto()
    """Says in its own words that it had an error."""
    UNAVAILABLE = auto()
    """503, of whoever stands before it."""
    BREAKS = auto()
    """500, of whoever stands before it."""
    TALKS_NONSENSE = auto()
    """Answers 200 with `nonsense`."""
    CUTS_SHORT = auto()
    """Takes it, and the answer breaks off."""
    HANGS_UP = auto()
    TAKES_TOO_LONG = auto()


@dataclass(frozen=True)
class Sent:
    """One message as the phone would show it: whole number (digits of E.164), text, sender id, whose credentials."""

    digits: str
    text: str
    sender_id: str
    login: str | None


@dataclass(frozen=True)
class Asked:
    """A request to send. `login`: whose credentials, None where they are wrong; `proof`: the secret as it came."""

    login: str | None
    proof: str
    messages: tuple[Sent, ...]


class Fate(Enum):
    """What a receipt says of a message."""

    SENT = auto()
    """On its way: decides nothing."""
    DELIVERED = auto()
    UNDELIVERED = auto()


class Signature(Enum):
    """How a callback is signed, where the vendor signs."""

    RIGHT = auto()
    WRONG = auto()
    MISSING = auto()


@dataclass(frozen=True)
class Arrived:
    """A message from a phone, as the vendor got it; numbers are digits, `at_ms` UTC milliseconds."""

    sender: str
    recipient: str
    text: str
    vendor_id: str
    at_ms: int


@dataclass(frozen=True)
class Callback:
    """A request of the vendor's to our callback URL."""

    body: bytes
    content_type: str
    query: str = ""


class ScriptedVendor(ABC):
    """Listens on a real socket; keeps what it was asked and what it took."""

    refuses_singly = False
    """Of a call in which one number is bad it takes the others, and says so."""
    seconds_to_wait: float | None = 7.0
    """What the gateway has to make of `THROTTLES`: SendResult.retry_after."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        """The secrets of its customers by their logins; filled by the bench."""
        self._lock = threading.RLock()
        self.reset()
        self._line = Line(self._answer)

    # What an engineer writes.

    @abstractmethod
    def read(self, request: Request) -> Asked | None:
        """Return what a request asks to be sent; None: it asks for something else."""

    @abstractmethod
    def accept(self, asked: Asked, vendor_id: str, refused: Sequence[Sent]) -> Reply:
        """Return the answer to what was taken; `refused` are those it did not take (`refuses_singly`)."""

    @abstractmethod
    def refuse(self, mood: Mood, asked: Asked, words: str) -> Reply:
        """Return its answer for REFUSES_…, THROTTLES, HAS_IT_ALREADY or ERRS, with these words where it has room."""

    def other(self, request: Request) -> Reply:
        """Answer a request that sends nothing: a token, a balance, a verification, incoming messages."""
        return Reply(404)

    def receipt(
        self, sent: Sent, vendor_id: str | None, fate: Fate, signature: Signature = Signature.RIGHT
    ) -> Callback:
        """Return the callback that tells of a message. `vendor_id` is the transaction id that the gateway gave."""
        raise NotImplementedError

    def incoming(self, arrived: Arrived) -> Callback:
        """Return the callback that brings a message from a phone."""
        raise NotImplementedError

    def code_for(self, digits: str) -> str:
        """Return the one-time code that this phone was sent: by default the digits in its last text."""
        text = next(sent.text for sent in reversed(self.taken) if sent.digits == digits)
        return next(word for word in text.replace(".", " ").replace(",", " ").split() if word.isdecimal())

    # What the checks use.

    def reset(self) -> None:
        """Forget everything but the customers, and take everything."""
        self.mood = Mood.TAKES_EVERYTHING
        self.about_all = False
        """Whether the mood is also for requests that send nothing."""
        self.bad: frozenset[str] = frozenset()
        self.nonsense = b"<html>We will be right back.</html>"
        self.long_ids = False
        self.asked: list[Asked] = []
        self.taken: list[Sent] = []
        self.requests: list[Request] = []
        self.inbox: list[Arrived] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._line.port}"

    @property
    def sent(self) -> list[Sent]:
        """Every message it was asked to send, taken or not."""
        return [message for asked in self.asked for message in asked.messages]

    def leave(self) -> None:
        self._line.leave()

    def come_back(self) -> None:
        self._line.come_back()

    def close(self) -> None:
        self._line.leave()

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            asked = self.read(request)
            if asked is None:
                return self._broken() if self.about_all else self.other(request)
            self.asked.append(asked)
            if asked.login is None:
                return self.refuse(Mood.REFUSES_ACCOUNT, asked, self._words(asked))
            return self._to_send(asked)

    def _to_send(self, asked: Asked) -> Reply:
        if self.mood in (Mood.TAKES_EVERYTHING, Mood.REFUSES_NUMBERS):
            return self._take(asked)
        if self.mood in (Mood.CUTS_SHORT, Mood.HANGS_UP, Mood.TAKES_TOO_LONG, Mood.TALKS_NONSENSE, Mood.BREAKS):
            self.taken += asked.messages  # that is what makes it a doubt
        if self.mood is Mood.CUTS_SHORT:
            whole = self.accept(asked, self._new_id(), ())
            return Reply(whole.status, whole.body, whole.headers, cut_short=True)
        if self.mood in _BROKEN:
            return self._broken()
        return self.refuse(self.mood, asked, self._words(asked))

    def _take(self, asked: Asked) -> Reply:
        bad = [sent for sent in asked.messages if sent.digits in self.bad and self.mood is Mood.REFUSES_NUMBERS]
        good = [sent for sent in asked.messages if sent not in bad]
        if bad and not (self.refuses_singly and good):
            return self.refuse(Mood.REFUSES_NUMBERS, asked, self._words(asked))
        self.taken += good
        return self.accept(asked, self._new_id(), bad)

    def _broken(self) -> Reply:
        if self.mood is Mood.TALKS_NONSENSE:
            return Reply(200, self.nonsense)
        return _BROKEN[self.mood]

    def _new_id(self) -> str:
        """A number, as most vendors have it; as a word it is longer than anybody keeps with `long_ids`."""
        return str(1_000_000 + len(self.requests)) + (LONG_TAIL if self.long_ids else "")

    def _words(self, asked: Asked) -> str:
        """What careless vendors say: all that they were sent."""
        sent = asked.messages[0] if asked.messages else Sent("", "", "", None)
        return f"Refused {sent.text} to {sent.digits} with {asked.proof}"


_BROKEN = {
    Mood.UNAVAILABLE: Reply(503, b"<html>Service Unavailable</html>"),
    Mood.BREAKS: Reply(500, b"<html>Internal Server Error</html>"),
    Mood.TALKS_NONSENSE: Reply(200),
    Mood.HANGS_UP: Reply(hang_up=True),
    Mood.TAKES_TOO_LONG: Reply(silent=True),
}
