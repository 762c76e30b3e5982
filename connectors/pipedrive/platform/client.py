"""Calls of Pipedrive's API in a user's name: a token that is good, typed errors, and nothing asked twice that writes.

https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting and …/core-api-concepts-http-status-codes
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import orjson
import requests
import structlog
from requests.adapters import BaseAdapter
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError

from connectors.pipedrive.errors import Disconnected, InDoubt, PipedriveError, RateLimited, Unreachable
from connectors.pipedrive.platform.answers import SENSELESS, Budget, budget_of, json_of, refusal_of
from connectors.pipedrive.platform.grants import RECONNECT, AccessToken, GrantKey, Grants
from connectors.pipedrive.platform.oauth import NOT_REACHED
from connectors.shared.outbound import AllowedHosts, ForbiddenUrl, GuardedSession
from connectors.shared.outbound.connections import cut_after

TIMEOUT: Final = (5.0, 20.0)
"""Seconds to connect and to begin to answer."""
BODY_SECONDS: Final = 20.0
LARGEST_ANSWER: Final = 32 * 1024**2
"""Octets. Five hundred people with all their fields are one or two megabytes."""
IDLE_SECONDS: Final = 15.0
"""After which a connection is made anew: one that Pipedrive closes in that moment leaves a write in doubt."""
_NO_ANSWER: Final = "Pipedrive did not answer in time. Try again in a minute."

log = structlog.get_logger()

Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Pipedrive answered: its `data`, `additional_data`, and the budget that is left."""

    data: Any = field(repr=False)
    additional: Mapping[str, Any]
    budget: Budget | None

    @property
    def next_cursor(self) -> str | None:
        """What leads to the next page of a list; None at its end."""
        found = self.additional.get("next_cursor")
        return found if isinstance(found, str) and found else None


class Pipedrive:
    """Calls the API. Safe to share between threads.

    Its methods raise Disconnected, NotAllowed, Gone, Refused, RateLimited, Unreachable, InDoubt. Where Pipedrive asks
    us to wait, a read does so once, for `patience` seconds at the most; beyond that the caller knows best whether to.
    """

    def __init__(self, grants: Grants, hosts: AllowedHosts, patience: float = 0.0) -> None:
        self._grants = grants
        self._hosts = hosts
        self._patience = patience
        self._of_thread = threading.local()

    def get(self, key: GrantKey, path: str, parameters: Parameters | None = None) -> Answer:
        """Read what is at a path such as `/api/v2/persons`."""
        try:
            return self._with_access(key, lambda access: self._read(access, path, parameters))
        except RateLimited as error:
            if error.seconds > self._patience:
                raise
            time.sleep(error.seconds)
        return self._with_access(key, lambda access: self._read(access, path, parameters))

    def post(self, key: GrantKey, path: str, body: Mapping[str, Any]) -> Answer:
        """Write something; InDoubt means that it may have been written."""
        octets = orjson.dumps(body)
        return self._with_access(key, lambda access: self._exchange(access, "POST", path, octets))

    def delete(self, key: GrantKey, path: str) -> None:
        """Take something away; InDoubt means that it may be gone."""
        self._with_access(key, lambda access: self._exchange(access, "DELETE", path))

    def who_is(self, access: AccessToken) -> Mapping[str, Any]:
        """Return `/users/me` of whoever a token is of, before there is a grant."""
        try:
            answer = self._read(access, "/api/v1/users/me", None)
        except _NotAuthorized:
            raise Disconnected(RECONNECT) from None
        if not isinstance(answer.data, dict):
            raise InDoubt("Pipedrive does not say who this is. Try again in a minute.")
        return answer.data

    def close(self) -> None:
        """Close the calling thread's connections; those of other threads close as these end."""
        session: GuardedSession | None = getattr(self._of_thread, "session", None)
        if session is not None:
            session.close()

    def _with_access(self, key: GrantKey, call: Callable[[AccessToken], Answer]) -> Answer:
        access = self._grants.access(key)
        try:
            return call(access)
        except _NotAuthorized:
            # 401 comes before anything is done: what writes may be asked again, too.
            access = self._grants.access(key, stale=access.version)
        try:
            return call(access)
        except _NotAuthorized:
            raise Disconnected(RECONNECT) from None

    def _read(self, access: AccessToken, path: str, parameters: Parameters | None) -> Answer:
        # Commas stay as they are: escaped, a hundred ids would take half as much again.
        query = urlencode(dict(parameters or {}), safe=",")
        target = f"{path}?{query}" if query else path
        try:
            return self._exchange(access, "GET", target)
        except _Lost:
            return self._exchange(access, "GET", target)

    def _exchange(self, access: AccessToken, method: str, target: str, body: bytes | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {access.value}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._session().request(
                method,
                f"{access.api_domain}{target}",
                data=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _answer(response)
        except ForbiddenUrl:
            log.error("pipedrive_host_not_allowed", setting="CONNECTORS_PIPEDRIVE_API_HOSTS")
            raise Unreachable(
                "This app may not call your company's address at Pipedrive. Whoever runs the app has to allow it."
            ) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            # The error's own words print the URL.
            raise _of_connection(error) from None

    def _session(self) -> GuardedSession:
        own, moment = self._of_thread, time.monotonic()
        if getattr(own, "session", None) is None:
            own.session = _Session(self._hosts)
        elif moment - own.used > IDLE_SECONDS:
            own.session.close()  # it stays of use: the next call connects anew
        own.used = moment
        session: GuardedSession = own.session
        return session


class _Session(GuardedSession):
    def get_adapter(self, url: str) -> BaseAdapter:
        # A list of ids is longer than a URL that others give us may be. What is called does not depend on the query.
        return super().get_adapter(url.partition("?")[0])


class _NotAuthorized(Exception):
    """401: the token is good no more."""


class _Lost(InDoubt):
    """The connection ended before an answer came; kept alive, it may have been closed before anything went out."""


def _answer(response: requests.Response) -> Answer:
    if response.status_code == 401:
        raise _NotAuthorized
    with cut_after(BODY_SECONDS, response.raw.shutdown):
        octets: bytes = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    body = json_of(octets) if len(octets) <= LARGEST_ANSWER else None
    if not 200 <= response.status_code < 300 or body is None:
        raise refusal_of(response.status_code, response.headers, body)
    if body.get("success") is False:
        raise InDoubt(SENSELESS)
    additional = body.get("additional_data")
    return Answer(body.get("data"), additional if isinstance(additional, dict) else {}, budget_of(response.headers))


def _of_connection(error: Exception) -> PipedriveError:
    inner = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    # urllib3 tells apart what failed before anything went out (a name that is not known, too), by the reason inside.
    if isinstance(error, requests.ConnectTimeout) or isinstance(getattr(inner, "reason", None), NewConnectionError):
        return Unreachable(NOT_REACHED)
    if isinstance(error, requests.exceptions.SSLError):
        return InDoubt("No secure connection to Pipedrive came about, or it broke off. Try again in a minute.")
    return _Lost(_NO_ANSWER) if isinstance(inner, ProtocolError) else InDoubt(_NO_ANSWER)
