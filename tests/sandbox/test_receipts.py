import re
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.receipts import INDIA
from tests.sandbox.caller import MESSAGE, Caller
from tests.sandbox.receiver import receiver


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sandbox.receipts.RETRY_PAUSES", (0.0, 0.01, 0.02))


def test_a_receipt_has_the_vendors_keys(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        answer = caller.send()
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 1)
    [body] = receipts.bodies
    assert list(body) == [
        *("apiKey", "clientId", "messageId", "status", "errorCode", "countryCode", "mobile"),
        *("submitDate", "doneDate"),
    ]
    assert body["messageId"] == answer.json()["data"]["transactionId"]
    assert (body["status"], body["errorCode"], body["mobile"]) == ("DELIVRD", 0, "919816111111")
    assert receipts.content_types == {"application/json"}


def test_times_have_no_zone_and_are_not_utc(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        caller.send()
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 1)
    [body] = receipts.bodies
    for name in ("submitDate", "doneDate"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", body[name])
        told = datetime.strptime(body[name], "%Y-%m-%d %H:%M:%S").replace(tzinfo=INDIA)
        assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)


def test_every_callback_url_is_told(caller: Caller) -> None:
    with receiver() as one, receiver() as other:
        caller.server.settings(callback_urls=(one.url, other.url))
        caller.send()
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 2)
        assert one.bodies == other.bodies


def test_a_thousand_receipts_arrive_each_once(caller: Caller) -> None:
    numbers = [f"98{number:08d}" for number in range(1000, 2000)]
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        for start in range(0, 1000, 100):
            assert caller.send_many(*numbers[start : start + 100]).status_code == 200
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 1000, timeout=60)
    assert set(receipts.statuses_by_mobile().values()) == {1}
    assert all(isinstance(body, dict) for body in receipts.bodies)
    assert {message.state for message in caller.server.messages()} == {"delivered"}


def test_receipts_travel_in_lists_where_asked(caller: Caller) -> None:
    numbers = [f"98{number:08d}" for number in range(1000, 1250)]
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,), receipt_lists=True, receipt_delay=0.5)
        for start in range(0, 250, 125):
            caller.send_many(*numbers[start : start + 125])
        caller.server.wait_for(lambda server: server.stats()["receipts_posted"] == 250)
    assert max(len(body) for body in receipts.bodies) > 20
    assert all(len(body) <= 100 for body in receipts.bodies)
    assert set(receipts.statuses_by_mobile().values()) == {1}


@pytest.mark.parametrize(("statuses", "posted"), [((503,), 1), ((404,), 1), ((500, 500, 500), 0)])
def test_a_receiver_in_trouble_is_asked_again(
    caller: Caller, quick_retries: None, statuses: tuple[int, ...], posted: int
) -> None:
    with receiver(*statuses) as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        caller.send()
        caller.server.wait_for(
            lambda server: server.stats()["receipts_posted"] + server.stats()["receipts_failed"] == 1
        )
    assert caller.server.stats()["receipts_posted"] == posted


def test_a_receiver_that_is_gone_hurts_nobody(caller: Caller, quick_retries: None) -> None:
    with receiver() as gone:
        pass
    with receiver() as receipts:
        caller.server.settings(callback_urls=(gone.url, "http://", receipts.url))
        caller.send()
        caller.server.wait_for(lambda server: len(receipts.bodies) == 1)


def test_without_callback_urls_phones_still_settle(caller: Caller) -> None:
    caller.post({**MESSAGE, "phoneNumbers": "91 9816111111,91 9816110001"})
    caller.server.wait_for(lambda server: not server.stats()["receipts_pending"])
    assert [message.state for message in caller.server.messages()] == ["delivered", "undelivered"]
    assert caller.server.stats()["receipts_posted"] == 0
