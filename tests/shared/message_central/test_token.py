"""The token call: success is a token in the body, and its lifetime is what the JWT says."""

import base64
import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from requests import ReadTimeout

from connectors.shared.message_central import Credentials, Outcome, TokenAnswer
from tests.shared.message_central.mocked_vendor import CLIENT

URL = "https://cpaas.messagecentral.com/auth/v1/authentication/token"
ASHA = Credentials("C-33432A5F49F7404", "pässwörd+/=&", "test@messagecentral.com")


def jwt(payload: bytes | Mapping[str, object]) -> str:
    """A token as the vendor makes them, with `payload` for claims and a signature of nobody's."""
    claims = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    parts = (b'{"alg":"HS512"}', claims, b"signature")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def mint(body: object, status: int = 200) -> TokenAnswer:
    text = body if isinstance(body, str) else json.dumps(body)
    with responses.RequestsMock() as vendor:
        vendor.get(URL, body=text, status=status)
        return CLIENT.mint_token(ASHA, country="91")


def test_what_is_asked() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(URL, json={"status": 200, "token": jwt({})})
        CLIENT.mint_token(ASHA, country="91")
        request = vendor.calls[0].request
    assert parse_qs(urlsplit(request.url or "").query) == {
        "customerId": ["C-33432A5F49F7404"],
        "key": [base64.b64encode("pässwörd+/=&".encode()).decode()],
        "scope": ["NEW"],
        "country": ["91"],
        "email": ["test@messagecentral.com"],
    }
    assert "authToken" not in request.headers


def test_what_is_not_known_is_not_asked() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(URL, json={"status": 200, "token": jwt({})})
        CLIENT.mint_token(Credentials("C-1", "secret"))
        url = vendor.calls[0].request.url or ""
    assert set(parse_qs(urlsplit(url).query, keep_blank_values=True)) == {"customerId", "key", "scope"}


@pytest.mark.parametrize("http_status", [200, 201, 400, 500, 503])
@pytest.mark.parametrize("status", [200, "200", 400, None])
def test_a_token_is_success_whatever_the_statuses_say(http_status: int, status: object) -> None:
    answer = mint({"status": status, "token": jwt({"exp": 1912345678})}, http_status)
    assert answer.outcome is Outcome.SUCCESS
    assert answer.token is not None
    assert (answer.token.value, answer.token.expires_at) == (jwt({"exp": 1912345678}), 1912345678.0)
    assert not answer.refused


@pytest.mark.parametrize(
    ("token", "expires_at"),
    [
        (jwt({"sub": "C-1", "iat": 1712119040, "exp": 1712723840}), 1712723840.0),
        (jwt({"exp": 1712723840.5}), 1712723840.5),
        (jwt({"sub": "C-1"}), None),
        (jwt({"exp": "tomorrow"}), None),
        (jwt({"exp": True}), None),
        (jwt({"exp": -1}), None),
        (jwt(b"[]"), None),
        (jwt(b"not JSON"), None),
        (jwt(b"\xff\xff"), None),
        ("eyJhbGciOiJIUzUxMiJ9.thisisatesttoken.IgGu7Sb4lovBSql5LIXZU3jlwPG4giAMZ2kTI", None),
        ("a.b", None),
        ("a.!!!!!.c", None),
        ("..", None),
        ("an-opaque-token", None),
    ],
)
def test_expiry_is_read_from_the_jwt_where_there_is_one(token: str, expires_at: float | None) -> None:
    minted = mint({"status": 200, "token": token}).token
    assert minted is not None
    assert (minted.value, minted.expires_at) == (token, expires_at)


@pytest.mark.parametrize("token", ["", "  ", None, 7, ["t"], "two words", "line\r\nbreak: x", "tökén"])
def test_what_no_header_can_carry_is_no_token(token: object) -> None:
    answer = mint({"status": 200, "token": token})
    assert (answer.token, answer.outcome, answer.refused) == (None, Outcome.UNREADABLE, False)


@pytest.mark.parametrize(
    ("body", "http_status", "outcome", "code"),
    [
        ({"status": 400, "error": "customerId is invalid"}, 200, Outcome.BAD_REQUEST, 400),
        ({"status": 400, "error": "customerId is invalid"}, 400, Outcome.BAD_REQUEST, 400),
        ({"status": 400, "error": "customerId is invalid"}, 500, Outcome.BAD_REQUEST, 400),
        ({"status": "401", "error": "Unauthorized"}, 200, Outcome.UNAUTHORIZED, 401),
        ({"status": 403, "error": "Forbidden"}, 403, Outcome.OTHER_REFUSAL, 403),
        ({"responseCode": 501, "message": "INVALID_CUSTOMER_ID"}, 200, Outcome.INVALID_CUSTOMER_ID, 501),
        ({"responseCode": 501, "message": "INVALID_CUSTOMER_ID"}, 501, Outcome.INVALID_CUSTOMER_ID, 501),
        ({"message": "Invalid credentials"}, 400, Outcome.BAD_REQUEST, None),
        ({"error": "Forbidden"}, 403, Outcome.OTHER_REFUSAL, None),
        ("", 401, Outcome.UNAUTHORIZED, None),
    ],
)
def test_refused_credentials(body: object, http_status: int, outcome: Outcome, code: int | None) -> None:
    answer = mint(body, http_status)
    assert (answer.token, answer.outcome, answer.code) == (None, outcome, code)
    assert answer.http_status == http_status
    assert answer.refused


@pytest.mark.parametrize(
    ("body", "http_status", "outcome"),
    [
        ("<html>blocked</html>", 403, Outcome.OTHER_REFUSAL),
        ("<html>bad request</html>", 400, Outcome.BAD_REQUEST),
        ("<html>welcome to the hotel</html>", 200, Outcome.UNREADABLE),
        ("", 302, Outcome.UNREADABLE),
        ({"status": 404, "error": "Not Found"}, 404, Outcome.OTHER_REFUSAL),
        ({"status": 200}, 200, Outcome.UNREADABLE),
        ({}, 200, Outcome.UNREADABLE),
        ("", 429, Outcome.THROTTLED),
        ({"status": 429}, 200, Outcome.THROTTLED),
        ("", 503, Outcome.UNAVAILABLE),
        ("", 500, Outcome.SERVER_ERROR),
        ("", 502, Outcome.SERVER_ERROR),
        ({"status": 500, "error": "Internal Server Error"}, 500, Outcome.SERVER_ERROR),
        ({"responseCode": 511, "message": "INVALID_COUNTRY_CODE"}, 400, Outcome.INVALID_COUNTRY_CODE),
        ({"responseCode": 800, "message": "MAXIMUM_LIMIT_REACHED"}, 400, Outcome.MAXIMUM_LIMIT_REACHED),
    ],
)
def test_a_vendor_that_is_unwell_or_busy_refuses_nobody(body: object, http_status: int, outcome: Outcome) -> None:
    answer = mint(body, http_status)
    assert (answer.token, answer.outcome, answer.refused) == (None, outcome, False)


def test_silence_refuses_nobody() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(URL, body=ReadTimeout())
        answer = CLIENT.mint_token(ASHA)
    assert (answer.token, answer.outcome, answer.refused) == (None, Outcome.NO_ANSWER, False)
