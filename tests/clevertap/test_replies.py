"""Replies to CleverTap's messages: told under the id of the message that was answered, each once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import RowMapping, select, update
from structlog.testing import capture_logs

from connectors.clevertap import replies, reports
from connectors.clevertap.destinations import remove
from connectors.clevertap.posting import Poster
from connectors.clevertap.replies import REPLIES
from connectors.clevertap.tables import clevertap_replies
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import DAY, MINUTE, now_ms
from connectors.shared.incoming.message import IncomingMessage, Way
from connectors.shared.messages.retention import erase_messages, erase_number
from connectors.shared.outbound import AllowedHosts
from tests.clevertap.ledger import Ledger, wait_until
from tests.clevertap.receiver import Receiver

ANN, BEN = "919816000000", "919816000001"
MOMENT = 1_732_171_400_999


@pytest.fixture
def account_id(ledger: Ledger, receiver: Receiver) -> int:
    """A customer whose reports go to the receiver."""
    account_id = ledger.account()
    ledger.destination(account_id, receiver.url())
    return account_id


@pytest.fixture
def poster(ledger: Ledger) -> Poster:
    poster = Poster(ledger.database, ledger.service.secrets, AllowedHosts(("127.0.0.1",)), REPLIES)
    ledger._posters.append(poster)
    return poster


def sent(ledger: Ledger, account_id: int, mid: str, **values: Any) -> str:
    return ledger.message(account_id, **({"external_id": mid, "recipient": ANN, "status": "sent"} | values))


def answer(ledger: Ledger, account_id: int, text: str = "да 😀", **values: Any) -> None:
    given: dict[str, Any] = {"sender": "+" + ANN, "recipient": "5555", "text": text, "happened_at": MOMENT} | values
    with ledger.database.read() as connection:
        own = connection.scalar(select(connections.c.id).where(connections.c.account_id == account_id))
    ledger.service.incoming.keep(own or 0, [IncomingMessage(**given)], Way.CALLBACK)


def owed(ledger: Ledger) -> list[RowMapping]:
    with ledger.database.read() as connection:
        return list(connection.execute(select(clevertap_replies)).mappings())


def change(ledger: Ledger, **values: Any) -> None:
    with ledger.database.write() as connection:
        connection.execute(update(clevertap_replies).values(values))


def states(ledger: Ledger) -> set[str]:
    return {row["state"] for row in owed(ledger)}


def test_the_shape_is_clevertaps(ledger: Ledger, receiver: Receiver, account_id: int, poster: Poster) -> None:
    sent(ledger, account_id, "first.mid.-1.")
    sent(ledger, account_id, "last.mid.-1.", status="delivered")
    sent(ledger, account_id, "later.mid", recipient=BEN)
    answer(ledger, account_id)
    answer(ledger, account_id)
    answer(ledger, account_id, "x" * 600, recipient="")
    wait_until(lambda: states(ledger) == {"done"}, poster.post_due)
    (post,) = receiver.posts
    assert (post.path, post.content_type) == ("/sms/generic?account=CT-1", "application/json")
    (element,) = post.body
    told = {"ts": MOMENT // 1_000, "meta": "last.mid.-1."}
    assert element["event"] == "replied"
    assert sorted(element["data"], key=lambda data: len(data["incomingText"])) == [
        told | {"toPhone": "5555", "incomingText": "да 😀"},
        told | {"incomingText": "x" * 512},
    ]
    assert {row["meta"] for row in owed(ledger)} == {None}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"source": "api"}, id="another connector's"),
        pytest.param({"external_id": None}, id="no id"),
        pytest.param({"recipient": BEN}, id="somebody else's"),
        pytest.param({"source_account": "CT-2"}, id="a CleverTap account without a URL"),
        pytest.param({"status": "suppressed"}, id="never sent"),
        pytest.param({"status": "queued"}, id="not sent yet"),
    ],
)
def test_what_answers_nothing_of_clevertaps_is_not_told(
    ledger: Ledger, account_id: int, values: dict[str, Any]
) -> None:
    sent(ledger, account_id, "mid", **values)
    answer(ledger, account_id)
    assert owed(ledger) == []


def test_of_two_accounts_the_one_that_sent_last_is_told(
    ledger: Ledger, account_id: int, start_receiver: Callable[[], Receiver], poster: Poster
) -> None:
    other = start_receiver()
    ledger.destination(account_id, other.url(), "CT-2")
    sent(ledger, account_id, "one")
    sent(ledger, account_id, "two", source_account="CT-2")
    sent(ledger, ledger.account("C-2"), "three")
    answer(ledger, account_id)
    wait_until(lambda: other.metas == ["two"], poster.post_due)


@pytest.mark.parametrize(("status", "state"), [(200, "done"), (400, "refused")])
def test_an_answer_is_final(
    ledger: Ledger, receiver: Receiver, account_id: int, poster: Poster, status: int, state: str
) -> None:
    receiver.answer = lambda _count: status
    sent(ledger, account_id, "mid")
    answer(ledger, account_id)
    with capture_logs() as logs:
        wait_until(lambda: states(ledger) == {state}, poster.post_due)
    assert [entry["incoming_ids"] for entry in logs] == ([[owed(ledger)[0]["incoming_id"]]] if status == 400 else [])
    change(ledger, next_attempt_at=0)
    poster.post_due()
    assert len(receiver.posts) == 1


def test_5xx_is_tried_again_after_ten_minutes_and_given_up_after_three_days(
    ledger: Ledger, receiver: Receiver, account_id: int, poster: Poster
) -> None:
    receiver.answer = lambda _count: 503
    sent(ledger, account_id, "mid")
    answer(ledger, account_id)
    before = now_ms()
    poster.post_due()
    wait_until(lambda: len(receiver.posts) == 1)
    (row,) = owed(ledger)
    assert (row["state"], row["attempts"]) == ("pending", 1)
    assert 10 * MINUTE < row["next_attempt_at"] - before < 13 * MINUTE
    change(ledger, next_attempt_at=0, created_at=now_ms() - 3 * DAY)
    poster.close()
    second = Poster(ledger.database, ledger.service.secrets, AllowedHosts(("127.0.0.1",)), REPLIES)
    ledger._posters.append(second)
    wait_until(lambda: states(ledger) == {"refused"}, second.post_due)


def test_what_is_erased_is_not_told(ledger: Ledger, receiver: Receiver, account_id: int, poster: Poster) -> None:
    service = ledger.service
    message_id = sent(ledger, account_id, "mid")
    answer(ledger, account_id)
    with ledger.database.write() as connection:
        erase_messages(connection, service.endings, service.forgetting, [message_id])
    assert owed(ledger) == []
    sent(ledger, account_id, "another")
    answer(ledger, account_id, "again")
    assert len(owed(ledger)) == 1
    erase_number(ledger.database, service.endings, service.forgetting, ANN)
    poster.post_due()
    assert (owed(ledger), receiver.posts) == ([], [])


def test_what_one_customer_erases_is_told_to_another_all_the_same(
    ledger: Ledger, receiver: Receiver, account_id: int
) -> None:
    other = ledger.account("C-2")
    ledger.destination(other, receiver.url())
    message_id = sent(ledger, account_id, "same")
    sent(ledger, other, "same")
    for each in (account_id, other):
        answer(ledger, each)
    with ledger.database.write() as connection:
        erase_messages(connection, ledger.service.endings, ledger.service.forgetting, [message_id])
    assert [(row["account_id"], row["state"]) for row in owed(ledger)] == [(other, "pending")]


def test_a_removed_destination_is_told_nothing(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    sent(ledger, account_id, "mid")
    answer(ledger, account_id)
    destination = ledger.destination(account_id, receiver.url())
    with ledger.database.write() as connection:
        remove(connection, destination)
    assert [(row["state"], row["meta"]) for row in owed(ledger)] == [("refused", None)]


def test_the_job_posts_what_is_due(ledger: Ledger, receiver: Receiver, account_id: int) -> None:
    jobs = {job.name: job for job in reports.jobs(ledger.service)}
    sent(ledger, account_id, "mid")
    answer(ledger, account_id)
    try:
        wait_until(lambda: states(ledger) == {"done"}, jobs["clevertap-replies"].run)
    finally:
        for job in jobs.values():
            assert job.close is not None
            job.close()
    assert receiver.metas == ["mid"]
    assert receiver.posts[0].body[0]["event"] == replies.EVENT
