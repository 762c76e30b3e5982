import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, func, select

from connectors.service import Service
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.shared_commits import SharedCommits, WriteRefused
from connectors.shared.messages.tables import housekeeping
from tests.shared.messages.tenants import Tenant, dispatching, number_of, status, wait_for
from tests.shared.messages.vendor import Reply, Vendor


class Notes:
    """Shared commits of words; "bad" is refused by us, "worse" by the database."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.transactions = 0
        self.hints = 0
        self.commits: SharedCommits[str, str] = SharedCommits("notes", service.database, self._apply, self._hint)

    def _apply(self, connection: Connection, words: Sequence[str]) -> list[str]:
        self.transactions += 1
        for word in words:
            connection.execute(housekeeping.insert().values(name=word, value=None if word == "worse" else word))
        if "bad" in words:
            raise ZeroDivisionError
        return [word.upper() for word in words]

    def _hint(self) -> None:
        self.hints += 1
        raise OSError("nobody to tell")

    def kept(self) -> set[str]:
        with self.service.database.read() as connection:
            return set(connection.scalars(select(housekeeping.c.name)))


@pytest.fixture
def notes(service: Service) -> Notes:
    return Notes(service)


def run_together(notes: Notes, submissions: Sequence[list[str]]) -> list[object]:
    """Submit all at once, while somebody else writes; returns results and errors."""
    outcomes: list[object] = [None] * len(submissions)

    def run(index: int) -> None:
        try:
            outcomes[index] = notes.commits.run(submissions[index])
        except StoreUnavailable as error:
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(submissions))]
    with notes.service.database.write() as connection:
        connection.execute(select(func.count()).select_from(housekeeping))
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    return outcomes


def test_each_caller_gets_its_own_results(notes: Notes) -> None:
    submissions = [[f"{n}-{each}" for each in range(n)] for n in range(1, 12)]
    assert run_together(notes, submissions) == [[word.upper() for word in words] for words in submissions]
    assert notes.kept() == {word for words in submissions for word in words}


@pytest.mark.parametrize("word", ["bad", "worse"])
def test_what_cannot_be_written_fails_alone(notes: Notes, word: str) -> None:
    submissions = [[f"w{n}"] for n in range(8)]
    submissions[3] = ["first", word]
    outcomes = run_together(notes, submissions)
    assert isinstance(outcomes[3], WriteRefused)
    assert word not in str(outcomes[3])
    assert notes.kept() == {f"w{n}" for n in range(8) if n != 3}
    assert notes.commits.run(["afterwards"]) == ["AFTERWARDS"]


def test_a_hint_that_fails_is_no_failure(notes: Notes) -> None:
    assert [notes.commits.run([f"{n}"]) for n in range(3)] == [["0"], ["1"], ["2"]]
    assert notes.hints == 3


def test_once_closed_it_takes_nothing(notes: Notes) -> None:
    notes.commits.run(["before"])
    notes.commits.close()
    with pytest.raises(StoreUnavailable):
        notes.commits.run(["after"])
    assert notes.kept() == {"before"}


def test_an_end_that_cannot_be_written_stops_no_other(sending: Service, tenant: Tenant, vendor: Vendor) -> None:
    """A listener with a fault: its message stays where it is, and every thread goes on."""

    def listener(*_: object) -> None:
        raise ZeroDivisionError

    sending.endings.register(listener)
    vendor.script = lambda sms: Reply(400, 400) if sms.text == "bad" else Reply()
    for n in range(30):
        tenant.accept(number_of(n), "bad", message_type="OTP")
    good = [tenant.accept(number_of(n), f"good {n}") for n in range(30)]
    with dispatching(sending):
        wait_for(lambda: all(status(sending, each) == "sent" for each in good))
    assert max(vendor.seen.values()) == 1
