"""Messages from phones are brought once each, whatever the numbering of pages and their order is, and none is lost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from connectors.shared.gateways.ogangi.answers import Answer, read_answer
from connectors.shared.gateways.ogangi.client import Keys, Ogangi
from connectors.shared.gateways.ogangi.pages import LOOKS_UNTIL_RELEARNT, MOST_PAGES, RESULTS_PER_PAGE
from connectors.shared.gateways.ogangi.polling import OgangiIncoming
from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.incoming.source import Polled
from connectors.shared.message_central import exchange
from tests.shared.gateways.conformance.wire import Reply
from tests.shared.gateways.ogangi.conftest import Book
from tests.shared.gateways.ogangi.scripted import FromPhone, Inbox, ScriptedOgangi, said


def from_phone(number: int) -> FromPhone:
    """A message of its own for every number; greater ones are newer."""
    hours, seconds = divmod(number, 3_600)
    return FromPhone("+58 123", f"text {number}", f"2014-10-13 {hours:02}:{seconds // 60:02}:{seconds % 60:02}.5")


def undated(number: int) -> FromPhone:
    return FromPhone("+58 123", f"text {number}", "yesterday")


def newest_first(count: int, after: int = 0) -> list[FromPhone]:
    return [from_phone(number) for number in reversed(range(after, after + count))]


class Poller:
    """Keeps what it is brought, as the house does, and hands the cursor on."""

    def __init__(self, source: OgangiIncoming, connection_id: int) -> None:
        self.kept: dict[IncomingMessage, None] = {}
        self.cursor: str | None = None
        self._source = source
        self._connection_id = connection_id

    def poll(self) -> Polled:
        polled = self._source.poll(self._connection_id, self.cursor, self._are_known)
        assert not self.kept.keys() & set(polled.messages)
        self.kept |= dict.fromkeys(polled.messages)
        self.cursor = polled.cursor
        return polled

    def _are_known(self, arrived: Sequence[IncomingMessage]) -> list[bool]:
        return [message in self.kept for message in arrived]

    def restarted(self, source: OgangiIncoming, connection_id: int) -> "Poller":
        """Another process goes on, with nothing but what was kept."""
        other = Poller(source, connection_id)
        other.kept, other.cursor = self.kept, self.cursor
        return other

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


GONE = Reply(404)
ERROR = Reply(200, said("x", status="ERROR"))


class Listing(Ogangi):
    """An Ogangi whose lists are read without a network."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self.inbox = inbox
        self.calls = 0

    def incoming(
        self, keys: Keys, page: int, per_page: int, filters: str | None = None, *, timeout: float | None = None
    ) -> Answer:
        self.calls += 1
        reply = self.inbox.page(page, per_page, filters or "null")
        return read_answer(exchange.Reply(reply.status, reply.body))


LISTS = [
    *(
        Inbox(first=first, oldest_first=oldest_first, turns=turns, no_page=no_page, past=past, records=records)
        for oldest_first, turns in ((False, False), (True, True), (True, False))
        for first, no_page, past, records in (
            *((0, None, None, records) for records in (None, -1, 1, 17, 100_000)),
            *((1, None, None, records) for records in (None, -1)),
            *((1, GONE, GONE, records) for records in (None, -1, 17)),
            (1, ERROR, ERROR, None),
        )
    ),
    Inbox(oldest_first=True, turns=False, most=20),
    Inbox(oldest_first=True, turns=False, most=20, records=-1),
    Inbox(oldest_first=True, turns=False, first=1, zero_too=True),
    Inbox(oldest_first=True, turns=False, first=1, zero_too=True, records=-1),
    Inbox(oldest_first=True, turns=False, repeats_last=True),
    Inbox(oldest_first=True, turns=False, repeats_last=True, records=100_000),
]


@pytest.mark.parametrize(
    ("inbox", "before"), [*((inbox, 230) for inbox in LISTS), *((inbox, 0) for inbox in LISTS[::3])]
)
def test_nothing_is_lost_however_the_vendor_lists_it(book: Book, inbox: Inbox, before: int) -> None:
    ogangi = Listing(replace(inbox, messages=newest_first(before), arriving=[]))
    connection_id = book.add()
    poller = Poller(OgangiIncoming(ogangi, book.logins()), connection_id)

    def brings(count: int) -> None:
        """Let so many more come, and find all of them."""
        there = len(ogangi.inbox.messages)
        ogangi.inbox.messages = newest_first(count, after=there) + ogangi.inbox.messages
        assert poller.poll().failure is None
        assert sorted(poller.texts) == sorted(each.text for each in ogangi.inbox.messages)

    def is_quiet(calls: int = 2) -> None:
        ogangi.calls = 0
        assert not poller.poll().messages
        assert ogangi.calls <= calls

    brings(0)
    is_quiet()
    for count in (1, 1, 48, 1, 180):
        brings(count)
    is_quiet()
    poller = poller.restarted(OgangiIncoming(ogangi, book.logins()), connection_id)
    brings(1)
    is_quiet()
    poller = poller.restarted(OgangiIncoming(ogangi, book.logins()), connection_id)
    brings(120)
    there = len(ogangi.inbox.messages)
    ogangi.inbox.arriving = [from_phone(number) for number in range(there, there + 70)]
    while ogangi.inbox.arriving:
        poller.poll()
    brings(0)
    is_quiet()


@pytest.mark.parametrize("oldest_first", [False, True])
def test_undated_messages_are_looked_for_at_both_ends(
    poller: Poller, ogangi: ScriptedOgangi, oldest_first: bool
) -> None:
    ogangi.inbox = Inbox(oldest_first=oldest_first, turns=False)
    for count in (120, 121, 300, 301):
        ogangi.inbox.messages = [undated(number) for number in reversed(range(count))]
        assert poller.poll().failure is None
        assert sorted(poller.texts) == sorted(f"text {number}" for number in range(count))


def test_an_order_that_was_learnt_is_learnt_again(poller: Poller, ogangi: ScriptedOgangi) -> None:
    ogangi.inbox = Inbox(newest_first(120), oldest_first=True, turns=False)
    poller.poll()
    ogangi.inbox = Inbox(newest_first(121), turns=False)
    for _ in range(LOOKS_UNTIL_RELEARNT):
        poller.poll()
    assert "text 120" in poller.texts


def test_a_message_is_as_the_house_knows_them(poller: Poller, ogangi: ScriptedOgangi) -> None:
    ogangi.inbox.messages = [
        FromPhone("+58 123456789", "Да 😀", "2013-09-17T10:13:59.176-04:30"),
        FromPhone("OGANGI 24", "from no phone", "2014-10-13 10:30:51.922"),
        FromPhone("anonymous!", "nor this", "2014-10-13 10:30:50.922", to="SHOP 7"),
        FromPhone(" ", "from nobody", "2014-10-13 10:30:51.922"),
        FromPhone("58123456789", "undated", "yesterday", to="BLUE"),
    ]
    poller.poll()
    expected = [
        IncomingMessage("58123456789", "BLUE", "undated"),
        IncomingMessage("anonymous!", "SHOP 7", "nor this", 1_413_196_250_922),
        IncomingMessage("OGANGI 24", "19893143924", "from no phone", 1_413_196_251_922),
        IncomingMessage("58123456789", "19893143924", "Да 😀", 1_379_429_039_176),
    ]
    assert list(poller.kept) == expected


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


@pytest.mark.parametrize(("oldest_first", "broken", "later"), [(False, 3, 1), (True, 4, 9)])
def test_what_a_failure_left_is_read_by_the_next_look(
    poller: Poller, ogangi: ScriptedOgangi, oldest_first: bool, broken: int, later: int
) -> None:
    """And neither new messages in between nor a second failure has any be forgotten."""
    ogangi.inbox = Inbox(newest_first(400), oldest_first=oldest_first, turns=False, broken=frozenset({broken}))
    assert poller.poll().failure
    assert poller.texts == [f"text {number}" for number in range(250, 400)]
    ogangi.inbox.messages = newest_first(120, after=400) + ogangi.inbox.messages
    ogangi.inbox.broken = frozenset({later})
    assert poller.poll().failure
    ogangi.inbox.broken = frozenset()
    while poller.cursor:
        assert poller.poll().failure is None
    assert sorted(poller.texts) == sorted(f"text {number}" for number in range(520))


@pytest.mark.parametrize("oldest_first", [False, True])
def test_a_look_is_bounded_and_the_next_goes_on(poller: Poller, ogangi: ScriptedOgangi, oldest_first: bool) -> None:
    count = RESULTS_PER_PAGE * (MOST_PAGES + 10)
    ogangi.inbox = Inbox(newest_first(count), oldest_first=oldest_first, turns=False)
    polled = poller.poll()
    assert len(ogangi.pages) == MOST_PAGES
    assert polled.failure is not None
    assert f"text {count - 1}" in poller.texts
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
    for _ in range(LOOKS_UNTIL_RELEARNT):
        poller.poll()
    assert len(poller.kept) == 60
