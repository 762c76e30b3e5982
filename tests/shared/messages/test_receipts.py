"""Receipts in every order, through the callback's route, on what the dispatcher really sent."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.app import app_for
from connectors.service import Service
from connectors.serving.worker import House
from connectors.shared.clock import DAY, now_ms
from tests.shared.messages.tenants import (
    Tenant,
    add_tenant,
    change,
    dispatching,
    number_of,
    row,
    status,
    wait_for,
)
from tests.shared.messages.vendor import Reply, Sms, Vendor

NUMBER = number_of(1)
DIGITS = NUMBER[1:]


class Callbacks:
    """Posts receipts as the vendor does."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.client: FlaskClient = app_for(service).test_client()
        self.token = service.callback_tokens.of_operator()

    def post(self, payload: Any, token: str | None = None) -> tuple[int, dict[str, Any]]:
        body = payload if isinstance(payload, bytes | str) else json.dumps(payload)
        response = self.client.post(f"/message-central/callbacks/{token or self.token}", data=body)
        return response.status_code, response.get_json()

    def receipt(self, word: str, number: str = DIGITS, **values: Any) -> dict[str, Any]:
        code, answer = self.post(receipt(word, number, **values))
        assert code == 200
        return answer


def receipt(word: str, number: str | None = DIGITS, **values: Any) -> dict[str, Any]:
    given = {"status": word, "mobile": number, "errorCode": "0", "timestamp": "11/21/2026 13:30:00"} | values
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture
def callbacks(sending: Service) -> Callbacks:
    return Callbacks(sending)


@pytest.fixture
def sent(sending: Service, tenant: Tenant) -> Callable[..., list[str]]:
    """Sends a text to numbers; returns the ids of the messages."""

    def send(*numbers: str, text: str = "sale") -> list[str]:
        ids = [each.id for each in tenant.accept_all([tenant.new(number, text) for number in numbers])]
        with dispatching(sending):
            wait_for(lambda: all(status(sending, each) == "sent" for each in ids))
        return ids

    return send


Send = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (["DELIVRD"], "delivered"),
        (["delivered"], "delivered"),
        (["UNDELIV"], "undelivered"),
        (["EXPIRED"], "expired"),
        (["REJECTD"], "rejected"),
        (["UNKNOWN"], "sent"),
        (["SOMETHING NEW"], "sent"),
        (["UNKNOWN", "DELIVRD"], "delivered"),
        (["DELIVRD", "DELIVRD"], "delivered"),
        (["DELIVRD", "UNDELIV"], "delivered"),
        (["DELIVRD", "UNKNOWN", "EXPIRED", "REJECTD"], "delivered"),
        (["UNDELIV", "DELIVRD"], "delivered"),
        (["UNDELIV", "EXPIRED"], "undelivered"),
        (["EXPIRED", "UNKNOWN"], "expired"),
    ],
    ids=str,
)
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one list"])
def test_receipts_move_a_message_forward_only(
    sending: Service, tenant: Tenant, callbacks: Callbacks, words: list[str], ends: str, together: bool
) -> None:
    message_id = tenant.accept(NUMBER, "sale")
    change(sending, message_id, status="sent", begun_at=now_ms() - 1, transaction_id="t-1", deadline_at=now_ms() + DAY)
    payloads = [receipt(word, messageId="t-1") for word in words]
    for payload in [payloads] if together else payloads:
        assert callbacks.post(payload)[0] == 200
    found = row(sending, message_id)
    assert found["status"] == ends
    assert (found["deadline_at"] is None) == (ends != "sent")
    assert (found["error_code"] is None) == (ends in ("sent", "delivered"))


def test_a_receipt_before_the_answer_is_believed(
    sending: Service, tenant: Tenant, callbacks: Callbacks, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor reports while its own answer is still on the way: no transaction id is known yet."""
    answered, seen = threading.Event(), threading.Event()
    plain = vendor.sms

    def sms(call: Sms) -> Reply:
        reply = plain(call)
        seen.set()
        answered.wait(10)
        return reply

    monkeypatch.setattr(vendor, "sms", sms)
    message_id = tenant.accept(NUMBER, "sale")
    with dispatching(sending):
        assert seen.wait(10)
        assert callbacks.receipt("DELIVRD", messageId="t-1")["matched"] == 1
        assert status(sending, message_id) == "delivered"
        answered.set()
        wait_for(lambda: row(sending, message_id)["transaction_id"] == "t-1")
    assert status(sending, message_id) == "delivered"


def test_a_receipt_that_fits_two_waits_for_its_answer(
    sending: Service, sent: Send, tenant: Tenant, callbacks: Callbacks, vendor: Vendor
) -> None:
    """Two messages to one number are out; only the answer of the second says whose receipt it was."""
    (first,) = sent(NUMBER)
    vendor.script = lambda _: Reply(delay=0.3)
    second = tenant.accept(NUMBER, "another")
    with dispatching(sending):
        wait_for(lambda: len(vendor.calls) == 2)
        assert callbacks.receipt("DELIVRD", messageId="t-2")["matched"] == 0
        wait_for(lambda: status(sending, second) == "delivered")
    assert status(sending, first) == "sent"


def test_a_receipt_for_nobody_is_kept_and_answered_200(callbacks: Callbacks, tenant: Tenant) -> None:
    assert callbacks.receipt("DELIVRD", messageId="t-77") == {"received": 1, "matched": 0, "ignored": 0}


def test_a_parked_receipt_is_matched_by_the_sweeper(sending: Service, tenant: Tenant, callbacks: Callbacks) -> None:
    message_id = tenant.accept(NUMBER, "sale")
    callbacks.receipt("DELIVRD", messageId="t-9")
    change(sending, message_id, status="sent", begun_at=now_ms() - 5, transaction_id="t-9")
    house = House(sending)
    house.rematch()
    house.close()
    assert status(sending, message_id) == "delivered"


def test_by_its_number_alone_a_receipt_counts_only_when_one_fits(
    sending: Service, sent: Send, callbacks: Callbacks
) -> None:
    first, second = sent(NUMBER, number_of(2))
    (third,) = sent(number_of(2), text="another")
    assert callbacks.receipt("DELIVRD")["matched"] == 1
    assert callbacks.receipt("DELIVRD", number_of(2)[1:])["matched"] == 0
    assert [status(sending, each) for each in (first, second, third)] == ["delivered", "sent", "sent"]


def test_a_number_alone_fits_no_message_that_never_went_out(
    sending: Service, tenant: Tenant, callbacks: Callbacks
) -> None:
    message_id = tenant.accept(NUMBER, "sale")
    assert callbacks.receipt("DELIVRD")["matched"] == 0
    assert status(sending, message_id) == "queued"


def test_each_number_of_a_call_for_many_has_its_own_fate(
    sending: Service, sent: Send, callbacks: Callbacks, vendor: Vendor
) -> None:
    ids = sent(*(number_of(n) for n in range(20)))
    assert len(vendor.calls) == 1
    words = ["DELIVRD" if n % 2 else "UNDELIV" for n in range(20)]
    code, answer = callbacks.post([receipt(words[n], number_of(n)[1:], messageId="t-1") for n in range(20)])
    assert (code, answer["matched"]) == (200, 20)
    found = [status(sending, each) for each in ids]
    assert found == ["delivered" if n % 2 else "undelivered" for n in range(20)]


def test_the_id_of_a_call_for_many_without_a_number_decides_nothing(
    sending: Service, sent: Send, callbacks: Callbacks
) -> None:
    ids = sent(NUMBER, number_of(2))
    assert callbacks.post(receipt("DELIVRD", None, messageId="t-1"))[1]["matched"] == 0
    assert {status(sending, each) for each in ids} == {"sent"}


@pytest.mark.parametrize(
    "mobile", [DIGITS, NUMBER, DIGITS[2:], int(DIGITS), f"00{DIGITS}", f"+91 {DIGITS[2:7]}-{DIGITS[7:]}"]
)
def test_a_number_may_be_written_in_any_way(
    sending: Service, sent: Send, callbacks: Callbacks, mobile: str | int
) -> None:
    (message_id,) = sent(NUMBER)
    callbacks.post(receipt("DELIVRD") | {"mobile": mobile, "messageId": "t-1"})
    assert status(sending, message_id) == "delivered"


def test_anothers_token_touches_nothing(sending: Service, sent: Send, callbacks: Callbacks, tenant: Tenant) -> None:
    (message_id,) = sent(NUMBER)
    stranger = add_tenant(sending, "C-TWO")
    forged = receipt("UNDELIV", messageId="t-1")
    code, answer = callbacks.post(forged, sending.callback_tokens.of_account(stranger.account_id))
    assert (code, answer["matched"]) == (200, 0)
    assert (
        callbacks.post(receipt("UNDELIV"), sending.callback_tokens.of_account(stranger.account_id))[1]["matched"] == 0
    )
    house = House(sending)
    house.rematch()
    house.close()
    assert status(sending, message_id) == "sent"
    assert callbacks.post(forged, sending.callback_tokens.of_account(tenant.account_id))[1]["matched"] == 1
