"""Writing into Pipedrive leaves room for people: it keeps a pace, waits when asked to, and stops at a floor."""

from collections.abc import Iterator
from functools import partial

import pytest

from connectors.pipedrive.context import Context
from connectors.pipedrive.platform.answers import Budget
from connectors.pipedrive.write_back.budgets import FLOOR_REACHED, Pacer, Rests, is_at_floor, rest
from connectors.pipedrive.write_back.queue import claim
from connectors.sandbox.server import SandboxServer
from connectors.shared.clock import HOUR, MINUTE, SECOND, now_ms
from tests.pipedrive.crm_ledger import CrmLedger
from tests.shared.messages.tenants import wait_for

WRITE = "POST /api/v1/notes"


@pytest.fixture
def ledger(parts: Context, outside: SandboxServer) -> Iterator[CrmLedger]:
    ledger = CrmLedger(parts, outside)
    yield ledger
    ledger.close()


def written(ledger: CrmLedger) -> int:
    return len(ledger.book.notes(ledger.company_id))


@pytest.mark.parametrize(
    ("kind", "least", "most", "words"),
    [
        ("429", 30 * SECOND, 32 * SECOND, "Pipedrive asks us to wait"),
        ("daily", HOUR, HOUR + 2 * SECOND, "Your company's calls of Pipedrive for today are used up"),
        ("html", 5 * SECOND, 7 * SECOND, "Pipedrive blocks our calls for a while"),
    ],
)
def test_a_company_that_is_asked_to_wait_asks_nothing_meanwhile(
    ledger: CrmLedger, kind: str, least: int, most: int, words: str
) -> None:
    ledger.book.misbehave(WRITE, kind, reset=30.0)
    for _ in range(3):
        ledger.owe()
    before = now_ms()
    ledger.writer().write_due()
    wait_for(lambda: ledger.rest()[0] > 0)
    until, because = ledger.rest()
    assert before + least <= until <= now_ms() + most
    assert because is not None
    assert because.startswith(words)
    for writer in (ledger.writer(), ledger.writer()):  # in whatever process
        writer.write_due()
        writer.close()
    assert (len(ledger.book.requests), written(ledger)) == (1, 0)
    assert {(row["state"], row["attempts"]) for row in ledger.entries()} == {("waiting", 0)}
    ledger.wake()
    ledger.write_until("written")
    assert (ledger.calls(WRITE), written(ledger)) == (4, 3)


def test_a_reset_is_waited_out(ledger: CrmLedger) -> None:
    ledger.book.burst(2, 0.5)
    for _ in range(4):
        ledger.owe()
    ledger.write_until("written")
    assert written(ledger) == 4


def test_a_limit_while_looking_keeps_the_doubt(ledger: CrmLedger) -> None:
    ledger.book.misbehave(WRITE, "lost")
    ledger.book.misbehave("GET /api/v1/notes", "html")
    ledger.owe()
    writer = ledger.writer()

    def rests() -> bool:
        ledger.change(next_attempt_at=0) if ledger.entry()["state"] == "doubtful" else None
        writer.write_due()
        return ledger.rest()[0] > 0

    wait_for(rests)
    assert (ledger.entry()["state"], ledger.entry()["attempts"]) == ("doubtful", 1)
    ledger.wake()
    ledger.write_until("written")
    assert (ledger.calls(WRITE), written(ledger)) == (1, 1)


def test_at_the_floor_the_rest_is_left_to_people(ledger: CrmLedger) -> None:
    ledger.book.daily_budget(5_999, 30_000)
    for _ in range(3):
        ledger.owe()
    before = now_ms()
    ledger.writer().write_due()
    wait_for(lambda: ledger.rest()[0] > 0)
    until, because = ledger.rest()
    assert before + 30 * MINUTE <= until <= now_ms() + 30 * MINUTE
    assert because == FLOOR_REACHED
    again = ledger.writer()
    again.write_due()
    again.close()
    assert (ledger.calls(WRITE), written(ledger)) == (1, 1)
    ledger.book.daily_budget(6_000, 30_000)
    ledger.wake()
    ledger.write_until("written")
    assert written(ledger) == 3


def test_the_rest_of_one_company_is_not_anothers(ledger: CrmLedger, outside: SandboxServer) -> None:
    other = CrmLedger(ledger.parts, outside, company_id=2)
    ledger.book.misbehave(WRITE, "daily")
    ledger.owe()
    writer = ledger.writer()
    writer.write_due()
    wait_for(lambda: ledger.rest()[0] > 0)
    other.owe()
    other.write_until("written", writer=writer)
    assert other.rest() == (0, None)
    assert ledger.entry()["state"] == "waiting"


def test_a_writer_keeps_its_pace(ledger: CrmLedger) -> None:
    clock = [100.0]
    writer = ledger.writer(Pacer(10, 2.0, lambda: clock[0]))
    for _ in range(25):
        ledger.owe()

    def has_written(expected: int) -> bool:
        writer.write_due()
        return written(ledger) == expected

    for expected in (10, 20, 25):
        wait_for(partial(has_written, expected))
        writer.write_due()
        assert len(ledger.book.requests) == expected
        clock[0] += 2.0


def test_nothing_is_claimed_while_a_company_rests(ledger: CrmLedger) -> None:
    ledger.owe()
    moment = now_ms()
    with ledger.database.write() as connection:
        rest(connection, ledger.company_id, moment + MINUTE, "Wait.")
        rest(connection, ledger.company_id, moment + SECOND, "A shorter one.")
        assert claim(connection, ledger.company_id, moment + MINUTE - 1).claimed is None
        assert claim(connection, ledger.company_id, moment + MINUTE).claimed is not None
    assert ledger.rest() == (moment + MINUTE, "Wait.")


def test_the_pace_is_each_companys_own() -> None:
    clock = [100.0]
    pacer = Pacer(2, 2.0, lambda: clock[0])
    pacer.count(1)
    clock[0] += 1.0
    pacer.count(1)
    assert (pacer.room(1), pacer.room(2)) == (0, 2)
    clock[0] += 1.0
    assert pacer.room(1) == 1


def test_a_rest_grows_while_pipedrive_goes_on_refusing() -> None:
    rests = Rests()
    seconds = [rests.after(1, 60.0) // SECOND for _ in range(4)]
    assert [round(each / 60) for each in seconds] == [1, 1, 2, 4]
    assert all(rests.after(1, 60.0) <= HOUR + SECOND for _ in range(20))
    assert rests.after(2, 60.0) < 62 * SECOND
    rests.over(1)
    assert rests.after(1, 60.0) < 62 * SECOND


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (None, False),
        (Budget(6_000, 30_000), False),
        (Budget(5_999, 30_000), True),
        (Budget(2_000, None), False),
        (Budget(1_999, None), True),
    ],
)
def test_the_floor(budget: Budget | None, expected: bool) -> None:
    assert is_at_floor(budget) is expected
