"""Vendors are asked by one process at a time, and what they say is kept with how far they were read."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from connectors.service import Service
from connectors.serving.worker import dispatcher_for
from connectors.shared.accounts.states import ConnectionState
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.incoming import polling
from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.incoming.polling import Poller
from connectors.shared.incoming.polls import LEASE_MS
from connectors.shared.incoming.source import IsKnown, Polled
from connectors.shared.incoming.store import list_incoming
from connectors.shared.incoming.tables import incoming_polls
from tests.shared.messages.tenants import Tenant, add_tenant, wait_for

GATEWAY = "message-central"
EVERY = 30.0


class Source:
    """A vendor that answers what a test says; `silent` has it wait first."""

    def __init__(self) -> None:
        self.cursors: list[str | None] = []
        self.answer: Callable[[int, IsKnown], Polled] = lambda _connection_id, _is_known: Polled([])
        self.silent = threading.Event()
        self.silent.set()

    def poll(self, connection_id: int, cursor: str | None, is_known: IsKnown) -> Polled:
        self.cursors.append(cursor)
        self.silent.wait(20)
        return self.answer(connection_id, is_known)


class Round:
    """A poller with a clock of its own."""

    def __init__(self, service: Service, source: Source) -> None:
        self.moment = now_ms()
        self.poller = Poller(service.database, service.incoming, {GATEWAY: source}, EVERY, lambda: self.moment)

    def look(self) -> None:
        """Ask wherever it is time, to the end."""
        self.poller.look()
        wait_for(lambda: not self.poller._busy.total())

    def later(self, milliseconds: float = EVERY * SECOND) -> None:
        self.moment += int(milliseconds)
        self.look()


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    yield source
    source.silent.set()


@pytest.fixture
def round_(tenant: Tenant, source: Source) -> Round:
    return Round(tenant.service, source)


def messages(count: int, text: str = "hello") -> list[IncomingMessage]:
    return [IncomingMessage("919816111111", "4545", text, vendor_id=f"{text}-{index}") for index in range(count)]


def kept(tenant: Tenant) -> list[Any]:
    with tenant.service.database.read() as connection:
        return list_incoming(connection, tenant.account_id, sender=None, before_id=None, limit=5_000)


def test_each_is_asked_when_it_is_time_and_goes_on_where_it_was(tenant: Tenant, source: Source, round_: Round) -> None:
    source.answer = lambda _id, _known: Polled(messages(2), f"after {len(source.cursors)}")
    for _ in range(3):
        round_.look()
    assert (source.cursors, len(kept(tenant))) == ([None], 2)
    round_.later()
    assert (source.cursors, len(kept(tenant))) == ([None, "after 1"], 2)


@pytest.mark.parametrize(
    ("state", "asked"),
    [(state, state in (ConnectionState.ACTIVE, ConnectionState.PAUSED)) for state in ConnectionState],
)
def test_who_is_asked(tenant: Tenant, source: Source, round_: Round, state: ConnectionState, asked: bool) -> None:
    tenant.set(state=state.value)
    round_.look()
    assert len(source.cursors) == asked


def test_two_processes_ask_once(tenant: Tenant, source: Source) -> None:
    rounds = [Round(tenant.service, source) for _ in range(8)]
    start = threading.Barrier(len(rounds))

    def look(each: Round) -> None:
        start.wait()
        each.look()

    threads = [threading.Thread(target=look, args=(each,)) for each in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(source.cursors) == 1


def test_who_was_killed_while_asking_is_followed_by_another(tenant: Tenant, source: Source, round_: Round) -> None:
    source.silent.clear()
    round_.poller.look()
    wait_for(lambda: source.cursors)
    other = Round(tenant.service, source)
    other.moment = round_.moment
    other.later()
    assert len(source.cursors) == 1
    source.silent.set()
    other.later(LEASE_MS)
    wait_for(lambda: not round_.poller._busy.total())
    assert len(source.cursors) == 2


def test_what_takes_more_than_one_commit_moves_the_cursor_with_the_last(
    tenant: Tenant, source: Source, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "SLICE", 3)
    keeper, kept_parts = tenant.service.incoming.keeper, 0

    def fail_at_the_second(*given: Any) -> int:
        nonlocal kept_parts
        kept_parts += 1
        if kept_parts == 2:
            raise StoreUnavailable("The database is not available.")
        return keep(*given)

    keep = keeper.keep
    monkeypatch.setattr(keeper, "keep", fail_at_the_second)
    source.answer = lambda _id, _known: Polled(messages(7), "seven")
    round_.look()
    assert len(kept(tenant)) == 3
    round_.later()
    round_.later()
    assert (source.cursors, len(kept(tenant))) == ([None, None, "seven"], 7)


def test_a_failure_is_said_once_a_look_and_what_came_is_kept(tenant: Tenant, source: Source, round_: Round) -> None:
    source.answer = lambda _id, _known: Polled(messages(1), "one", "The vendor is away.")
    with capture_logs() as logs:
        round_.look()
    (entry,) = logs
    assert (entry["event"], entry["reason"]) == ("incoming_poll_failed", "The vendor is away.")
    assert len(kept(tenant)) == 1
    round_.later()
    assert source.cursors == [None, "one"]


def test_a_fault_of_ours_tells_nobodys_words_and_is_tried_again(tenant: Tenant, source: Source, round_: Round) -> None:
    def break_down(_id: int, _known: IsKnown) -> Polled:
        raise ValueError("Somebody wrote: my secret")

    source.answer = break_down
    with capture_logs() as logs:
        round_.look()
        round_.later()
    assert len(source.cursors) == 2
    assert {entry["kind"] for entry in logs} == {"ValueError"}
    assert "secret" not in str(logs)


def test_a_vendor_without_a_cursor_is_told_what_is_known(tenant: Tenant, source: Source, round_: Round) -> None:
    told: list[Sequence[bool]] = []

    def answer(_id: int, is_known: IsKnown) -> Polled:
        told.append(is_known(messages(2)))
        return Polled(messages(2))

    source.answer = answer
    round_.look()
    round_.later()
    assert told == [[False, False], [True, True]]


def test_a_slow_vendor_holds_up_nobody_else(tenant: Tenant, source: Source) -> None:
    service, quick = tenant.service, Source()
    for index in range(2 * polling.AT_ONCE):
        add_tenant(service, f"C-SLOW-{index}")
    add_tenant(service, "C-QUICK").set(gateway="quick")
    source.silent.clear()
    poller = Poller(service.database, service.incoming, {GATEWAY: source, "quick": quick}, EVERY)
    poller.look()
    wait_for(lambda: quick.cursors)
    wait_for(lambda: len(source.cursors) == polling.AT_ONCE_A_GATEWAY)
    source.silent.set()
    wait_for(lambda: not poller._busy.total())
    assert len(source.cursors) == polling.AT_ONCE_A_GATEWAY


def test_at_the_end_nothing_more_is_asked_or_kept(tenant: Tenant, source: Source, round_: Round) -> None:
    told: list[Sequence[bool]] = []

    def answer(_id: int, is_known: IsKnown) -> Polled:
        told.append(is_known(messages(2)))
        return Polled(messages(2), "two")

    source.answer = answer
    source.silent.clear()
    round_.poller.look()
    wait_for(lambda: source.cursors)
    round_.poller.close()
    source.silent.set()
    wait_for(lambda: not round_.poller._busy.total())
    round_.later()
    assert (told, source.cursors, kept(tenant)) == ([[True, True]], [None], [])
    with tenant.service.database.read() as connection:
        assert connection.execute(select(incoming_polls.c.leased_until, incoming_polls.c.cursor)).all() == [(0, None)]


def test_the_dispatcher_has_the_job(service: Service) -> None:
    jobs = {job.name: job for job in dispatcher_for(service)._jobs}
    assert (jobs["incoming"].every_seconds, service.settings.incoming_poll_seconds) == (1.0, 30.0)


def test_who_is_refused_is_asked_ever_more_rarely_until_it_answers(service: Service) -> None:
    source = Source()
    source.answer = lambda _connection_id, _is_known: Polled([], failure="The password is wrong.")
    add_tenant(service)
    rounds = Round(service, source)
    rounds.look()
    gaps = []
    for _ in range(8):
        asked, began = len(source.cursors), rounds.moment
        while len(source.cursors) == asked:
            rounds.later()
        gaps.append(int((rounds.moment - began) / (EVERY * SECOND)))
    assert gaps == [1, 2, 4, 8, 16, 30, 30, 30]
    source.answer = lambda _connection_id, _is_known: Polled([])
    rounds.later(polling.LONGEST_PAUSE_MS)
    for _ in range(3):
        asked = len(source.cursors)
        rounds.later()
        assert len(source.cursors) == asked + 1
