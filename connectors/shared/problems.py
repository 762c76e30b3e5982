"""Errors as problem documents: RFC 9457, `application/problem+json` (https://www.rfc-editor.org/rfc/rfc9457)."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str, *, retry_after: int | None = None, **more: Any) -> Response:
    """Return a problem document; `more` are its extension members, such as `errors` that name fields.

    `retry_after`: whole seconds after which it is worth another try.
    """
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    response = Response(orjson.dumps(body), status, mimetype=MEDIA_TYPE)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def http_problem(error: HTTPException) -> Response:
    """Return an error of Flask's as a problem document, with the headers that belong to it (Allow, Retry-After, …)."""
    response = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
