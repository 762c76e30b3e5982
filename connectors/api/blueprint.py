"""A blueprint whose routes ask for a key, read strictly, refuse in problem documents, and document themselves."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from connectors.api.authentication import authenticate
from connectors.api.bodies import BoundedParser, bound_body
from connectors.api.refusals import register_refusals

PREFIX = "/api/v1"

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """Takes a view and returns one of the same shape."""

    def __call__(self, view: View, /) -> View: ...


EVERYWHERE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE)
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
        register_refusals(self)

    def on(self, method: str, rule: str, *, parameters: list[dict[str, Any]] | None = None) -> Decorator:
        """Serve a view at one method of a rule."""
        decorator: Decorator = self.route(rule, methods=[method], parameters=parameters)
        return decorator

    def takes(self, schema: type[Schema], location: str) -> Decorator:
        """Give a view what the schema loads from "query" or "json", as its first argument."""
        decorator: Decorator = self.arguments(schema, location=location)
        return decorator

    def answers(self, schema: type[Schema], description: str) -> Decorator:
        """Dump what a view returns, with status 200."""
        decorator: Decorator = self.response(200, schema, description=description)
        return decorator

    def refuses(self, *statuses: HTTPStatus) -> Decorator:
        """Document the problems that a view answers with, beside those that every view may."""

        def decorate(view: View) -> View:
            for status in (*EVERYWHERE, *statuses):
                view = self.alt_response(status.value, response=status.name)(view)
            return view

        return decorate
