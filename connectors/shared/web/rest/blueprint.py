"""A blueprint whose routes ask for a key, read strictly, refuse in problem documents, and document themselves."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

from flask import Response, current_app, request
from flask_smorest import Blueprint
from marshmallow import Schema

from connectors.shared.web.bodies import LARGEST, BoundedParser, bound_body
from connectors.shared.web.refusals import register_refusals
from connectors.shared.web.rest.authentication import authenticate
from connectors.shared.web.rest.limits import count_request, tell_limit

PREFIX = "/api/v1"

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """Takes a view and returns one of the same shape."""

    def __call__(self, view: View, /) -> View: ...


EVERYWHERE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
WITH_A_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """One kind of thing under /api/v1, with typed decorators for its views."""

    ARGUMENTS_PARSER = BoundedParser()

    def __init__(self, name: str, path: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX + path, description=description)
        self.before_request(bound_body)
        self.before_request(authenticate)
        self.before_request(count_request)
        self.after_request(tell_limit)
        self.after_request(_allow_own_methods)
        register_refusals(self)

    def on(self, method: str, rule: str, *, parameters: list[dict[str, Any]] | None = None) -> Decorator:
        """Serve a view at one method of a rule."""
        # What stands in the path is shared by all methods of the rule, a header or a query is this one's.
        shared = [parameter for parameter in parameters or [] if parameter["in"] == "path"]
        own = [parameter for parameter in parameters or [] if parameter["in"] != "path"]
        decorator: Decorator = self.route(rule, methods=[method], parameters=shared)

        def serve(view: View) -> View:
            described: View = self.doc(parameters=own)(view) if own else view
            return decorator(described)

        return serve

    def takes(
        self, schema: type[Schema], location: str, examples: Mapping[str, dict[str, Any]] | None = None
    ) -> Decorator:
        """Give a view what the schema loads from "query", "json" or "files" (a form), as its first argument.

        `examples` are whole bodies by their names, where the fields' own do not make one together.
        """
        shown = {name: {"value": body} for name, body in (examples or {}).items()}
        decorator: Decorator = self.arguments(schema, location=location, examples=shown or None)
        return decorator

    def reads(
        self,
        bodies: Mapping[str, type[Schema]],
        examples: Mapping[str, dict[str, Any]] | None = None,
        *,
        required: bool = True,
    ) -> Decorator:
        """Document the body that a view reads by itself: a schema for each media type.

        `examples` are whole bodies in JSON by their names.
        """
        content: dict[str, dict[str, Any]] = {media_type: {"schema": schema} for media_type, schema in bodies.items()}
        if examples:
            content["application/json"]["examples"] = {name: {"value": body} for name, body in examples.items()}
        decorator: Decorator = self.doc(requestBody={"required": required, "content": content})
        return decorator

    def answers(self, schema: type[Schema], description: str) -> Decorator:
        """Dump what a view returns, with status 200."""
        decorator: Decorator = self.response(200, schema, description=description)
        return decorator

    def creates(
        self, schema: type[Schema], description: str, headers: Mapping[str, dict[str, Any]] | None = None
    ) -> Decorator:
        """Dump what a view returns, with status 201; `headers` are documented beside it."""
        decorator: Decorator = self.response(201, schema, description=description, headers=dict(headers or {}))
        return decorator

    def serves(self, media_type: str, description: str) -> Decorator:
        """Answer with a file of this type, as the view makes it."""
        # Documented as an alternative, nothing is dumped: the view's own response goes out.
        schema = {"type": "string", "format": "binary"}
        decorator: Decorator = self.alt_response(
            200, schema=schema, content_type=media_type, description=description, success=True
        )
        return decorator

    def removes(self, description: str) -> Decorator:
        """Answer with status 204 and nothing else, whatever a view returns."""
        documented: Decorator = self.response(204, description=description)

        def decorate(view: View) -> View:
            @wraps(view)
            def empty(*args: Any, **kwargs: Any) -> Response:
                view(*args, **kwargs)
                response = Response(status=204)
                del response.headers["Content-Type"]
                return response

            return documented(cast(View, empty))

        return decorate

    def reads_up_to(self, octets: int) -> Decorator:
        """Let the body of a request be as large as this, where LARGEST_BODY is not enough."""

        def declare(view: View) -> View:
            setattr(view, LARGEST, octets)
            return view

        return declare

    def refuses(self, *statuses: HTTPStatus) -> Decorator:
        """Document the problems that a view answers with, beside those that every view may."""

        def decorate(view: View) -> View:
            for status in (*EVERYWHERE, *statuses):
                view = self.alt_response(status.value, response=status.name)(view)
            return view

        return decorate


def _allow_own_methods(response: Response) -> Response:
    """Have OPTIONS name the methods of the route itself: Flask adds those of every other that the path also fits."""
    rule = request.url_rule
    if request.method == "OPTIONS" and rule is not None:
        same = [other.methods or () for other in current_app.url_map.iter_rules() if other.rule == rule.rule]
        response.allow.clear()
        response.allow.update(method for methods in same for method in methods)
    return response
