"""Errors of the API's views as problem documents; the app's own handlers do the same for all others."""

from typing import Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from connectors.api.bodies import InvalidFields
from connectors.shared.errors import NotFound, NotUnderstood, StoreUnavailable, WrongState
from connectors.shared.problems import problem

RETRY_SECONDS: Final = "5"

log = structlog.get_logger()


def register_refusals(blueprint: Blueprint) -> None:
    """Turn what the views of a blueprint raise into problem documents."""
    for kind, handler in (
        (InvalidFields, _invalid),
        (NotUnderstood, _not_understood),
        (NotFound, _not_found),
        (WrongState, _wrong_state),
        (StoreUnavailable, _unavailable),
        (HTTPException, _http),
        (Exception, _unexpected),
    ):
        blueprint.register_error_handler(kind, handler)


def _invalid(error: InvalidFields) -> Response:
    return problem(422, str(error), errors=error.errors)


def _not_understood(error: NotUnderstood) -> Response:
    return problem(422, str(error))


def _not_found(error: NotFound) -> Response:
    return problem(404, str(error))


def _wrong_state(error: WrongState) -> Response:
    return problem(409, str(error))


def _unavailable(_error: StoreUnavailable) -> Response:
    response = problem(503, "The service cannot reach its database at the moment. Try again in a few seconds.")
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _http(error: HTTPException) -> Response:
    response = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _unexpected(_error: Exception) -> Response:
    log.exception("request_failed", endpoint=request.endpoint, method=request.method)
    return problem(500, "Something went wrong here. It has been logged.")
