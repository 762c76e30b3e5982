"""Messages from phones, asked for page by page: Ogangi has no cursor and no ids for them.

The newest are read first, from whichever end of the list they are at, until a page holds nothing new. What is left
over, by a failure or because there was more than one look may read, is named in our cursor and read by the next look.
"""

import threading
from dataclasses import dataclass
from typing import Final

from connectors.shared.errors import NotFound
from connectors.shared.gateways.ogangi.answers import Received
from connectors.shared.gateways.ogangi.client import Ogangi
from connectors.shared.gateways.ogangi.logins import Logins
from connectors.shared.gateways.ogangi.order import Order, Page
from connectors.shared.gateways.ogangi.pages import Habits, PageFailed, Pages
from connectors.shared.gateways.ogangi.signing import NotSendable
from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.incoming.source import IsKnown, Polled
from connectors.shared.secrets import SecretUnreadable

LONGEST_ADDRESS: Final = 20
DIGITS: Final = frozenset("0123456789")


class OgangiIncoming:
    """Asks for what is new. Safe to share between threads."""

    def __init__(self, client: Ogangi, logins: Logins) -> None:
        self._client = client
        self._logins = logins
        self._habits: dict[int, Habits] = {}
        self._turn = threading.Lock()

    def poll(self, connection_id: int, cursor: str | None, is_known: IsKnown) -> Polled:
        """Return what is not known yet, the oldest first."""
        with self._turn:
            habits = self._habits.setdefault(connection_id, Habits())
        try:
            keys = self._logins.get(connection_id).keys
            look = _Look(Pages(self._client, keys, habits), is_known)
            rest, failure = look.read(_Rest.of(cursor))
        except (SecretUnreadable, NotFound, NotSendable) as error:
            return Polled((), cursor, str(error))
        if failure is not None:
            self._logins.forget(connection_id)
        return Polled(look.oldest_first(), str(rest) if rest else None, failure)


@dataclass(frozen=True, slots=True)
class _Rest:
    """Pages that are still to be read: from which on, and how many of known messages may come before them."""

    start: int
    known: int = 0

    @classmethod
    def of(cls, cursor: str | None) -> "_Rest | None":
        start, _, known = (cursor or "").partition("-")
        return cls(int(start), int(known)) if start.isdecimal() and known.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.start}-{self.known}"


class _Look:
    """One look, and what it has brought so far."""

    def __init__(self, pages: Pages, is_known: IsKnown) -> None:
        self._pages = pages
        self._is_known = is_known
        self._brought: dict[IncomingMessage, None] = {}

    def read(self, rest: _Rest | None) -> tuple[_Rest | None, str | None]:
        """Read the newest, then what earlier looks left; returns what is left now, and why."""
        try:
            newest = self._pages.newest()
        except PageFailed as error:
            return rest, str(error)
        left, failure = self._read_from(newest, rest)
        if self._pages.order is Order.UNKNOWN:
            # Undated messages on several pages: what is new is at one end of the list, or at the other.
            failure = self._other_end() or failure
        return left, failure

    def _read_from(self, newest: Page, rest: _Rest | None) -> tuple[_Rest | None, str | None]:
        left, failure = self._stretch(newest, _Rest(0))
        if rest is None:
            return (left, failure) if failure else (None, None)
        if failure is not None:
            # Then come the pages that the earlier look has read.
            return _Rest(left.start, left.known + rest.start + rest.known), failure
        # What is new pushes the others down, by as many pages at most.
        rest = _Rest(rest.start, rest.known + left.start)
        try:
            page = self._pages.at(rest.start)
        except PageFailed as error:
            return rest, str(error)
        left, failure = self._stretch(page, rest)
        return (left, failure) if failure else (None, None)

    def _other_end(self) -> str | None:
        try:
            return self._stretch(self._pages.turned(), _Rest(0))[1]
        except PageFailed as error:
            return str(error)

    def oldest_first(self) -> list[IncomingMessage]:
        """Return what was brought. Those without a date stand where the vendor has them."""
        found = list(reversed(self._brought))
        if all(message.happened_at is not None for message in found):
            found.sort(key=lambda message: message.happened_at or 0)
        return found

    def _stretch(self, page: Page, rest: _Rest) -> tuple[_Rest, str | None]:
        """Read from a page on until one holds nothing new; returns what is left from there, and why, if that failed."""
        index, known, before, twins = rest.start, rest.known, None, 0
        while page:
            # The same again is one page under two numbers, as 0 and 1 may be; once more, and it is the last.
            twins = twins + 1 if page == before else 0
            if not twins and not self._takes(page):
                known -= 1
            if twins > 1 and self._pages.order is Order.OLDEST_FIRST:
                # Its last page under ever more numbers: what comes before it is read once its number is known.
                self._pages.forget_end()
                return _Rest(0, rest.known + 1), "Ogangi repeats its last page."
            if twins > 1 or known < 0:
                break
            before, index = page, index + 1
            try:
                page = self._pages.at(index)
            except PageFailed as error:
                return _Rest(index, known), str(error)
        return _Rest(index), None

    def _takes(self, page: Page) -> bool:
        """Take what is new of a page; returns whether anything was."""
        read = dict.fromkeys(message for entry in page if (message := _message(entry)) is not None)
        fresh = [message for message in read if message not in self._brought]
        new = [message for message, known in zip(fresh, self._is_known(fresh), strict=True) if not known]
        self._brought.update(dict.fromkeys(new))
        return bool(new)


def _message(received: Received) -> IncomingMessage | None:
    """Return a message as the house knows them, None where it does not say from whom it is."""
    sender = _address(received.sender)
    if not sender:
        return None
    return IncomingMessage(sender, _address(received.recipient), received.text, received.sent_at)


def _address(given: str) -> str:
    """Return a number's digits, or a name as it is: services write too."""
    bare = given.strip()
    digits = "".join(character for character in bare if character in DIGITS)
    is_name = not digits or any(character.isalpha() for character in bare)
    return (bare if is_name else digits)[:LONGEST_ADDRESS]
