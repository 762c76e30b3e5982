"""Token endpoints, asked by Authlib: whole answers within a time, and failures without anybody's secret in them."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final, TypeVar

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from connectors.shared.outbound.connections import HTTPPool, HTTPSPool, cut_after

TIMEOUT: Final = (3.05, 8.0)
"""Seconds to connect and to begin to answer."""
BODY_SECONDS: Final = 3.0
LARGEST_ANSWER: Final = 100_000

Found = TypeVar("Found")


class Failure(Enum):
    """Why there is no answer of use."""

    NOT_REACHED = auto()
    NO_ANSWER = auto()
    SENSELESS = auto()


class EndpointFailed(Exception):
    """The token endpoint said neither yes nor no."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.name)


def token_session(
    client_id: str,
    client_secret: str,
    auth_method: str,
    check: Callable[[requests.Response], requests.Response],
    **options: Any,
) -> Any:
    """Return a session of Authlib's for one use; `check` sees each answer first and raises where it is a refusal.

    Authlib tells refusals by their body alone, so that a page of a gateway would pass.
    """
    session = OAuth2Session(
        client_id, client_secret, token_endpoint_auth_method=auth_method, default_timeout=TIMEOUT, **options
    )
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, _BoundedAdapter())
    for moment in ("access_token_response", "refresh_token_response"):
        session.register_compliance_hook(moment, check)
    return session


def ask(session: Any, call: Callable[[Any], Any], read: Callable[[Any], Found]) -> Found:
    """Return what `read` makes of the answer to a call. Raises EndpointFailed, and what the session's check does."""
    # What these libraries raise may print the request with its secrets: their words go nowhere.
    try:
        with session:
            return read(call(session))
    except (requests.ConnectionError, requests.ConnectTimeout):
        raise EndpointFailed(Failure.NOT_REACHED) from None
    except (requests.RequestException, HTTPError, OSError):
        raise EndpointFailed(Failure.NO_ANSWER) from None
    except (AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise EndpointFailed(Failure.SENSELESS) from None


def refusal_words(response: requests.Response) -> list[str]:
    """Return what a refusal is called: `invalid_grant`, or "Invalid grant: refresh token is invalid" in such words."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return []
    found = [body.get(name) for name in ("error", "message")] if isinstance(body, dict) else []
    return [word.lower().replace(" ", "_") for word in found if isinstance(word, str)]


def any_begins(words: list[str], names: tuple[str, ...]) -> bool:
    """Whether a refusal is one of these."""
    return any(word.startswith(names) for word in words)


def read_token(value: Any) -> str:
    """Return a token that may become part of a header. Raises ValueError."""
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ValueError("no token")
    return value


class _BoundedAdapter(HTTPAdapter):
    """Answers come whole within a time: one that drips would hold a thread for days, and the grant with it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": HTTPSPool, "http": HTTPPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().send(request, *args, **kwargs | {"stream": True})
        try:
            with cut_after(BODY_SECONDS, response.raw.shutdown):
                body: bytes = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
        except (HTTPError, OSError):
            response.close()
            raise
        response._content = body if len(body) <= LARGEST_ANSWER else b""
        return response
