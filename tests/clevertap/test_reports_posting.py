"""How reports travel: in CleverTap's shape, each once, and again where it has to be."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from connectors.clevertap import posting, reports
from connectors.clevertap.destinations import Destination, remove
from connectors.clevertap.outbox import REPORTS
from connectors.clevertap.posting import Poster
from connectors.clevertap.tables import ReportState
from connectors.shared.clock import DAY, MINUTE, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.secrets import SecretBox
from tests.clevertap.ledger import FINISHED_MS, Ledger, wait_until
from tests.clevertap.receiver import Receiver


@pytest.fixture
def account_id(ledger: Ledger, receiver: Receiver) -> int:
    """A customer whose reports go to the receiver."""
    account_id = ledger.account()
    ledger.destination(account_id, receiver.url())
    return account_id


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a destination that failed be tried at once, so that only the reports' own pauses count."""
    monkeypatch.setattr(posting, "LONGEST_REST_SECONDS", 0.0)


def test_the_shape_is_clevertaps(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    ledger.owe(account_id, 1, external_id="919816000001.12.1.")
    ledger.owe(account_id, 1, status="failed", error_code="511", external_id="919816000002.12.1.")
    poster = ledger.poster()
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    (post,) = receiver.posts
    assert (post.path, post.content_type) == ("/sms/generic?account=CT-1", "application/json")
    ts = FINISHED_MS // 1_000
    delivered, failed = sorted(post.body, key=lambda element: str(element["event"]))
    told = {"ts": ts, "meta": "919816000001.12.1.", "description": "Delivered to the handset."}
    assert delivered == {"event": "delivered", "data": [told]}
    reason = "The number or its country cannot be texted."
    told = {"ts": ts, "meta": "919816000002.12.1.", "code": "910", "description": reason}
    assert failed == {"event": "failed", "data": [told]}


def test_many_travel_in_batches_of_at_most_a_hundred(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    ledger.owe(account_id, 150)
    ledger.owe(account_id, 101, status="expired", error_code="EXPIRED", source_account=None)
    expected = sorted(row["meta"] for row in ledger.reports())
    poster = ledger.poster()
    poster.post_due()
    wait_until(lambda: ledger.states() == {"done"})
    assert sorted(receiver.metas) == expected
    assert [len(post.metas) for post in receiver.posts] == [100, 100, 51]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_is_taken_is_final(ledger: Ledger, receiver: Receiver, account_id: int, status: int) -> None:
    receiver.answer = lambda _count: status
    ledger.owe(account_id, 2)
    poster = ledger.poster()
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    _post_everything_again(ledger, poster)
    assert len(receiver.posts) == 1
    assert {row["meta"] for row in ledger.reports()} == {None}


def test_400_is_final_and_logged_without_the_number(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    receiver.answer = lambda _count: 400
    ids = ledger.owe(account_id, 2)
    metas = [row["meta"] for row in ledger.reports()]
    poster = ledger.poster()
    with capture_logs() as logs:
        wait_until(lambda: ledger.states() == {"refused"}, poster.post_due)
        _post_everything_again(ledger, poster)
    assert len(receiver.posts) == 1
    (entry,) = logs
    assert (entry["log_level"], entry["event"]) == ("error", "clevertap_reports_refused")
    assert sorted(entry["message_ids"]) == sorted(ids)
    assert entry["account_id"] == account_id
    assert not any(secret in repr(logs) for secret in (*metas, "account=CT-1", receiver.url()))


@pytest.mark.usefixtures("no_rest")
@pytest.mark.parametrize("status", [500, 503, 302, 401, 404, 429])
def test_an_error_is_tried_again_after_ten_minutes(
    ledger: Ledger, receiver: Receiver, account_id: int, status: int
) -> None:
    receiver.answer = lambda count: status if count == 1 else 200
    ledger.owe(account_id, 2)
    before = now_ms()
    assert _post_until_logged(ledger.poster())["status"] == status
    assert len(receiver.posts) == 1
    for row in ledger.reports():
        assert (row["state"], row["attempts"]) == ("pending", 1)
        assert before + 10 * MINUTE <= row["next_attempt_at"] <= now_ms() + 12 * MINUTE
    ledger.change_reports(next_attempt_at=now_ms())
    poster = ledger.poster()
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    assert len(receiver.posts) == 2
    assert sorted(receiver.posts[0].metas) == sorted(receiver.posts[1].metas)


@pytest.mark.usefixtures("no_rest")
def test_silence_is_tried_again_after_ten_minutes(
    ledger: Ledger, receiver: Receiver, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", (1.0, 0.2))
    receiver.answer = lambda _count: None
    ledger.owe(account_id, 1)
    before = now_ms()
    entry = _post_until_logged(ledger.poster())
    assert (entry["event"], entry["status"]) == ("clevertap_reports_wait", None)
    assert "919816" not in repr(entry)
    (row,) = ledger.reports()
    assert (row["state"], row["attempts"], len(receiver.posts)) == ("pending", 1, 1)
    assert row["next_attempt_at"] >= before + 10 * MINUTE


@pytest.mark.usefixtures("no_rest")
def test_a_receiver_that_is_gone_is_tried_again(ledger: Ledger, start_receiver: Callable[[], Receiver]) -> None:
    gone = start_receiver()
    gone.close()
    account_id = ledger.account()
    ledger.destination(account_id, gone.url())
    ledger.owe(account_id, 1)
    assert _post_until_logged(ledger.poster())["failure"].startswith("The connection failed")
    (row,) = ledger.reports()
    assert (row["state"], row["attempts"]) == ("pending", 1)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 10), (1, 20), (2, 40), (3, 80), (4, 160), (5, 240), (6, 240), (60, 240)]
)
def test_pauses_double_to_four_hours(ledger: Ledger, account_id: int, attempts: int, minutes: int) -> None:
    ledger.owe(account_id, 1)
    ledger.change_reports(attempts=attempts)
    moment = now_ms()
    with ledger.database.write() as connection:
        (claimed,) = REPORTS.claim(connection, Destination(account_id, "CT-1"), moment)
        assert REPORTS.claim(connection, Destination(account_id, "CT-1"), moment) == []
    (row,) = ledger.reports()
    assert row["message_id"] == claimed.id
    assert minutes * MINUTE < row["next_attempt_at"] - moment <= (minutes + 2) * MINUTE


def test_what_was_claimed_by_one_who_was_killed_is_posted_later(
    ledger: Ledger, receiver: Receiver, account_id: int
) -> None:
    ledger.owe(account_id, 1)
    with ledger.database.write() as connection:
        assert len(REPORTS.claim(connection, Destination(account_id, "CT-1"), now_ms())) == 1
    poster = ledger.poster()
    poster.post_due()
    assert receiver.posts == []
    ledger.change_reports(next_attempt_at=now_ms())
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    assert len(receiver.metas) == 1


def test_after_three_days_it_is_refused_and_logged(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    receiver.answer = lambda _count: 500
    ids = ledger.owe(account_id, 1)
    ledger.change_reports(created_at=now_ms() - 3 * DAY, attempts=30)
    poster = ledger.poster()
    with capture_logs() as logs:
        wait_until(lambda: ledger.states() == {"refused"}, poster.post_due)
        wait_until(lambda: len(logs) == 2)
    assert (logs[1]["event"], logs[1]["message_ids"]) == ("clevertap_reports_refused", ids)


def test_what_had_no_turn_in_three_days_is_refused_with_it(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    receiver.answer = lambda _count: 500
    old = now_ms() - 3 * DAY - MINUTE
    ledger.owe(account_id, 250)
    ledger.change_reports(created_at=old, next_attempt_at=old)
    (fresh,) = ledger.owe(account_id, 1)
    poster = ledger.poster()
    wait_until(lambda: "refused" in ledger.states(), poster.post_due)
    pending = [row["message_id"] for row in ledger.reports() if row["state"] == "pending"]
    assert pending == [fresh]
    assert len(receiver.posts) == 1


def test_after_removal_nothing_is_posted(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    ledger.owe(account_id, 1)
    with ledger.database.write() as connection:
        remove(connection, Destination(account_id, "CT-1"))
    assert ledger.states() == {"refused"}
    ledger.destination(account_id, receiver.url())
    poster = ledger.poster()
    poster.post_due()
    poster.close()
    assert receiver.posts == []


def test_a_host_that_is_no_longer_allowed_is_not_called(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    ledger.owe(account_id, 1)
    poster = ledger.poster(hosts=["*.cb.wzrkt.com"])
    assert _post_until_logged(poster)["failure"] == "127.0.0.1 is not among the hosts that may be called."
    assert ledger.states() == {"pending"}
    assert receiver.posts == []


def test_a_lost_key_is_said_and_waits(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    ledger.owe(account_id, 1)
    ledger.service.secrets = SecretBox(["another key"])
    assert "CONNECTORS_SECRET_KEY" in _post_until_logged(ledger.poster())["failure"]
    assert (ledger.states(), receiver.posts) == ({"pending"}, [])


def test_what_was_taken_while_the_database_was_away_is_kept_later(
    ledger: Ledger, receiver: Receiver, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[ReportState] = []

    def away_once(connection: Connection, state: ReportState, ids: Sequence[str]) -> None:
        tries.append(state)
        if len(tries) == 1:
            raise StoreUnavailable("The database is not available.")
        close(connection, state, ids)

    close = REPORTS.close
    monkeypatch.setattr(REPORTS, "close", away_once)
    ledger.owe(account_id, 1)
    poster = ledger.poster()
    poster.post_due()
    wait_until(lambda: len(tries) == 1)
    wait_until(lambda: ledger.states() == {"done"}, poster.post_due)
    poster.post_due()
    assert (len(tries), len(receiver.posts)) == (2, 1)


def test_the_job_posts_what_is_due(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    job, _ = reports.jobs(ledger.service)
    assert (job.name, job.every_seconds) == ("clevertap-reports", 0.5)
    ledger.owe(account_id, 1)
    try:
        wait_until(lambda: ledger.states() == {"done"}, job.run)
    finally:
        job.run.__self__.close()  # type: ignore[attr-defined]
    assert len(receiver.metas) == 1


def _post_everything_again(ledger: Ledger, poster: Poster) -> None:
    ledger.change_reports(next_attempt_at=0)
    poster.post_due()
    poster.close()


def _post_until_logged(poster: Poster) -> dict[str, Any]:
    """Post until something is logged, then once more, and return what was logged: one entry."""
    with capture_logs() as logs:
        wait_until(lambda: len(logs) > 0, poster.post_due)
        poster.post_due()
        poster.close()
    (entry,) = logs
    return dict(entry)
