"""Entries in Pipedrive: one for each message that was sent, whatever happens on the way."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import InDoubt
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import LogState, pipedrive_grants
from connectors.pipedrive.write_back import writing
from connectors.pipedrive.write_back.budgets import Pacer
from connectors.pipedrive.write_back.entries import body_of
from connectors.pipedrive.write_back.queue import claim, close_written
from connectors.pipedrive.write_back.status import logs_of
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import DAY, HOUR, MINUTE, now_ms
from tests.pipedrive.companies import install, parts_of
from tests.pipedrive.crm_ledger import CrmLedger
from tests.shared.messages.tenants import Tenant, dispatching, wait_for

WRITE = {"note": "POST /api/v1/notes", "activity": "POST /api/v2/activities"}
LOOK = {"note": "GET /api/v1/notes", "activity": "GET /api/v2/activities"}


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a company that failed tried again at once, so that only its entries' own pauses count."""
    monkeypatch.setattr(writing, "LONGEST_TURN_REST_SECONDS", 0.0)


@pytest.fixture
def no_doubt_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has what is in doubt looked for at once."""
    monkeypatch.setattr(writing, "LONGEST_DOUBT_MS", 0)


@pytest.fixture
def ledger(parts: Context, outside: SandboxServer) -> Iterator[CrmLedger]:
    ledger = CrmLedger(parts, outside)
    yield ledger
    ledger.close()


@pytest.fixture
def either(both_services: Service, outside: SandboxServer) -> Iterator[CrmLedger]:
    """A ledger on each database."""
    ledger = CrmLedger(parts_of(both_services), outside)
    yield ledger
    ledger.close()


def written(ledger: CrmLedger, kind: str) -> list[str]:
    """Return what Pipedrive has, as HTML."""
    if kind == "note":
        return [note["content"] for note in ledger.book.notes(ledger.company_id)]
    return [activity["note"] for activity in ledger.book.activities(ledger.company_id)]


@pytest.mark.parametrize("kind", ["note", "activity"])
def test_what_was_sent_is_written_once(either: CrmLedger, kind: str) -> None:
    message_id = either.owe(kind=kind)
    either.write_until("written")
    (html,) = written(either, kind)
    assert html.endswith(f"SMS {message_id}")
    entry = either.entry()
    assert (entry["crm_id"], entry["attempts"], entry["reason"]) == (1, 1, None)
    assert either.calls(LOOK[kind]) == 0
    with either.database.read() as connection:
        shown = {message_id: {"state": "written", "kind": kind, "reason": None}}
        assert logs_of(connection, either.company_id, [message_id, "another"]) == shown
        assert logs_of(connection, either.company_id + 1, [message_id]) == {}


def test_two_writers_at_once_write_once(either: CrmLedger) -> None:
    for _ in range(30):
        either.owe(kind="activity")
    one, other = either.writer(), either.writer()
    for _ in range(3):
        one.write_due()
        other.write_due()
    either.write_until("written", writer=one)
    other.close()
    ids = [html.rpartition("SMS ")[2] for html in written(either, "activity")]
    assert sorted(ids) == [row["message_id"] for row in either.entries()]


def test_a_claim_is_one_threads_alone_and_the_old_holder_settles_nothing(either: CrmLedger) -> None:
    either.owe()
    moment = now_ms()
    with either.database.write() as connection:
        first = claim(connection, either.company_id, moment).claimed
        assert first is not None
        assert first.state is LogState.WRITING
        assert claim(connection, either.company_id, moment).claimed is None
        later = claim(connection, either.company_id, moment + HOUR).claimed
        assert later is not None
        assert (later.state, later.entry) == (LogState.DOUBTFUL, None)
        last = claim(connection, either.company_id, moment + 2 * HOUR).claimed
        assert last is not None
        assert last.state is LogState.DOUBTFUL
        assert not close_written(connection, first, 4)
        assert not close_written(connection, later, 5)
        assert close_written(connection, last, 6)
    assert either.entry()["crm_id"] == 6


@pytest.mark.parametrize("status", ["sent", "delivered", "undelivered", "expired", "rejected", "unknown"])
def test_it_counts_as_sent(ledger: CrmLedger, status: str) -> None:
    ledger.owe(ledger.message(status))
    ledger.write_until("written")
    assert len(written(ledger, "note")) == 1


@pytest.mark.parametrize("status", ["failed", "canceled", "suppressed"])
def test_what_was_never_sent_is_left_out_without_a_call(ledger: CrmLedger, status: str) -> None:
    ledger.owe(ledger.message(status, error_message="Its number is none."))
    ledger.write_until("unwritten")
    assert ledger.entry()["reason"] == "The message was not sent. Its number is none."
    assert ledger.book.requests == []


@pytest.mark.parametrize("status", ["scheduled", "queued", "sending", "unconfirmed"])
def test_what_is_not_sent_yet_waits(either: CrmLedger, status: str) -> None:
    either.owe(either.message(status, sent_at=None, begun_at=now_ms()))
    writer = either.writer()
    writer.write_due()
    wait_for(lambda: either.entry()["next_attempt_at"] > 0)
    assert (either.entry()["state"], either.book.requests) == ("waiting", [])
    either.change_messages(status="sent", sent_at=now_ms())
    either.write_until("written", writer=writer)
    assert len(written(either, "note")) == 1


def test_what_stays_unconfirmed_is_left_out_in_the_end(ledger: CrmLedger) -> None:
    ledger.owe(ledger.message("unconfirmed", begun_at=now_ms() - 7 * DAY))
    ledger.write_until("unwritten")
    assert ledger.entry()["reason"] == "Whether the message was sent has not become known for seven days."


@pytest.mark.parametrize("erased", [{"text": None}, {"recipient": None}])
def test_an_erased_message_is_left_out(ledger: CrmLedger, erased: dict[str, None]) -> None:
    ledger.owe(ledger.message("delivered", **erased))
    ledger.write_until("unwritten")
    assert "was erased" in ledger.entry()["reason"]
    assert ledger.book.requests == []


@pytest.mark.parametrize("kind", ["note", "activity"])
def test_a_lost_answer_is_looked_for_and_not_written_twice(ledger: CrmLedger, kind: str) -> None:
    ledger.book.misbehave(WRITE[kind], "lost")
    ledger.owe(kind=kind)
    ledger.write_until("written")
    assert len(written(ledger, kind)) == 1
    assert (ledger.calls(WRITE[kind]), ledger.calls(LOOK[kind])) == (1, 1)
    assert ledger.entry()["crm_id"] == 1


@pytest.mark.parametrize("kind", ["note", "activity"])
def test_what_was_not_done_is_looked_for_and_written_anew(ledger: CrmLedger, kind: str) -> None:
    ledger.book.misbehave(WRITE[kind], "500")
    ledger.owe(kind=kind)
    ledger.write_until("written")
    assert len(written(ledger, kind)) == 1
    assert (ledger.calls(WRITE[kind]), ledger.calls(LOOK[kind])) == (2, 1)


def test_it_is_not_looked_for_at_once(ledger: CrmLedger) -> None:
    ledger.book.misbehave(WRITE["note"], "lost")
    ledger.owe()
    before = now_ms()
    ledger.write_until("doubtful", hurry=False)
    assert before + writing.FIRST_DOUBT_MS <= ledger.entry()["next_attempt_at"] <= now_ms() + writing.FIRST_DOUBT_MS
    with ledger.database.read() as connection:
        (shown,) = logs_of(connection, ledger.company_id, [ledger.entry()["message_id"]]).values()
    assert shown == {"state": "waiting", "kind": "note", "reason": ledger.entry()["reason"]}


@pytest.mark.parametrize("reached_pipedrive", [True, False])
def test_after_a_kill_it_is_looked_for_once_its_lease_is_over(ledger: CrmLedger, reached_pipedrive: bool) -> None:
    ledger.owe()
    with ledger.database.write() as connection:
        held = claim(connection, ledger.company_id, now_ms()).claimed
    assert held is not None
    assert held.entry is not None
    if reached_pipedrive:
        ledger.parts.pipedrive.post(ledger.key, "/api/v1/notes", body_of(held.entry))
    writer = ledger.writer()
    writer.write_due()
    asked = 1 if reached_pipedrive else 0
    assert len(ledger.book.requests) == asked  # its lease has not run out
    ledger.change(next_attempt_at=now_ms())
    ledger.write_until("written", writer=writer)
    assert len(written(ledger, "note")) == 1
    assert (ledger.calls(WRITE["note"]), ledger.calls(LOOK["note"])) == (1, 1)


def test_a_call_that_takes_long_keeps_its_entry(ledger: CrmLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "RENEW_MS", 0)
    ledger.book.misbehave(WRITE["note"], "slow", reset=0.5)
    ledger.owe()
    writer = ledger.writer()
    writer.write_due()
    wait_for(lambda: ledger.entry()["state"] == "writing")
    ledger.change(next_attempt_at=1)
    writer.write_due()
    assert ledger.entry()["next_attempt_at"] > now_ms()
    ledger.write_until("written", writer=writer)
    assert len(written(ledger, "note")) == 1


def test_it_is_looked_for_on_many_pages(ledger: CrmLedger) -> None:
    ledger.book.misbehave(WRITE["note"], "lost")
    old = ledger.owe(ledger.message(sent_at=now_ms() - HOUR))
    ledger.write_until("doubtful", hurry=False)
    for _ in range(120):
        body = {"content": "something else", "person_id": ledger.person_id}
        ledger.parts.pipedrive.post(ledger.key, "/api/v1/notes", body)
    ledger.write_until("written")
    assert ledger.calls(LOOK["note"]) == 2
    assert sum(old in html for html in written(ledger, "note")) == 1


def test_too_many_pages_leave_it_unwritten(ledger: CrmLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.pipedrive.write_back.finding.MOST_PAGES", 2)
    monkeypatch.setattr("connectors.pipedrive.write_back.finding.PAGE", 2)
    ledger.book.misbehave(WRITE["activity"], "500", times=1)
    ledger.owe(kind="activity")
    ledger.write_until("doubtful", hurry=False)
    for _ in range(5):
        body = {
            "subject": "another",
            "type": "call",
            "participants": [{"person_id": ledger.person_id, "primary": True}],
        }
        ledger.parts.pipedrive.post(ledger.key, "/api/v2/activities", body)
    ledger.write_until("unwritten")
    assert ledger.entry()["reason"] == (
        "It may be in Pipedrive or not, so it was not written again. "
        "This person has too many entries in Pipedrive to find out whether it is among them."
    )
    assert ledger.calls(LOOK["activity"]) == 2


def test_what_cannot_be_looked_for_is_left_unwritten(ledger: CrmLedger, no_doubt_pause: None) -> None:
    ledger.book.misbehave(WRITE["note"], "lost")
    ledger.book.misbehave(LOOK["note"], "500", times=100)
    ledger.owe()
    ledger.write_until("unwritten")
    assert ledger.entry()["reason"].startswith("It may be in Pipedrive or not, so it was not written again. ")
    assert (ledger.calls(WRITE["note"]), ledger.calls(LOOK["note"])) == (1, writing.MOST_DOUBTS)


def test_what_is_never_taken_is_given_up(ledger: CrmLedger, no_doubt_pause: None) -> None:
    ledger.book.misbehave(WRITE["note"], "500", times=100)
    ledger.owe()
    ledger.write_until("unwritten")
    assert ledger.entry()["reason"] == writing.NEVER_TAKEN
    assert ledger.calls(WRITE["note"]) == ledger.calls(LOOK["note"]) == writing.MOST_DOUBTS


def test_an_access_token_that_has_expired_is_refreshed_and_it_is_written_once(ledger: CrmLedger) -> None:
    ledger.book.expire_access_tokens()
    ledger.owe()
    ledger.write_until("written")
    assert (len(written(ledger, "note")), ledger.book.refreshes, ledger.calls(LOOK["note"])) == (1, 1, 0)


def test_without_a_token_there_is_no_doubt(ledger: CrmLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers_nonsense(_key: GrantKey) -> None:
        raise InDoubt("Pipedrive's answer makes no sense.")

    with monkeypatch.context() as patched:
        patched.setattr("connectors.pipedrive.platform.grants.Grants.access", lambda _self, key: answers_nonsense(key))
        ledger.owe()
        ledger.writer().write_due()
        wait_for(lambda: ledger.entry()["reason"] is not None)
    assert (ledger.entry()["state"], ledger.entry()["attempts"]) == ("waiting", 0)


def test_what_is_refused_for_good_is_left_out_and_hurts_no_other(ledger: CrmLedger) -> None:
    ledger.owe(kind="activity", activity_type="no_such_type")
    ledger.owe(person_id=999)
    ledger.owe(kind="activity", activity_type="call")
    with capture_logs() as logs:
        ledger.write_until("written", "unwritten")
    refused, gone, fine = ledger.entries()
    assert refused["state"] == gone["state"] == "unwritten"
    assert refused["reason"].startswith("Pipedrive does not accept this.")
    assert gone["reason"].startswith("Pipedrive has no such thing, or you may not see it.")
    assert fine["state"] == "written"
    assert "Asha" not in repr(logs)
    assert "98123" not in repr(logs)


def test_a_dead_grant_is_waited_for_and_holds_up_nobody_else(ledger: CrmLedger, outside: SandboxServer) -> None:
    install(ledger.parts, outside, user_id=8)
    ledger.book.kill_grant(ledger.company_id, ledger.key.user_id)
    mine = [ledger.owe() for _ in range(3)]
    theirs = ledger.owe(user_id=8)
    writer = ledger.writer()

    def settled() -> bool:
        writer.write_due()
        return all(row["state"] == "written" or row["reason"] for row in ledger.entries())

    wait_for(settled)
    assert {row["message_id"] for row in ledger.entries() if row["state"] == "written"} == {theirs}
    for row in ledger.entries():
        if row["message_id"] in mine:
            assert (row["state"], row["attempts"]) == ("waiting", 0)
            assert row["next_attempt_at"] > now_ms() + 9 * MINUTE
            assert "Reconnect" in row["reason"]
    assert ledger.calls(WRITE["note"]) == 1
    install(ledger.parts, outside)
    ledger.change(next_attempt_at=0)
    ledger.write_until("written", writer=writer)
    assert ledger.calls(WRITE["note"]) == 4


def test_one_call_in_vain_puts_off_all_of_a_user(ledger: CrmLedger) -> None:
    ledger.book.kill_grant(ledger.company_id, ledger.key.user_id)
    for state in ("waiting", "doubtful", "waiting"):
        ledger.owe(state=state)
    writer = ledger.writer(Pacer(1, 3_600.0))
    writer.write_due()
    wait_for(lambda: all(row["reason"] for row in ledger.entries()))
    assert [row["state"] for row in ledger.entries()] == ["waiting", "doubtful", "waiting"]
    assert all(row["next_attempt_at"] > now_ms() + 9 * MINUTE for row in ledger.entries())


@pytest.mark.parametrize(
    ("state", "words"),
    [("waiting", "It could not be written for seven days."), ("doubtful", "Whether Pipedrive has it could not be")],
)
def test_after_seven_days_it_is_given_up(ledger: CrmLedger, state: str, words: str) -> None:
    old = now_ms() - 7 * DAY
    ledger.owe(ledger.message(sent_at=old), created_at=old, state=state, reason="Reconnect.")
    ledger.write_until("unwritten")
    reason = ledger.entry()["reason"]
    assert reason.startswith(words)
    assert reason.endswith(" Reconnect.")
    assert ledger.book.requests == []


def test_pipedrive_that_cannot_be_reached_is_tried_again(ledger: CrmLedger, outside: SandboxServer) -> None:
    def move(api_domain: str) -> None:
        with ledger.database.write() as connection:
            connection.execute(update(pipedrive_grants).values(api_domain=api_domain))

    move("http://127.0.0.1:9")
    ledger.owe()
    writer = ledger.writer()
    writer.write_due()
    wait_for(lambda: ledger.entry()["reason"] is not None)
    assert (ledger.entry()["state"], ledger.entry()["attempts"]) == ("waiting", 0)
    assert ledger.entry()["next_attempt_at"] > now_ms()
    move(outside.url)
    ledger.write_until("written", writer=writer)
    assert ledger.calls(LOOK["note"]) == 0


def test_the_failing_of_one_company_is_not_anothers(ledger: CrmLedger, outside: SandboxServer) -> None:
    other = CrmLedger(ledger.parts, outside, company_id=2)
    ledger.book.kill_grant(2, other.key.user_id)
    for _ in range(5):
        other.owe()
        ledger.owe()
    writer = ledger.writer()

    def settled() -> bool:
        writer.write_due()
        put_off = all("Reconnect" in (row["reason"] or "") for row in other.entries())
        return put_off and all(row["state"] == "written" for row in ledger.entries())

    wait_for(settled)
    assert len(written(ledger, "note")) == 5


def test_the_dispatcher_writes_what_it_has_sent(ledger: CrmLedger) -> None:
    tenant = Tenant(ledger.parts.service, "C-1", ledger.account_id, ledger.connection_id())
    message_id = ledger.owe(tenant.accept("+919812345678", "5 < 6"))
    with dispatching(ledger.parts.service):
        wait_for(lambda: ledger.entry()["state"] == "written")
    (html,) = written(ledger, "note")
    assert html.startswith("<b>SMS to +919812345678</b><br>5 &lt; 6<br>")
    assert html.endswith(f"SMS {message_id}")
