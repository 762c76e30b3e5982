"""The pages of the messages that came from phones, from the newest: what no document says of them is learnt here.

Where the newest come first, the first page is the newest. Where the oldest do, and the vendor does not turn them
around for us, it is the last page, and they are read backwards.
"""

from dataclasses import dataclass
from typing import Final

from connectors.shared.errors import ConnectorsError
from connectors.shared.gateways.ogangi import verdicts
from connectors.shared.gateways.ogangi.answers import Answer, Meaning
from connectors.shared.gateways.ogangi.client import Keys, Ogangi
from connectors.shared.gateways.ogangi.last_page import LastPage
from connectors.shared.gateways.ogangi.order import Order, Page, order_between, order_within

RESULTS_PER_PAGE: Final = 50
MOST_PAGES: Final = 50
"""Of one look."""
LOOKS_UNTIL_RELEARNT: Final = 20
NEWEST_FIRST: Final = "order=desc"
"""https://messangi.com/documentation/doku.php?id=restapi:appx_mo_search"""


class PageFailed(ConnectorsError):
    """A page could not be had; says why."""


@dataclass(slots=True)
class Habits:
    """What was learnt of one connection's pages; nothing but a few calls is lost with it."""

    first: int | None = None
    """The number of the first page: 0 or 1, None while neither had a message."""
    looks: int = 0
    filters: str | None = None
    """What has the newest come first; empty: nothing does, None: that was not asked yet."""
    is_oldest_first: bool = False
    """The two ends of several pages have shown it."""
    last: int = 0
    """Which page was the last, counted from the first, which is 0."""

    def relearn(self) -> None:
        """Forget what may have been a mistake: page 0 may have failed for another reason than that there is none."""
        self.first = None if self.first == 1 else self.first
        self.is_oldest_first = False
        self.last = 0


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
        self._records: int | None = None
        self._size = per_page
        self._ends = LastPage(self._probed, self._claimed)
        self.order = Order.NEWEST_FIRST
        """As far as it is known by now: of one page it does not matter."""

    def newest(self) -> Page:
        """Return the page with the newest messages. Raises PageFailed."""
        habits = self._habits
        habits.looks += 1
        if habits.looks % LOOKS_UNTIL_RELEARNT == 0:
            habits.relearn()
        if habits.is_oldest_first:
            habits.last = self._ends.find(habits.last)
            return self.turned()
        page = self._front()
        self.order = self._order_of_all(page)
        habits.is_oldest_first = self.order is Order.OLDEST_FIRST
        return self.turned() if habits.is_oldest_first else page

    def turned(self) -> Page:
        """Go on from the end of the list, backwards; returns its last page. Raises PageFailed."""
        self.order = Order.OLDEST_FIRST
        # Only this one as it was seen when the end was found: those before it may have grown since.
        return self._ends.page(self._habits.last)[::-1]

    def forget_end(self) -> None:
        """Look for the end of the list from its beginning the next time."""
        self._habits.last = 0

    def at(self, index: int) -> Page:
        """Return a page by its place from the newest, which is 0. Raises PageFailed."""
        if self.order is not Order.OLDEST_FIRST:
            return self._placed(index)
        place = self._habits.last - index
        return self._placed(place)[::-1] if place >= 0 else ()

    def numbered(self, number: int) -> Answer:
        """Return the answer for a page by the vendor's own number. Raises PageFailed."""
        answer = self._ask(number)
        if answer.meaning is not Meaning.OK:
            raise _failed(answer)
        return answer

    def first(self) -> Answer:
        """Return the answer for the first page, in whatever order it is. Raises PageFailed."""
        return self._searched() if self._habits.first is None else self.numbered(self._habits.first)

    def _front(self) -> Page:
        """Return the first page, turned around if the vendor does that."""
        habits, answer = self._habits, self.first()
        self._size = len(answer.received) or self._per_page
        if habits.filters is None and order_within(answer.received) is Order.OLDEST_FIRST:
            turned = self._ask(habits.first or 0, NEWEST_FIRST)
            if turned.meaning is Meaning.OK and order_within(turned.received) is Order.NEWEST_FIRST:
                habits.filters = NEWEST_FIRST
                return turned.received
            habits.filters = ""
        return answer.received

    def _order_of_all(self, first: Page) -> Order:
        if not first or order_within(first) is Order.NEWEST_FIRST:
            return Order.NEWEST_FIRST
        self._habits.last = last = self._ends.find(self._habits.last, first)
        return order_between(first, self._ends.page(last)) if last else Order.NEWEST_FIRST

    def _placed(self, place: int) -> Page:
        answer = self._ask((self._habits.first or 0) + place)
        if answer.meaning is not Meaning.OK and not self._is_past(place, answer):
            raise _failed(answer)
        return answer.received

    def _is_past(self, place: int, answer: Answer) -> bool:
        """Whether this is the vendor's way to say that there is no such page. HTTP's 4xx is, by itself."""
        is_past = self._records is not None and place * self._size >= self._records
        return answer.meaning is Meaning.REFUSED or (answer.is_about_the_page and is_past)

    def _probed(self, place: int) -> Page:
        answer = self._ask((self._habits.first or 0) + place)
        if answer.meaning is not Meaning.OK and not answer.is_about_the_page:
            raise _failed(answer)
        return answer.received

    def _claimed(self, size: int) -> int:
        return ((self._records or 1) - 1) // max(1, size)

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
        asked_for = self._filters or filters or self._habits.filters
        answer = self._client.incoming(self._keys, number, self._per_page, asked_for)
        self._records = answer.records if answer.records is not None else self._records
        return answer


def _failed(answer: Answer) -> PageFailed:
    return PageFailed(verdicts.of_question(answer).explanation or "Ogangi told nothing.")
