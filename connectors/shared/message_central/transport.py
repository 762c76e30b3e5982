"""HTTP out: a call in, a reply or the lack of one out. Nothing that `requests` raises gets past here."""

import http.client
import re
import ssl
import threading
from functools import cache
from typing import cast

import requests
import urllib3
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from connectors.shared.message_central.connection import Connection, NotConnected, OneConnectionAdapter
from connectors.shared.message_central.exchange import Call, NoReply, Reply, read_retry_after
from connectors.shared.message_central.outcomes import Outcome

MAX_BODY_BYTES = 1_000_000
USER_AGENT = "message-central-connectors"

_BASE_URL = re.compile(
    r"(?P<origin>https?://(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:(?P<port>[0-9]{1,5}))?)(?P<path>(/[\w.~-]*)*)",
    re.ASCII,
)

_ANYTHING_OF_HTTP = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
)
# A read timeout, and urllib3's "Connection aborted" (ProtocolError), are not among them: they may come after
# the request was written.
_KNOWN_NOT_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.SSLError,
    ConnectTimeoutError,
    NewConnectionError,
)


class _ThreadsOwn(threading.local):
    connection: Connection | None = None
    adapter: OneConnectionAdapter


class Transport:
    """Calls one host. Threads share nothing but the TLS context: each has one connection, kept alive.

    Raises ValueError for a base URL that is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        connect_timeout: float,
        idle_seconds: float,
        tls: ssl.SSLContext | None = None,
        most_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        """`most_bytes`: how long an answer may be."""
        self._origin, self._prefix = _origin_and_prefix(base_url)
        self._timing = urllib3.Timeout(total=timeout + connect_timeout, connect=connect_timeout, read=timeout)
        self._connect_timeout = connect_timeout
        self._most_bytes = most_bytes
        self._idle_seconds = idle_seconds
        # Loading the certificates takes longer than a call does: once, and not once a thread.
        self._tls = (tls or _verifying_context()) if self._origin.startswith("https:") else None
        self._own = _ThreadsOwn()

    def call(self, call: Call, *, timeout: float | None = None) -> Reply | NoReply:
        """One exchange, never repeated. `timeout`, when given, is for connecting and answering together."""
        adapter, connection = self._line()
        whole = False
        try:
            # The stubs leave out that urllib3's own Timeout is taken too.
            timing = cast("float", self._timing_within(timeout))
            response = adapter.send(self._prepare(call), stream=True, timeout=timing)
            reply = _read(response, self._most_bytes)
            whole = isinstance(reply, Reply)
        except _ANYTHING_OF_HTTP as error:
            return _no_reply(error)
        except NotConnected as error:
            return NoReply(Outcome.NOT_CONNECTED, str(error))
        finally:
            # What is left of an answer would be taken for the answer to the next call.
            if whole:
                connection.used()
            else:
                connection.close()
        return reply

    def close(self) -> None:
        """Closes the calling thread's connection; those of other threads close as these end."""
        if self._own.connection is not None:
            self._own.connection.close()

    def _line(self) -> tuple[OneConnectionAdapter, Connection]:
        own = self._own
        if own.connection is None or not own.connection.is_ours:
            own.connection = Connection(self._origin, self._tls, self._idle_seconds)
            own.adapter = OneConnectionAdapter(self._origin, own.connection)
        return own.adapter, own.connection

    def _prepare(self, call: Call) -> PreparedRequest:
        # By hand: preparing the URL would quote it again, and the rest is overhead.
        prepared = PreparedRequest()
        prepared.method = call.method
        prepared.url = f"{self._origin}{self._prefix}{call.target}"
        prepared.headers = CaseInsensitiveDict({"User-Agent": USER_AGENT, **call.headers})
        prepared.body = call.body
        if call.token is not None:
            prepared.headers["authToken"] = call.token
        if call.body is not None:
            prepared.headers["Content-Length"] = str(len(call.body))
        if call.content_type is not None:
            prepared.headers["Content-Type"] = call.content_type
        return prepared

    def _timing_within(self, timeout: float | None) -> urllib3.Timeout:
        if timeout is None:
            return self._timing
        return urllib3.Timeout(total=timeout, connect=min(timeout, self._connect_timeout), read=timeout)


def _origin_and_prefix(base_url: str) -> tuple[str, str]:
    match = _BASE_URL.fullmatch(base_url)
    if match is None or int(match["port"] or 80) > 65535:
        raise ValueError("the base URL must look like https://host or http://host:port")
    return match["origin"], match["path"].rstrip("/")


def _read(response: requests.Response, most_bytes: int) -> Reply | NoReply:
    status = response.status_code
    try:
        body = response.raw.read(most_bytes + 1, decode_content=True)
    except urllib3.exceptions.DecodeError:
        return NoReply(Outcome.UNREADABLE, "the answer's encoding is broken", status)
    except _ANYTHING_OF_HTTP:
        return NoReply(Outcome.NO_ANSWER, "the answer broke off or took too long", status)
    if len(body) > most_bytes:
        return NoReply(Outcome.UNREADABLE, "the answer is far longer than any of the vendor's", status)
    return Reply(status, body, read_retry_after(response.raw.headers.get("Retry-After")))


def _no_reply(error: Exception) -> NoReply:
    cause = _cause(error)
    if isinstance(cause, _KNOWN_NOT_SENT):
        return NoReply(Outcome.NOT_CONNECTED, "no connection could be made")
    if isinstance(cause, requests.ReadTimeout | TimeoutError):
        return NoReply(Outcome.NO_ANSWER, "no answer came in time")
    return NoReply(Outcome.NO_ANSWER, "the connection was lost before an answer came")


def _cause(error: Exception) -> object:
    if type(error) is not requests.ConnectionError or not error.args:
        return error
    inner = error.args[0]
    return inner.reason if isinstance(inner, MaxRetryError) else inner


@cache
def _verifying_context() -> ssl.SSLContext:
    # One for a process: it takes 15 ms to load, and every gateway wants it.
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
