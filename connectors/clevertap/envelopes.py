"""Answers in Message Central's own envelope and with its own codes, which CleverTap's users know from its guide."""

from typing import Any

import orjson
from flask import Response

SUCCESS = 200
BAD_REQUEST = 400
SERVER_ERROR = 500
INVALID_CUSTOMER_ID = 501
INVALID_COUNTRY_CODE = 511
MAXIMUM_LIMIT_REACHED = 800


class Refusal(Exception):
    """A request, or one message of a batch, that is not accepted."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        retry_after: int | None = None,
        allow: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {
            name: value for name, value in (("Retry-After", str(retry_after or "")), ("Allow", allow or "")) if value
        }

    def response(self) -> Response:
        """Return the answer to a request that is refused as a whole."""
        return envelope(self.status, self.code, self.message, None, self.headers)


def envelope(status: int, code: int, message: str, data: Any, headers: dict[str, str] | None = None) -> Response:
    """Return `{"responseCode", "message", "data"}`."""
    body = orjson.dumps({"responseCode": code, "message": message, "data": data})
    return Response(body, status, headers, mimetype="application/json")
