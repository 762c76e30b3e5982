"""Message Central's answers, in its shapes: the outer `responseCode` is an int, the inner one a string."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response

from connectors.sandbox.http_server import HangUp
from connectors.sandbox.magic_numbers import Answer
from connectors.sandbox.options import Outage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

RESPONSE_NAMES = {
    200: "SUCCESS",
    400: "BAD_REQUEST",
    500: "SERVER_ERROR",
    505: "INVALID_VERIFICATION_ID",
    506: "REQUEST_ALREADY_EXISTS",
    508: "INSUFFICIENT_CREDITS",  # seen in the wild, in no document
    511: "INVALID_COUNTRY_CODE",
    702: "WRONG_OTP_PROVIDED",
    703: "ALREADY_VERIFIED",
    705: "VERIFICATION_EXPIRED",
}

RETRY_AFTER_SECONDS = 1
SMS_TIMEOUT = "30.0"

HTML_PAGE = "<!doctype html><title>Message Central</title><p>We will be right back."


class NoAnswer(Response):
    """Stands for no answer at all: the connection closes, as when the vendor's machine dies."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        raise HangUp


def json_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status, headers, content_type="application/json"
    )


def envelope(code: int, data: Mapping[str, Any], status: int | None = None) -> Response:
    """Return the vendor's envelope; HTTP follows the code where that is an HTTP status, else it is 400."""
    http = status or (code if code in (200, 500) else 400)
    inner = {"responseCode": str(code), **data}
    return json_answer({"responseCode": code, "message": RESPONSE_NAMES[code], "data": inner}, http)


def sent(verification_id: str, mobile: str | None, transaction_id: str) -> Response:
    """Return the answer to a call of Message Now that was taken; a call for many names no number."""
    data = {
        "verificationId": verification_id,
        "mobileNumber": mobile,
        "errorMessage": None,
        "timeout": SMS_TIMEOUT,
        "smsCLI": None,
        "transactionId": transaction_id,
    }
    return envelope(200, data)


def code_sent(code: int, verification_id: str, mobile: str, transaction_id: str, timeout: float) -> Response:
    """Return the answer of Verify Now; `smCLI` is the vendor's spelling on this call."""
    data = {
        "verificationId": verification_id,
        "mobileNumber": mobile,
        "errorMessage": None if code == 200 else RESPONSE_NAMES[code],
        "timeout": f"{timeout:g}",
        "smCLI": None,
        "transactionId": transaction_id,
    }
    return envelope(code, data)


def refusal(code: int, why: str) -> Response:
    data = {
        "verificationId": None,
        "mobileNumber": None,
        "errorMessage": why,
        "timeout": None,
        "smsCLI": None,
        "transactionId": None,
    }
    return envelope(code, data)


def unauthorized(path: str) -> Response:
    """Return the answer to a bad token: no document shows it, so it is plain HTTP."""
    return json_answer({"status": 401, "error": "Unauthorized", "path": path}, 401)


def throttled() -> Response:
    body = {"status": 429, "error": "Too Many Requests"}
    return json_answer(body, 429, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def unavailable() -> Response:
    return json_answer({"status": 503, "error": "Service Unavailable"}, 503)


def server_error() -> Response:
    return refusal(500, "the sandbox was asked to fail")


def html_page() -> Response:
    return Response(HTML_PAGE, 200, content_type="text/html")


REFUSALS: dict[Answer, Callable[[], Response]] = {
    Answer.BAD_REQUEST: lambda: refusal(400, "the number asks for this refusal"),
    Answer.INVALID_COUNTRY_CODE: lambda: refusal(511, "the number asks for this refusal"),
    Answer.INSUFFICIENT_CREDITS: lambda: refusal(508, "the number asks for this refusal"),
    Answer.THROTTLED_ONCE: throttled,
    Answer.UNAVAILABLE_ONCE: unavailable,
    Answer.SERVER_ERROR_ONCE: server_error,
}
"""Answers to calls that are not taken."""

OUTAGES: dict[Outage, Callable[[], Response]] = {
    Outage.UNAVAILABLE: unavailable,
    Outage.SERVER_ERROR: server_error,
    Outage.THROTTLED: throttled,
    Outage.HTML: html_page,
    Outage.CLOSE: NoAnswer,
    Outage.TIMEOUT: NoAnswer,
}
