"""`/pipedrive/api/…`: who asks, by the token that Pipedrive signs for our pages; read strictly, refused in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

from flask import Blueprint, Response, g, request
from marshmallow import Schema

from connectors.pipedrive.context import context
from connectors.pipedrive.errors import (
    Disconnected,
    Gone,
    NotAllowed,
    PipedriveError,
    RateLimited,
    Refused,
)
from connectors.pipedrive.platform.grants import RECONNECT, GrantKey, find
from connectors.pipedrive.viewer import NotSigned
from connectors.shared.idempotency.store import LONGEST_REQUEST_MS
from connectors.shared.problems import problem
from connectors.shared.web import idempotent as shared
from connectors.shared.web.bodies import BoundedParser, bound_body
from connectors.shared.web.idempotent import Once
from connectors.shared.web.paging import Pages
from connectors.shared.web.refusals import register_refusals

PREFIX: Final = "/pipedrive/api"
RETRY_SECONDS: Final = 10
_SCHEME: Final = "Bearer "

View = TypeVar("View", bound=Callable[..., Any])

_parser = BoundedParser()


def api_blueprint(name: str) -> Blueprint:
    """Return a blueprint under /pipedrive/api whose views are asked only by viewers with a grant."""
    blueprint = Blueprint(f"pipedrive-{name}", __name__, url_prefix=PREFIX)
    blueprint.before_request(bound_body)
    blueprint.before_request(_authenticate)
    blueprint.teardown_request(_leave)
    register_refusals(blueprint)
    blueprint.register_error_handler(NotSigned, _not_signed)
    blueprint.register_error_handler(PipedriveError, _of_pipedrive)
    return blueprint


def viewer() -> GrantKey:
    """Return who asks: their company and user, as Pipedrive signed them."""
    found: GrantKey = g.pipedrive_viewer
    return found


def takes(schema: type[Schema], location: str = "json") -> Callable[[View], View]:
    """Give a view what the schema loads from "json" or "query", as its first argument. Raises InvalidFields."""
    decorator: Any = _parser.use_args(schema, location=location)
    return cast(Callable[[View], View], decorator)


@contextmanager
def idempotent(account_id: int, longest_ms: int = LONGEST_REQUEST_MS) -> Iterator[Once]:
    """Claim the key of this request, if it has one (see `shared.web.idempotent`).

    It means one thing for one user of a company: several companies may have one account.
    """
    service, who = context().service, viewer()
    scope = f"{shared.own_path()} of {who.company_id}/{who.user_id}"
    with shared.idempotent(service.database, service.secrets, account_id, scope, longest_ms) as once:
        yield once


def pages(kind: str) -> Pages:
    """Return the lists of one kind of the viewer's company."""
    return Pages(context().cursors, f"pipedrive-{kind}", viewer().company_id)


def _authenticate() -> None:
    given = request.headers.get("Authorization", "")
    token = given[len(_SCHEME) :].strip() if given.startswith(_SCHEME) else None
    who = context().viewers.read(token)
    with context().service.database.read() as connection:
        grant = find(connection, who)
    if grant is None or grant["dead_at"] is not None:
        raise Disconnected(RECONNECT)
    context().crowds.enter(who.company_id)
    g.pipedrive_viewer = who


def _leave(_error: BaseException | None) -> None:
    who: GrantKey | None = g.get("pipedrive_viewer")
    if who is not None:
        context().crowds.leave(who.company_id)


def _not_signed(error: NotSigned) -> Response:
    return _unauthorized(str(error), "not_signed")


def _unauthorized(words: str, code: str) -> Response:
    response = problem(401, words, code=code)
    response.headers["WWW-Authenticate"] = _SCHEME.strip()
    return response


def _of_pipedrive(error: PipedriveError) -> Response:
    if isinstance(error, Disconnected):
        return _unauthorized(str(error), "disconnected")
    if isinstance(error, NotAllowed):
        return problem(403, str(error))
    if isinstance(error, Gone):
        return problem(404, str(error))
    if isinstance(error, Refused):
        return problem(422, str(error))
    if isinstance(error, RateLimited):
        return problem(503, str(error), retry_after=max(1, round(error.seconds)))
    return problem(503, str(error), retry_after=RETRY_SECONDS)
