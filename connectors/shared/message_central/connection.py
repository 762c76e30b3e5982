"""A thread's one kept-alive connection, and the adapter that puts `requests` on it.

`requests` spends more on a call than the network does: a session merges settings, prepares the URL again,
keeps cookies, asks a pool for a connection by a key, and urllib3's pool walks the URL byte by byte (and logs
it). All that is wanted of both here is one connection to one host; a call costs a third of `Session.post`
this way.
"""

import contextlib
import http.client
import io
import logging
import os
import re
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import urllib3
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

_ORIGIN = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


class NotConnected(Exception):
    """No connection was made, so nothing of the request was written. Says why in words of ours alone."""


class Connection:
    """One connection to one host, made anew when it was idle for longer than `idle_seconds`.

    A server closes idle connections when it likes. When it does so in the moment of a call, nobody can tell
    whether that call was taken, and its message ends in doubt; so an idle connection is closed from this side
    first.
    """

    def __init__(self, origin: str, tls: ssl.SSLContext | None, idle_seconds: float) -> None:
        url = urlsplit(origin)
        host = url.hostname or ""
        self._idle_seconds = idle_seconds
        self._last_used = 0.0
        self._made_in = os.getpid()
        if url.scheme == "https":
            self._connection: HTTPConnection = HTTPSConnection(host, url.port, ssl_context=tls)
        else:
            self._connection = HTTPConnection(host, url.port)
        self._connection.response_class = TimedResponse

    def urlopen(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: dict[str, str],
        timeout: urllib3.Timeout,
        **_pooling: object,
    ) -> "BaseHTTPResponse":
        """What `HTTPAdapter.send` asks of a pool. Raises NotConnected when nothing was written."""
        timing = timeout.clone()
        timing.start_connect()
        self._connect(timing.connect_timeout)
        connection = self._connection
        # A server that refuses a long body early stops reading it, and its answer is there all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, url, body=body, headers=headers, preload_content=False)
        remaining = timing.read_timeout
        if not isinstance(remaining, float | int) or remaining <= 0:
            raise TimeoutError
        connection.timeout = remaining
        return connection.getresponse()

    def used(self) -> None:
        """Notes that an exchange ended well, and the connection may carry the next."""
        self._last_used = time.monotonic()

    def close(self) -> None:
        self._connection.close()

    def __del__(self) -> None:
        # A thread that ends takes its connection along.
        if hasattr(self, "_connection"):
            self.close()

    @property
    def is_ours(self) -> bool:
        """False in a child forked with the connection open: two processes on one socket mix up answers."""
        return self._made_in == os.getpid()

    def _connect(self, connect_timeout: Any) -> None:
        connection = self._connection
        connection.timeout = connect_timeout
        if connection.is_connected and time.monotonic() - self._last_used <= self._idle_seconds:
            return
        self.close()
        try:
            connection.connect()
        except (HTTPError, OSError, http.client.HTTPException, ValueError) as error:
            raise NotConnected(_reason(error)) from None


class OneConnectionAdapter(HTTPAdapter):
    """`requests`' own adapter, over the one connection of its thread."""

    def __init__(self, origin: str, connection: Connection) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._origin = origin
        self._connection = connection

    def get_connection_with_tls_context(self, *_args: object, **_kwargs: object) -> "HTTPConnectionPool":
        return cast("HTTPConnectionPool", self._connection)

    def cert_verify(self, *_args: object, **_kwargs: object) -> None:
        """Nothing to set up: the connection was made with a context that verifies."""

    def request_url(self, request: PreparedRequest, _proxies: object) -> str:
        return (request.url or "").removeprefix(self._origin)

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        response = Response()
        response.request = req
        response.status_code = resp.status
        response.raw = resp
        return response


class TimedResponse(http.client.HTTPResponse):
    """An answer whose status line, headers and body together have to come within the socket's timeout.

    A timeout of a socket starts anew with each byte: a vendor that drips would hold a thread for as long as
    it likes.
    """

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedStream(sock, self.fp.detach()))


class _TimedStream(io.RawIOBase):
    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock = sock
        self._raw = raw
        self._deadline = time.monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer was not complete in time")
        self._sock.settimeout(remaining)
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _WithoutPath(logging.Filter):
    """urllib3 logs the whole URL when an answer's headers are malformed.

    Ours carry passwords, numbers and texts, some of them in the path, and what could not be parsed may repeat them:
    what is left is whom we called, and the kind of the error.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        if isinstance(record.args, tuple):
            record.args = tuple(_legible(value) for value in record.args)
        return True


def _legible(value: object) -> object:
    if isinstance(value, Exception):
        return type(value).__name__
    if not isinstance(value, str):
        return value
    origin = _ORIGIN.match(value)
    return f"{origin[0]}/…" if origin else value.partition("?")[0]


def _reason(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "the host's name was not found"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "the connection was refused or the host unreachable"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError | TimeoutError):
        return "connecting took too long"
    if isinstance(error, ssl.SSLError | urllib3.exceptions.SSLError):
        return "the TLS handshake failed"
    return "no connection could be made"


logging.getLogger("urllib3.connection").addFilter(_WithoutPath())
