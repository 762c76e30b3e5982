"""Calls of Pipedrive's API in a user's name: a token that is good, typed errors, and nothing asked twice that writes.

https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting and …/core-api-concepts-http-status-codes
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import requests
from urllib3.exceptions import HTTPError

from connectors.pipedrive.errors import (
    Disconnected,
    Gone,
    InDoubt,
    NotAllowed,
    PipedriveError,
    RateLimited,
    Refused,
    Unreachable,
)
from connectors.pipedrive.grants import RECONNECT, AccessToken, GrantKey, Grants
from connectors.shared.outbound import AllowedHosts, ForbiddenUrl, GuardedSession

TIMEOUT: Final = (5.0, 20.0)
"""Seconds to connect and to answer."""
LARGEST_ANSWER: Final = 32 * 1024**2
"""Five hundred people with all their fields are one or two megabytes."""
LONGEST_WORDS: Final = 200
DEFAULT_PAUSE_SECONDS: Final = 2.0
BLOCKED_PAUSE_SECONDS: Final = 60.0
"""For whoever goes on after a 429 a page of HTML comes, with 403."""

Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the company's tokens of this day, where Pipedrive said so."""

    remaining: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Pipedrive answered: its `data`, `additional_data`, and the budget that is left."""

    data: Any = field(repr=False)
    additional: Mapping[str, Any]
    budget: Budget | None


class Pipedrive:
    """Calls the API. Safe to share between threads.

    Its methods raise Disconnected, NotAllowed, Gone, Refused, RateLimited, Unreachable, InDoubt. They wait for nothing:
    whoever meets RateLimited knows best whether to.
    """

    def __init__(self, grants: Grants, hosts: AllowedHosts) -> None:
        self._grants = grants
        self._hosts = hosts
        self._of_thread = threading.local()

    def get(self, key: GrantKey, path: str, parameters: Parameters | None = None) -> Answer:
        """Read what is at a path such as `/api/v2/persons`."""
        return self._call(key, "GET", path, parameters=parameters)

    def post(self, key: GrantKey, path: str, body: Mapping[str, Any]) -> Answer:
        """Write something; InDoubt means that it may have been written."""
        return self._call(key, "POST", path, body=body)

    def who_is(self, access: AccessToken) -> Mapping[str, Any]:
        """Return `/users/me` of whoever a token is of, before there is a grant."""
        answer = self._send(access, "GET", "/api/v1/users/me", None, None)
        if not isinstance(answer.data, dict):
            raise InDoubt("Pipedrive does not say who this is. Try again in a minute.")
        return answer.data

    def _call(
        self,
        key: GrantKey,
        method: str,
        path: str,
        parameters: Parameters | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        access = self._grants.access(key)
        try:
            return self._send(access, method, path, parameters, body)
        except Disconnected:
            # 401 comes before anything is done: it may be asked again.
            access = self._grants.access(key, stale=access.version)
            return self._send(access, method, path, parameters, body)

    def _send(
        self,
        access: AccessToken,
        method: str,
        path: str,
        parameters: Parameters | None,
        body: Mapping[str, Any] | None,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {access.value}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._session().request(
                method,
                f"{access.api_domain}{path}",
                params=dict(parameters or {}),
                data=None if body is None else orjson.dumps(body),
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _read(response)
        except ForbiddenUrl:
            raise Disconnected("Pipedrive's address of your company is not one that may be called.") from None
        except requests.ConnectTimeout:
            raise Unreachable("Pipedrive cannot be reached at the moment. Try again in a minute.") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            # The error's own words print the URL.
            raise _of_connection(error) from None

    def _session(self) -> GuardedSession:
        session: GuardedSession | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = GuardedSession(self._hosts)
        return session


def _of_connection(error: Exception) -> PipedriveError:
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    # urllib3 names what failed before anything went out.
    if isinstance(error, requests.ConnectionError) and type(cause).__name__ in (
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
    ):
        return Unreachable("Pipedrive cannot be reached at the moment. Try again in a minute.")
    return InDoubt("Pipedrive did not answer in time. Try again in a minute.")


def _read(response: requests.Response) -> Answer:
    octets: bytes = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    body = _json(octets) if len(octets) <= LARGEST_ANSWER else None
    if 200 <= response.status_code < 300 and body is not None and body.get("success") is not False:
        additional = body.get("additional_data")
        return Answer(body.get("data"), additional if isinstance(additional, dict) else {}, _budget(response))
    raise _refusal(response, body)


def _json(octets: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(octets)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _refusal(response: requests.Response, body: dict[str, Any] | None) -> PipedriveError:
    status, words = response.status_code, _words(body)
    if status == 401:
        return Disconnected(RECONNECT)
    if status == 429:
        return RateLimited("Pipedrive asks us to wait: your company's share of calls is used up.", _pause(response))
    if status == 403 and body is None:
        return RateLimited("Pipedrive blocks our calls for a while.", BLOCKED_PAUSE_SECONDS)
    if status in (402, 403):
        return NotAllowed(f"Pipedrive does not let you do this. {words}".strip())
    if status in (404, 410):
        return Gone(f"Pipedrive has no such thing, or you may not see it. {words}".strip())
    if 400 <= status < 500:
        return Refused(f"Pipedrive does not accept this. {words}".strip())
    if status == 503:
        return Unreachable("Pipedrive is not available at the moment. Try again in a minute.")
    return InDoubt("Pipedrive's answer makes no sense at the moment. Try again in a minute.")


def _words(body: dict[str, Any] | None) -> str:
    found = (body or {}).get("error")
    words = found if isinstance(found, str) else ""
    return "".join(filter(str.isprintable, words))[:LONGEST_WORDS]


def _pause(response: requests.Response) -> float:
    """Return the seconds that are left of the window: a duration, not a moment."""
    for name in ("x-ratelimit-reset", "Retry-After"):
        seconds = _number(response.headers.get(name))
        if seconds is not None:
            return max(0.1, seconds)
    return DEFAULT_PAUSE_SECONDS


def _budget(response: requests.Response) -> Budget | None:
    # Sent, though not documented, and sometimes missing.
    remaining = _number(response.headers.get("x-daily-ratelimit-token-remaining"))
    limit = _number(response.headers.get("x-daily-ratelimit-token-limit"))
    return None if remaining is None else Budget(int(remaining), None if limit is None else int(limit))


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else min(max(float(text), 0.0), 1e9)
    except ValueError:
        return None
