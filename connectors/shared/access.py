"""Every route says who may call it, and by what proof; a test walks the URL map and finds those that do not."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final, TypeVar

from flask import Flask

_DECLARED: Final = "connectors_access"
# Flask answers these by itself wherever it answers GET; they ask for what GET asks for.
_STANDS_FOR: Final = {"HEAD": "GET"}

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """What a caller has to show."""

    PUBLIC = "public"
    API_KEY = "api-key"
    CUSTOMER_HEADERS = "customer-headers"  # CleverTap: the vendor's customer id and password
    CALLBACK_TOKEN = "callback-token"  # noqa: S105  # the secret in the path of a callback's URL
    SIGNED_TOKEN = "signed-token"  # noqa: S105  # what a tool signs for the pages it frames
    HMAC = "hmac"
    OAUTH_STATE = "oauth-state"
    BASIC = "basic"


def access(proof: Access) -> Callable[[View], View]:
    """Declare what a view asks of its caller.

    Goes on a function, a bound method, a `MethodView`, or one of its methods where they differ. It declares only:
    the view, or its blueprint, checks the proof.
    """

    def declare(view: View) -> View:
        setattr(view, _DECLARED, proof)
        return view

    return declare


def declared(app: Flask, endpoint: str, method: str) -> Access | None:
    """Return what a route asks of its caller, None where nobody said."""
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    handler = getattr(view_class, _STANDS_FOR.get(method, method).lower(), None)
    for place in (handler, view_class, view):
        proof: Access | None = getattr(place, _DECLARED, None)
        if proof is not None:
            return proof
    return None


def routes(app: Flask) -> Iterator[tuple[str, str, str, Access | None]]:
    """Yield (rule, method, endpoint, what it asks) of every route; OPTIONS aside, where Flask answers it by itself."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            if method == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
                continue
            yield rule.rule, method, rule.endpoint, declared(app, rule.endpoint, method)
