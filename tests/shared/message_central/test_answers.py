"""What an answer carries besides its outcome, however the vendor spells it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.message_central import Answer, Outcome
from connectors.shared.message_central.answers import read_answer, read_token_answer
from connectors.shared.message_central.exchange import Reply, read_retry_after
from tests.shared.message_central.mocked_vendor import HTML, SMS, TOKEN, envelope, send
from tests.shared.message_central.vendor_socket import SENT


def test_the_documents_example_of_a_sent_sms() -> None:
    assert send(SENT) == Answer(
        outcome=Outcome.SUCCESS,
        code=200,
        http_status=200,
        message="SUCCESS",
        transaction_id="1c9c56ec-5cd3-48b5-9e32-a15499fb77a2",
        verification_id="1234",
        timeout_seconds=30.0,
        enveloped=True,
    )


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_a_success_without_data_is_a_success(data: object) -> None:
    answer = send({"responseCode": 200, "message": "SUCCESS", "data": data})
    assert (answer.outcome, answer.transaction_id, answer.verification_id) == (Outcome.SUCCESS, None, None)


def test_506_carries_the_verification_that_exists() -> None:
    answer = send(envelope(506, "506", verificationId=2949, timeout="60"), 400)
    assert answer.outcome is Outcome.REQUEST_ALREADY_EXISTS
    assert (answer.verification_id, answer.timeout_seconds) == ("2949", 60.0)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("1234", "1234"),
        (2949, "2949"),
        ("", None),
        (None, None),
        (True, None),
        (["1"], None),
        ("x" * 129, None),
    ],
)
def test_ids_come_as_text_or_number(given: object, read: str | None) -> None:
    answer = send(envelope(200, "200", verificationId=given, transactionId=given))
    assert (answer.verification_id, answer.transaction_id) == (read, read)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("60", 60.0),
        ("30.0", 30.0),
        (45, 45.0),
        (None, None),
        ("soon", None),
        ("NaN", None),
        ("-1", None),
        (False, None),
    ],
)
def test_timeouts_in_every_spelling(given: object, read: float | None) -> None:
    assert send(envelope(200, "200", timeout=given)).timeout_seconds == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Fri, 21 Nov 1997 10:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(given: str, read: float | None) -> None:
    assert send("", 429, {"Retry-After": given}).retry_after == read


def test_retry_after_as_a_date(time_machine: Any) -> None:
    time_machine.move_to("2026-11-21T08:00:00+00:00", tick=False)
    assert send("", 503, {"Retry-After": "Sat, 21 Nov 2026 08:01:30 GMT"}).retry_after == 90.0


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.sampled_from(["200", "506"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["responseCode", "message", "data", "status", "timeout"]), inner)
    ),
)


@given(
    body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()),
    http_status=st.integers(100, 599),
    retry_after=st.none() | st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ [\d:]+ .*"),
)
def test_nothing_a_vendor_says_raises(body: bytes, http_status: int, retry_after: str | None) -> None:
    reply = Reply(http_status, body, read_retry_after(retry_after))
    answer, minted = read_answer(reply, ("secret",)), read_token_answer(reply, ("secret",))
    assert isinstance(answer.outcome, Outcome)
    assert (minted.token is None) == (minted.outcome is not Outcome.SUCCESS)
    assert max(len(answer.message), len(minted.message)) <= 200


def test_a_byte_order_mark_is_no_hindrance() -> None:
    assert send(b"\xef\xbb\xbf" + json.dumps(SENT).encode()).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"responseCode": 400, "message": "BAD_REQUEST"}, "BAD_REQUEST"),
        (
            {
                "responseCode": 400,
                "message": "BAD_REQUEST",
                "data": {"errorMessage": "senderId is not yours"},
            },
            "BAD_REQUEST: senderId is not yours",
        ),
        ({"responseCode": 400, "message": "NO", "data": {"errorMessage": "NO"}}, "NO"),
        ({"status": 400, "error": "customerId is invalid"}, "customerId is invalid"),
        ({"responseCode": 400, "message": "one\r\nline\x00 only"}, "one line only"),
        ({"responseCode": 400, "message": "x" * 500}, "x" * 200),
        ({"responseCode": 400, "message": {"no": "text"}}, "HTTP 400 without a reason"),
        (HTML, "HTTP 400 without a reason"),
    ],
)
def test_the_vendors_words(body: object, message: str) -> None:
    assert send(body, 400).message == message


@pytest.mark.parametrize(
    "words",
    [
        f"Invalid token {TOKEN}",
        f"Rejected: {SMS.message}",
        "Bad number +91 99999-99999",
        "Bad number 9999999999",
    ],
)
def test_the_vendors_words_repeat_no_token_text_or_number(words: str) -> None:
    message = send({"responseCode": 400, "message": words}, 400).message
    assert "***" in message
    assert not any(secret in message for secret in (TOKEN, SMS.message, "99999"))
