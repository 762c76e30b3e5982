"""Every code of the documents, and every way in which HTTP status and body may disagree."""

import pytest
import requests
import responses

from connectors.shared.message_central import Outcome
from tests.shared.message_central.mocked_vendor import CLIENT, HTML, SEND, SMS, TOKEN, envelope, send
from tests.shared.message_central.vendor_socket import SENT

DOCUMENTED = [
    (200, Outcome.SUCCESS),
    (400, Outcome.BAD_REQUEST),
    (409, Outcome.DUPLICATE_RESOURCE),
    (500, Outcome.SERVER_ERROR),
    (501, Outcome.INVALID_CUSTOMER_ID),
    (505, Outcome.INVALID_VERIFICATION_ID),
    (506, Outcome.REQUEST_ALREADY_EXISTS),
    (511, Outcome.INVALID_COUNTRY_CODE),
    (700, Outcome.VERIFICATION_FAILED),
    (702, Outcome.WRONG_OTP_PROVIDED),
    (703, Outcome.ALREADY_VERIFIED),
    (705, Outcome.VERIFICATION_EXPIRED),
    (800, Outcome.MAXIMUM_LIMIT_REACHED),
]
SEEN_IN_THE_WILD = [
    (401, Outcome.UNAUTHORIZED),
    (429, Outcome.THROTTLED),
    (503, Outcome.UNAVAILABLE),
    (508, Outcome.INSUFFICIENT_CREDITS),
    (805, Outcome.INSUFFICIENT_CREDITS),
]


@pytest.mark.parametrize(("code", "outcome"), DOCUMENTED + SEEN_IN_THE_WILD)
@pytest.mark.parametrize("http_status", [200, 400, 500])
def test_the_bodys_code_decides_whatever_http_says(code: int, outcome: Outcome, http_status: int) -> None:
    answer = send(envelope(code), http_status)
    assert (answer.outcome, answer.code, answer.http_status) == (outcome, code, http_status)
    assert answer.enveloped


@pytest.mark.parametrize(("code", "outcome"), DOCUMENTED[1:] + SEEN_IN_THE_WILD)
def test_a_refusal_inside_a_success_decides(code: int, outcome: Outcome) -> None:
    answer = send(envelope(200, str(code)))
    assert (answer.outcome, answer.code) == (outcome, code)


@pytest.mark.parametrize(
    ("outer", "inner", "outcome"),
    [
        (200, 200, Outcome.SUCCESS),
        ("200", "200", Outcome.SUCCESS),
        (" 506 ", None, Outcome.REQUEST_ALREADY_EXISTS),
        (506, "200", Outcome.REQUEST_ALREADY_EXISTS),
        (200, "no code", Outcome.UNREADABLE),
        ("no code", "200", Outcome.UNREADABLE),
        (True, None, Outcome.UNREADABLE),
        ("²00", None, Outcome.UNREADABLE),
        ("9" * 5000, None, Outcome.UNREADABLE),
    ],
)
def test_codes_as_numbers_and_as_text(outer: object, inner: object, outcome: Outcome) -> None:
    assert send(envelope(outer, inner)).outcome is outcome


@pytest.mark.parametrize(
    ("code", "http_status", "outcome"),
    [
        (400, 401, Outcome.UNAUTHORIZED),
        (500, 401, Outcome.UNAUTHORIZED),
        (500, 429, Outcome.THROTTLED),
        (500, 503, Outcome.UNAVAILABLE),
        (999, 503, Outcome.UNAVAILABLE),
        (511, 401, Outcome.INVALID_COUNTRY_CODE),
        (200, 503, Outcome.SUCCESS),
    ],
)
def test_a_telling_status_explains_a_vague_code_alone(code: int, http_status: int, outcome: Outcome) -> None:
    assert send(envelope(code), http_status).outcome is outcome


@pytest.mark.parametrize(
    ("code", "http_status", "outcome"),
    [
        (999, 200, Outcome.OTHER_REFUSAL),
        (404, 200, Outcome.OTHER_REFUSAL),
        (704, 400, Outcome.OTHER_REFUSAL),
        (999, 500, Outcome.UNREADABLE),
        (504, 200, Outcome.UNREADABLE),
        (201, 200, Outcome.UNREADABLE),
        (0, 200, Outcome.UNREADABLE),
    ],
)
def test_unlisted_codes_refuse_only_where_nothing_is_in_doubt(code: int, http_status: int, outcome: Outcome) -> None:
    assert send(envelope(code), http_status).outcome is outcome


@pytest.mark.parametrize(
    ("http_status", "outcome"),
    [
        (200, Outcome.UNREADABLE),
        (302, Outcome.UNREADABLE),
        (400, Outcome.BAD_REQUEST),
        (401, Outcome.UNAUTHORIZED),
        (403, Outcome.OTHER_REFUSAL),
        (408, Outcome.UNREADABLE),
        (404, Outcome.OTHER_REFUSAL),
        (429, Outcome.THROTTLED),
        (500, Outcome.UNREADABLE),
        (502, Outcome.UNREADABLE),
        (503, Outcome.UNAVAILABLE),
        (504, Outcome.UNREADABLE),
    ],
)
@pytest.mark.parametrize(
    "body", [HTML, "", "null", "[]", '"ok"', "{}", '{"data": {"responseCode": "200"}}', "{", b"\xff\xfe"]
)
def test_without_an_envelope_http_decides(http_status: int, outcome: Outcome, body: str | bytes) -> None:
    answer = send(body, http_status)
    assert (answer.outcome, answer.code, answer.enveloped) == (outcome, None, False)


def test_no_content_makes_no_sense() -> None:
    assert send("", 204).outcome is Outcome.UNREADABLE


def test_a_redirect_is_not_followed_even_with_an_envelope() -> None:
    answer = send(SENT, 307, {"Location": "https://elsewhere.example/"})
    assert answer.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (requests.ConnectTimeout("secret"), Outcome.NOT_CONNECTED),
        (requests.exceptions.SSLError("secret"), Outcome.NOT_CONNECTED),
        (requests.ReadTimeout("secret"), Outcome.NO_ANSWER),
        (requests.exceptions.ChunkedEncodingError("secret"), Outcome.NO_ANSWER),
        (requests.ConnectionError("secret"), Outcome.NO_ANSWER),
        (requests.ConnectionError(), Outcome.NO_ANSWER),
        (requests.exceptions.RetryError("secret"), Outcome.NO_ANSWER),
        (ConnectionResetError("secret"), Outcome.NO_ANSWER),
        (TimeoutError("secret"), Outcome.NO_ANSWER),
    ],
)
def test_what_requests_raises_is_an_outcome(error: Exception, outcome: Outcome) -> None:
    with responses.RequestsMock() as vendor:
        vendor.post(SEND, body=error)
        answer = CLIENT.send_single(TOKEN, SMS)
    assert (answer.outcome, answer.http_status, answer.code) == (outcome, None, None)
    assert answer.message
    assert "secret" not in answer.message
