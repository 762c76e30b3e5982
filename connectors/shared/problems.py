"""Errors as problem documents: RFC 9457, `application/problem+json` (https://www.rfc-editor.org/rfc/rfc9457)."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return a problem document; `more` are its extension members, such as `errors` that name fields."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return Response(orjson.dumps(body), status, mimetype=MEDIA_TYPE)
