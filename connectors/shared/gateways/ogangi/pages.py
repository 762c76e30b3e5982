"""The pages of the messages that came from phones, the newest first: what no document says of them is learnt here."""

from dataclasses import dataclass
from typing import Final

from connectors.shared.errors import ConnectorsError
from connectors.shared.gateways.ogangi import verdicts
from connectors.shared.gateways.ogangi.answers import Answer, Meaning, Received
from connectors.shared.gateways.ogangi.client import Keys, Ogangi

RESULTS_PER_PAGE: Final = 50
MOST_PAGES: Final = 50
"""Of one look."""
LOOKS_UNTIL_ZERO_IS_TRIED: Final = 20
NEWEST_FIRST: Final = "order=desc"
"""https://messangi.com/documentation/doku.php?id=restapi:appx_mo_search"""

Page = tuple[Received, ...]


class PageFailed(ConnectorsError):
    """A page could not be had; says why."""


@dataclass(slots=True)
class Habits:
    """What was learnt of one connection's pages; nothing but a look or two is lost with it."""

    first: int | None = None
    """The number of the first page: 0 or 1, None while neither had a message."""
    looks: int = 0
    filters: str | None = None
    """What has the newest come first; empty: nothing does, None: they do by themselves, as far as was seen."""


class Pages:
    """One look at a connection's pages. Not to be shared between threads."""

    def __init__(
        self,
        client: Ogangi,
        keys: Keys,
        habits: Habits,
        *,
        per_page: int = RESULTS_PER_PAGE,
        filters: str | None = None,
    ) -> None:
        self._client = client
        self._keys = keys
        self._habits = habits
        self._per_page = per_page
        self._filters = filters
        self._asked = 0

    def newest(self) -> Page:
        """Return the first page, with the newest messages. Raises PageFailed."""
        answer = self.first()
        if self._habits.filters is not None or not self._has_oldest_first(answer):
            return answer.received
        turned = self._ask(self._habits.first or 0, NEWEST_FIRST)
        if turned.meaning is Meaning.OK and turned.received and not self._has_oldest_first(turned):
            self._habits.filters = NEWEST_FIRST
            return turned.received
        self._habits.filters = ""
        return answer.received

    def at(self, index: int) -> Page:
        """Return a page by its place from the first, which is 0. Raises PageFailed."""
        return self.numbered((self._habits.first or 0) + index).received

    def numbered(self, number: int) -> Answer:
        """Return the answer for a page by the vendor's own number. Raises PageFailed."""
        answer = self._ask(number)
        if answer.meaning is not Meaning.OK:
            raise _failed(answer)
        return answer

    def first(self) -> Answer:
        """Return the answer for the first page, in whatever order it is. Raises PageFailed."""
        habits = self._habits
        habits.looks += 1
        if habits.first == 1 and habits.looks % LOOKS_UNTIL_ZERO_IS_TRIED == 0:
            # Page 0 may have failed for another reason than that there is none: what it has is not lost for long.
            habits.first = None
        if habits.first is not None:
            return self.numbered(habits.first)
        return self._searched()

    def _searched(self) -> Answer:
        zero = self._ask(0)
        if zero.received:
            self._habits.first = 0
            return zero
        if zero.meaning is not Meaning.OK and not zero.is_about_the_page:
            raise _failed(zero)
        one = self._ask(1)
        if one.meaning is Meaning.OK:
            if one.received or zero.meaning is not Meaning.OK:
                self._habits.first = 1
            return one
        if zero.meaning is Meaning.OK and one.is_about_the_page:
            return zero
        raise _failed(zero if zero.meaning is not Meaning.OK else one)

    def _ask(self, number: int, filters: str | None = None) -> Answer:
        if self._asked == MOST_PAGES:
            raise PageFailed("There are more messages than one look reads; the next goes on.")
        self._asked += 1
        return self._client.incoming(
            self._keys, number, self._per_page, self._filters or filters or self._habits.filters
        )

    def _has_oldest_first(self, answer: Answer) -> bool:
        page = answer.received
        if len(page) < self._per_page and (answer.records or 0) <= len(page):
            return False  # all there is
        dates = [message.sent_at for message in page if message.sent_at is not None]
        return len(dates) > 1 and dates[0] < dates[-1]


def _failed(answer: Answer) -> PageFailed:
    return PageFailed(verdicts.of_question(answer).explanation or "Ogangi told nothing.")
