"""CleverTap's batches: outer keys as defaults, one result for each entry in order."""

import time
from typing import Any

import pytest

from connectors.service import Service
from tests.clevertap.customer import MID, Customer, accepted, known_customer, ledger, refused


@pytest.fixture
def customer(service: Service) -> Customer:
    return known_customer(service, country_code="91")


def entry(index: int, **fields: Any) -> dict[str, Any]:
    return {"mobileNumber": f"+9198161{index:05d}", "messageText": f"Hello {index}", "mid": f"{index}.-1."} | fields


def results(response: Any, status: int = 200) -> list[dict[str, Any]]:
    """Check envelope and figures; returns what is said of each entry."""
    body = response.get_json()
    assert (response.status_code, body["responseCode"]) == (status, status), body
    found: list[dict[str, Any]] = body["data"]["results"]
    good = sum(result["responseCode"] == 200 for result in found)
    assert (body["data"]["accepted"], body["data"]["rejected"]) == (good, len(found) - good)
    assert all((result["transactionId"] is not None) == (result["responseCode"] == 200) for result in found)
    assert all(set(result) == {"mid", "mobileNumber", "responseCode", "message", "transactionId"} for result in found)
    return found


def test_outer_keys_are_defaults_and_own_keys_win(service: Service, customer: Customer) -> None:
    found = results(
        customer.batch(
            [
                entry(1),
                entry(2, senderId="OTHER", messageType="OTP"),
                entry(3, messageText=None),
                entry(4, senderId=None),
            ],
            messageText="For all",
            messageType="PROMOTIONAL",
        )
    )
    rows = ledger(service)
    assert [row["id"] for row in rows] == [result["transactionId"] for result in found]
    assert [(row["sender_id"], row["message_type"], row["text"]) for row in rows] == [
        ("UTOMOB", "PROMOTIONAL", "Hello 1"),
        ("OTHER", "OTP", "Hello 2"),
        ("UTOMOB", "PROMOTIONAL", "For all"),
        ("UTOMOB", "PROMOTIONAL", "Hello 4"),
    ]


def test_good_and_bad_ones_are_told_apart_in_order(service: Service, customer: Customer) -> None:
    entries = [
        entry(1),
        entry(2, mobileNumber="+91"),
        "no object",
        entry(3, messageText="$$Body"),
        None,
        entry(4, mobileNumber=919816100004),
        entry(5, mobileNumber="$$To", mid={"a": []}),
        entry(6, messageText="x" * 1_531),
    ]
    found = results(customer.batch(entries))
    assert [result["responseCode"] for result in found] == [200, 511, 400, 400, 400, 200, 400, 400]
    assert [result["mid"] for result in found] == ["1.-1.", "2.-1.", None, "3.-1.", None, "4.-1.", None, "6.-1."]
    assert found[5]["mobileNumber"] == 919816100004
    assert len(ledger(service)) == 2


def test_none_accepted_is_400_with_each_reason(service: Service, customer: Customer) -> None:
    found = results(customer.batch([entry(1, mobileNumber="x"), {}, []]), 400)
    assert [result["responseCode"] for result in found] == [511, 400, 400]
    assert "$$To" in found[1]["message"]
    assert ledger(service) == []


def test_a_copy_within_one_batch_is_one_message(service: Service, customer: Customer) -> None:
    first = accepted(customer.send(mid=MID))
    same = {"mid": MID, "mobileNumber": "919816111111", "messageText": "Your order is on its way"}
    found = results(customer.batch([entry(1), entry(1), same, entry(1, mid=""), entry(1, mid=""), entry(1)]))
    ids = [result["transactionId"] for result in found]
    assert ids[0] == ids[1] == ids[5]
    assert ids[2] == first
    assert len(set(ids)) == 4
    assert len(ledger(service)) == 4


@pytest.mark.parametrize("messages", [[], {}, "x", 1, None, True, {"mobileNumber": "+919816111111"}])
def test_what_is_no_list_of_messages_is_refused(customer: Customer, messages: Any) -> None:
    assert "messages" in refused(customer.batch(messages))


def test_a_thousand_are_quick_and_one_more_is_413(service: Service, customer: Customer) -> None:
    began = time.monotonic()
    found = results(customer.batch([entry(index) for index in range(1_000)]))
    assert time.monotonic() - began < 12
    assert len({result["transactionId"] for result in found}) == 1_000
    assert "1,001" in refused(customer.batch([entry(index) for index in range(1_001)]), 413)
    assert len(ledger(service)) == 1_000


def test_a_batch_within_a_batch_is_no_batch(customer: Customer) -> None:
    found = results(customer.batch([{"messages": [entry(1)]}]), 400)
    assert len(found) == 1
