"""Connections that wait only so long, and to names of others only at public addresses."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.response import HTTPResponse
from urllib3.util import connection

from connectors.shared.outbound.allowed_hosts import ForbiddenUrl
from connectors.shared.outbound.public_addresses import is_public

# A name with many dead addresses would cost a connect timeout for each.
_MOST_ADDRESSES: Final = 4


@contextmanager
def cut_after(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Ends the block with TimeoutError by `cut`, which shuts the socket that the block reads from.

    A socket's own timeout starts anew with each byte: one now and then could hold a thread for days.
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        with suppress(OSError):
            cut()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, ValueError, HTTPException, HTTPError):
        if not late.is_set():
            raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


class _HTTPConnection(HTTPConnection):
    # urllib3 answers with a class of its own here, and says so with the same exemption.
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        sock, seconds = self.sock, self.timeout
        if not isinstance(seconds, int | float):
            raise TypeError("a guarded connection needs a timeout")
        # The base class's shutdown(): SSLSocket's own takes the TLS layer from under the reading thread.
        with cut_after(seconds, lambda: socket.socket.shutdown(sock, socket.SHUT_RDWR)):
            return super().getresponse()


class _HTTPSConnection(_HTTPConnection, HTTPSConnection):
    pass


class _PublicHTTPSConnection(_HTTPSConnection):
    """Resolves its name once and connects to the very addresses that were checked (no DNS rebinding)."""

    def _new_conn(self) -> socket.socket:
        name = self.host
        addresses = self._public_addresses()
        try:
            for address in addresses[:-1]:
                with suppress(NewConnectionError, ConnectTimeoutError):
                    return self._connect(address)
            return self._connect(addresses[-1])
        finally:
            # TLS asks for this name next and checks the certificate against it.
            self.host = name

    def _connect(self, address: str) -> socket.socket:
        self.host = address
        return super()._new_conn()

    def _public_addresses(self) -> list[str]:
        family = connection.allowed_gai_family()
        try:
            found = socket.getaddrinfo(self.host.strip("[]"), self.port, family, socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        if not addresses or not all(is_public(address) for address in addresses):
            raise ForbiddenUrl(f"{self.host} leads to an address that is not on the public internet.")
        return addresses[:_MOST_ADDRESSES]


class HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection
