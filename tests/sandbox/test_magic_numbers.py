"""Every number that forces an outcome does so."""

import time

import pytest
import requests

from connectors.sandbox.magic_numbers import MAGIC_NUMBERS
from tests.sandbox.caller import Caller
from tests.sandbox.receiver import Receiver, receiver

TAKEN = [("0001", "undelivered"), ("0002", "expired"), ("0003", "rejected"), ("0004", "unknown")]


def mobile(digits: str) -> str:
    return f"981611{digits}"


def wait_for_receipts(caller: Caller, receipts: Receiver, count: int) -> None:
    caller.server.wait_for(lambda server: len(receipts.receipts()) >= count and not server.stats()["receipts_pending"])
    assert len(receipts.receipts()) == count


def test_every_number_of_the_table_is_tested_here() -> None:
    assert set(MAGIC_NUMBERS) == {
        *(digits for digits, _ in TAKEN),
        *("0005", "0006", "0007", "0011", "0012", "0013", "0014", "0015", "0016", "0017", "0018", "0019", "0020"),
    }


@pytest.mark.parametrize(("digits", "state"), TAKEN)
def test_receipts_that_are_no_delivery(caller: Caller, digits: str, state: str) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        assert caller.send_to(mobile(digits)).json()["responseCode"] == 200
        wait_for_receipts(caller, receipts, 1)
    [receipt] = receipts.receipts()
    assert receipt["status"].lower() in (state, {"undelivered": "undeliv", "rejected": "rejectd"}.get(state))
    assert receipt["errorCode"] != 0
    assert caller.server.messages()[0].state == state


def test_0005_gets_no_receipt(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        caller.send_to(mobile("0005"))
        caller.send_to(mobile("9999"))
        wait_for_receipts(caller, receipts, 1)
    assert [receipt["mobile"] for receipt in receipts.receipts()] == [f"91{mobile('9999')}"]
    assert caller.server.messages()[0].state == "accepted"


def test_0006_gets_its_receipt_twice(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        caller.send_to(mobile("0006"))
        wait_for_receipts(caller, receipts, 2)
    assert [receipt["status"] for receipt in receipts.receipts()] == ["DELIVRD", "DELIVRD"]


def test_0007_is_delivered_after_all(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        caller.send_to(mobile("0007"))
        wait_for_receipts(caller, receipts, 2)
    assert [receipt["status"] for receipt in receipts.receipts()] == ["UNDELIV", "DELIVRD"]
    assert caller.server.messages()[0].state == "delivered"


@pytest.mark.parametrize(("digits", "code"), [("0011", 511), ("0012", 400), ("0017", 508)])
def test_refusals(caller: Caller, digits: str, code: int) -> None:
    for _ in range(2):
        answer = caller.send_to(mobile(digits))
        assert answer.status_code == 400
        assert answer.json()["responseCode"] == code
    assert caller.server.messages() == []


@pytest.mark.parametrize(("digits", "status"), [("0013", 429), ("0014", 503), ("0015", 500)])
def test_the_first_try_of_each_text_fails(caller: Caller, digits: str, status: int) -> None:
    for text in ("one", "two"):
        answer = caller.send_to(mobile(digits), text)
        assert answer.status_code == status
        assert caller.send_to(mobile(digits), text).status_code == 200
    assert [message.text for message in caller.server.messages()] == ["one", "two"]


def test_0013_says_when_to_come_back(caller: Caller) -> None:
    assert caller.send_to(mobile("0013")).headers["Retry-After"] == "1"


def test_0015_is_the_vendors_own_envelope(caller: Caller) -> None:
    body = caller.send_to(mobile("0015")).json()
    assert (body["responseCode"], body["message"]) == (500, "SERVER_ERROR")


def test_0016_takes_the_message_and_says_nothing(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        with pytest.raises(requests.ConnectionError):
            caller.send_to(mobile("0016"))
        wait_for_receipts(caller, receipts, 1)
    assert caller.server.messages()[0].state == "delivered"


def test_0018_answers_with_a_page(caller: Caller) -> None:
    answer = caller.send_to(mobile("0018"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert len(caller.server.messages()) == 1


def test_0019_is_slow(caller: Caller) -> None:
    began = time.monotonic()
    assert caller.send_to(mobile("0019")).json()["responseCode"] == 200
    assert time.monotonic() - began >= 2


@pytest.mark.parametrize("digits", ["0011", "0012"])
def test_one_refused_recipient_refuses_the_call_for_many(caller: Caller, digits: str) -> None:
    assert caller.send_many("9816119999", mobile(digits)).status_code == 400
    assert caller.server.messages() == []


def test_several_first_tries_in_a_call_fail_together_once(caller: Caller) -> None:
    numbers = [mobile("0015"), mobile("0013"), mobile("0014")]
    assert caller.send_many(*numbers).status_code == 429
    assert caller.send_many(*numbers).status_code == 200


def test_in_a_call_for_many_each_has_its_own_receipt(caller: Caller) -> None:
    with receiver() as receipts:
        caller.server.settings(callback_urls=(receipts.url,))
        transaction_id = caller.send_many("9816119999", mobile("0001")).json()["data"]["transactionId"]
        wait_for_receipts(caller, receipts, 2)
    assert {receipt["messageId"] for receipt in receipts.receipts()} == {transaction_id}
    assert set(receipts.statuses_by_mobile()) == {("919816119999", "DELIVRD"), ("919816110001", "UNDELIV")}


def test_0020_is_refused_by_smsc_alone(caller: Caller) -> None:
    phones = {"login": "shop", "psw": "secret", "fmt": "3", "phones": f"+91{mobile('0020')}", "mes": "Hello"}
    assert requests.post(f"{caller.server.url}/sys/send.php", phones, timeout=10).json()["error_code"] == 8
    assert caller.send_to(mobile("0020")).json()["responseCode"] == 200
    assert [message.gateway for message in caller.server.messages()] == ["message-central"]
