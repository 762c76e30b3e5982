"""Messages from phones are brought once each, whatever the numbering of pages and their order is, and none is lost."""

from collections.abc import Sequence

import pytest

from connectors.shared.gateways.ogangi.client import Ogangi
from connectors.shared.gateways.ogangi.pages import LOOKS_UNTIL_ZERO_IS_TRIED, MOST_PAGES, RESULTS_PER_PAGE
from connectors.shared.gateways.ogangi.polling import OgangiIncoming
from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.incoming.source import Polled
from tests.shared.gateways.conformance.wire import Reply
from tests.shared.gateways.ogangi.conftest import Book
from tests.shared.gateways.ogangi.scripted import FromPhone, Inbox, ScriptedOgangi, said


def from_phone(number: int) -> FromPhone:
    """A message of its own for every number; greater ones are newer."""
    hours, seconds = divmod(number, 3_600)
    return FromPhone("+58 123", f"text {number}", f"2014-10-13 {hours:02}:{seconds // 60:02}:{seconds % 60:02}.5")


def newest_first(count: int, after: int = 0) -> list[FromPhone]:
    return [from_phone(number) for number in reversed(range(after, after + count))]


class Poller:
    """Keeps what it is brought, as the house does, and hands the cursor on."""

    def __init__(self, source: OgangiIncoming, connection_id: int) -> None:
        self.kept: list[IncomingMessage] = []
        self.cursor: str | None = None
        self._source = source
        self._connection_id = connection_id

    def poll(self) -> Polled:
        polled = self._source.poll(self._connection_id, self.cursor, self._are_known)
        assert not self.kept or not set(self.kept) & set(polled.messages)
        self.kept += polled.messages
        self.cursor = polled.cursor
        return polled

    def _are_known(self, arrived: Sequence[IncomingMessage]) -> list[bool]:
        return [message in self.kept for message in arrived]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.kept]


@pytest.fixture
def poller(book: Book, client: Ogangi) -> Poller:
    return Poller(OgangiIncoming(client, book.logins()), book.add())


ALL = [f"text {number}" for number in range(120)]


@pytest.mark.parametrize(
    ("inbox", "pages", "quiet"),
    [
        (Inbox(), [0, 1, 2, 3], [0]),
        (Inbox(first=1), [0, 1, 2, 3, 4], [1]),
        (Inbox(first=1, no_page=Reply(500, b"<html/>")), [0, 1, 2, 3, 4], [1]),
        (Inbox(first=1, no_page=Reply(200, said("x", status="ERROR"))), [0, 1, 2, 3, 4], [1]),
        (Inbox(first=1, zero_too=True), [0, 1, 2, 3, 4], [0]),
        (Inbox(repeats_last=True), [0, 1, 2, 3, 4], [0]),
        (Inbox(oldest_first=True), [0, 0, 1, 2, 3], [0]),
    ],
)
def test_all_pages_are_read_and_a_quiet_look_is_one_call(
    poller: Poller, ogangi: ScriptedOgangi, inbox: Inbox, pages: list[int], quiet: list[int]
) -> None:
    inbox.messages = newest_first(120)
    ogangi.inbox = inbox
    polled = poller.poll()
    assert (polled.cursor, polled.failure) == (None, None)
    assert poller.texts == ALL
    assert ogangi.pages == pages
    ogangi.seen.clear()
    assert list(poller.poll().messages) == []
    assert ogangi.pages == quiet
    inbox.messages = newest_first(3, after=120) + inbox.messages
    poller.poll()
    assert poller.texts == [*ALL, "text 120", "text 121", "text 122"]


def test_a_message_is_as_the_house_knows_them(poller: Poller, ogangi: ScriptedOgangi) -> None:
    ogangi.inbox.messages = [
        FromPhone("+58 123456789", "Да 😀", "2013-09-17T10:13:59.176-04:30"),
        FromPhone("OGANGI", "from no phone", "2014-10-13 10:30:51.922"),
        FromPhone("58123456789", "undated", "yesterday", to="BLUE"),
    ]
    poller.poll()
    expected = [
        IncomingMessage("58123456789", "BLUE", "undated"),
        IncomingMessage("58123456789", "19893143924", "Да 😀", 1_379_429_039_176),
    ]
    assert poller.kept == expected


def test_nothing_at_all_is_no_failure(poller: Poller, ogangi: ScriptedOgangi) -> None:
    assert poller.poll() == Polled([])
    assert ogangi.pages == [0, 1]
    ogangi.inbox.messages = newest_first(1)
    poller.poll()
    assert poller.texts == ["text 0"]


@pytest.mark.parametrize(
    "reply",
    [Reply(503), Reply(401), Reply(hang_up=True), Reply(200, b"<html/>"), Reply(200, said("x", status="ERROR"))],
)
def test_a_failure_is_told_in_words(poller: Poller, ogangi: ScriptedOgangi, reply: Reply) -> None:
    ogangi.script = lambda _: reply
    polled = poller.poll()
    assert polled.failure is not None
    assert polled.failure.startswith("Ogangi")
    assert list(polled.messages) == []


def test_a_removed_connection_is_told(book: Book, client: Ogangi) -> None:
    polled = OgangiIncoming(client, book.logins()).poll(1_000, "3-3", lambda arrived: [False] * len(arrived))
    assert (polled.cursor, polled.failure) == ("3-3", "This connection has been removed.")


def test_what_a_failure_left_is_read_by_the_next_look(poller: Poller, ogangi: ScriptedOgangi) -> None:
    """And neither new messages in between nor a second failure has any be forgotten."""
    ogangi.inbox.messages = newest_first(400)
    ogangi.inbox.broken = frozenset({3})
    assert poller.poll().failure
    assert poller.texts == [f"text {number}" for number in range(250, 400)]
    ogangi.inbox.messages = newest_first(120, after=400) + ogangi.inbox.messages
    ogangi.inbox.broken = frozenset({1})
    assert poller.poll().failure
    ogangi.inbox.broken = frozenset()
    while poller.cursor:
        assert poller.poll().failure is None
    assert sorted(poller.texts) == sorted(f"text {number}" for number in range(520))


def test_a_look_is_bounded_and_the_next_goes_on(poller: Poller, ogangi: ScriptedOgangi) -> None:
    count = RESULTS_PER_PAGE * (MOST_PAGES + 10)
    ogangi.inbox.messages = newest_first(count)
    polled = poller.poll()
    assert len(ogangi.pages) == MOST_PAGES
    assert polled.failure is not None
    poller.poll()
    assert poller.cursor is None
    assert sorted(poller.texts) == sorted(f"text {number}" for number in range(count))


def test_page_0_is_tried_again_some_day(poller: Poller, ogangi: ScriptedOgangi) -> None:
    """It had failed for a moment, and what is there is never read by whoever begins with page 1."""
    ogangi.inbox.messages = newest_first(60)
    ogangi.script = lambda call: Reply(500) if call.parameters["page"] == "0" else None
    poller.poll()
    assert len(poller.kept) == 10
    ogangi.script = lambda _: None
    for _ in range(LOOKS_UNTIL_ZERO_IS_TRIED):
        poller.poll()
    assert len(poller.kept) == 60
