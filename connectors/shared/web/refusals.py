"""Errors of the API's views as problem documents; the app's own handlers do the same for all others."""

from typing import Final

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from connectors.shared.errors import NotFound, NotUnderstood, StoreUnavailable, WrongState
from connectors.shared.idempotency.store import KeyInFlight
from connectors.shared.messages.composing import InvalidMessage
from connectors.shared.problems import http_problem, problem
from connectors.shared.templates.faults import InvalidTemplate
from connectors.shared.web.bodies import InvalidFields

RETRY_SECONDS: Final = 5

log = structlog.get_logger()


def register_refusals(blueprint: Blueprint) -> None:
    """Turn what the views of a blueprint raise into problem documents."""
    for kind, handler in (
        (InvalidFields, _invalid),
        (InvalidMessage, _invalid_one),
        (InvalidTemplate, _invalid_one),
        (KeyInFlight, _in_flight),
        (NotUnderstood, _not_understood),
        (NotFound, _not_found),
        (WrongState, _wrong_state),
        (StoreUnavailable, _unavailable),
        (HTTPException, http_problem),
        (Exception, _unexpected),
    ):
        blueprint.register_error_handler(kind, handler)


def _invalid(error: InvalidFields) -> Response:
    return problem(422, str(error), errors=error.errors)


def _invalid_one(error: InvalidMessage | InvalidTemplate) -> Response:
    return _invalid(InvalidFields({error.field: [str(error)]}))


def _in_flight(error: KeyInFlight) -> Response:
    return problem(409, str(error), retry_after=1)


def _not_understood(error: NotUnderstood) -> Response:
    return problem(422, str(error))


def _not_found(error: NotFound) -> Response:
    return problem(404, str(error))


def _wrong_state(error: WrongState) -> Response:
    return problem(409, str(error))


def _unavailable(_error: StoreUnavailable) -> Response:
    words = "The service cannot reach its database at the moment. Try again in a few seconds."
    return problem(503, words, retry_after=RETRY_SECONDS)


def _unexpected(_error: Exception) -> Response:
    log.exception("request_failed", endpoint=request.endpoint, method=request.method)
    return problem(500, "The service had an error of its own. It has been logged.")
