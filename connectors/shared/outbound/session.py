"""The session that makes the calls."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError

from connectors.shared.message_central.exchange import read_retry_after
from connectors.shared.outbound.allowed_hosts import AllowedHosts, ForbiddenUrl, scheme_and_host
from connectors.shared.outbound.connections import HTTPPool, HTTPSPool, PublicHTTPSPool, cut_after

_LONGEST_BODY: Final = 2048
_DEFAULT_TIMEOUT: Final = (5.0, 10.0)


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """A status and the start of the body, at most 2 kB; or no status, and in words why none came.

    `retry_after`: the seconds that it asked us to wait, where it did.
    """

    status: int | None
    body: str = field(default="", repr=False)
    failure: str | None = None
    retry_after: float | None = None


class GuardedSession(requests.Session):
    """Calls only what `hosts` allows, at public addresses; follows no redirect, keeps no cookie, asks once.

    For one thread. Whatever its methods other than `post_json` raise may print the URL: do not log it.
    """

    def __init__(self, hosts: AllowedHosts) -> None:
        super().__init__()
        self._hosts = hosts
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        # identity: a small compressed body may be a huge one.
        self.headers.update({"User-Agent": "message-central-connectors", "Accept-Encoding": "identity"})
        self._trusted = _Adapter({"https": HTTPSPool, "http": HTTPPool})
        self._public = _Adapter({"https": PublicHTTPSPool})
        self.adapters.clear()
        self.mount("https://", self._public)
        self.mount("http://", self._trusted)

    def post_json(
        self, url: str, payload: bytes, *, timeout: tuple[float, float], headers: Mapping[str, str] | None = None
    ) -> OutboundAnswer:
        """Posts JSON, once; `timeout` is (to connect, to answer) in seconds. Raises nothing."""
        try:
            self._hosts.check(url)
            with self.post(
                url,
                data=payload,
                headers={**(headers or {}), "Content-Type": "application/json"},
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                retry_after = read_retry_after(response.headers.get("Retry-After"))
                return OutboundAnswer(
                    response.status_code, _start_of_body(response, timeout[1]), retry_after=retry_after
                )
        except ForbiddenUrl as error:
            return OutboundAnswer(None, failure=str(error))
        except (requests.RequestException, HTTPError) as error:
            return OutboundAnswer(None, failure=_in_words(error))

    def get_adapter(self, url: str) -> BaseAdapter:
        """Every request passes here with the URL as it goes out, so here it is checked."""
        self._hosts.check(url)
        _, host = scheme_and_host(url)
        return self._trusted if self._hosts.trusts(host) else self._public

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Adapter(HTTPAdapter):
    def __init__(self, pools: Mapping[str, type[HTTPConnectionPool]]) -> None:
        self._pools = pools
        super().__init__(pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(self._pools)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = kwargs.get("timeout") or _DEFAULT_TIMEOUT
        return super().send(request, *args, **kwargs)


def _start_of_body(response: requests.Response, seconds: float) -> str:
    # The status has come and is the answer; a body that never ends or breaks off takes nothing from it.
    with suppress(HTTPError, OSError, ValueError), cut_after(seconds, response.raw.shutdown):
        body: bytes = response.raw.read(_LONGEST_BODY, decode_content=False)
        return body.decode("utf-8", "replace")
    return ""


_FAILURES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (requests.ConnectTimeout, "No connection came about in time."),
    (requests.Timeout, "No answer came in time."),
    (requests.exceptions.SSLError, "The server's certificate is not valid for its name, or TLS failed."),
    (requests.ConnectionError, "The connection failed, or was closed before an answer came."),
)


def _in_words(error: Exception) -> str:
    # requests hides the cause two levels down and prints the URL around it.
    if isinstance(getattr(error.args[0] if error.args else None, "reason", None), NameResolutionError):
        return "The host name is not known."
    return next((words for kind, words in _FAILURES if isinstance(error, kind)), "The answer could not be read.")
