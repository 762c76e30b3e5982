"""Answers in Pipedrive's shapes."""

from typing import Any

from flask import Response

from connectors.sandbox.answers import json_answer

ERROR_INFO = "Please check developers.pipedrive.com for more information about Pipedrive API."

BLOCKED_PAGE = (
    "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>"
    "<body><h1>Sorry, you have been blocked</h1></body></html>"
)


class Refusal(Exception):
    """A call that is not taken: an HTTP status and Pipedrive's words."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        super().__init__(words)


def success(data: Any, status: int = 200, **more: Any) -> Response:
    return json_answer({"success": True, "data": data, **more}, status)


def failure(status: int, words: str) -> Response:
    return json_answer(
        {"success": False, "error": words, "error_info": ERROR_INFO, "errorCode": status, "data": None}, status
    )


def unauthorized() -> Response:
    """Return what the gateway says to a token that is unknown or too old."""
    body = {"success": False, "error": "unauthorized access", "errorCode": 401, "error_info": ERROR_INFO}
    return json_answer(body, 401, {"x-401-by-gw": "true"})


def rate_limited() -> Response:
    return json_answer({"success": False, "error": "request over limit", "errorCode": 429}, 429)


def blocked() -> Response:
    """Return what whoever goes on after a 429 gets."""
    return Response(BLOCKED_PAGE, 403, content_type="text/html; charset=UTF-8")
