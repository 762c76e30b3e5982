"""A server on a real socket that answers as it is told, breaks off as it is told, and can be gone and come back."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it came; `target` is the path with its query, still encoded."""

    method: str
    target: str
    headers: dict[str, str]
    """By names in small letters."""
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a body that is a form in UTF-8."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """One answer, or how there is none."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    """Close the connection without a word."""
    silent: bool = False
    """Say nothing for as long as the other side waits."""
    cut_short: bool = False
    """Break off in the middle of the body."""


class Line:
    """Listens on a free port of this machine, and keeps that port while it is away."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self._answer = answer
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(answer, self._closing))
        self.port = int(self._server.server_address[1])
        self._thread = self._serve()

    def leave(self) -> None:
        """Be not there: nobody listens, and what was connected is cut."""
        if self._thread.is_alive():
            self._closing.set()
            self._server.shutdown()
            self._thread.join()
            self._server.close_all()

    def come_back(self) -> None:
        """Listen again, on the same port."""
        if not self._thread.is_alive():
            self._closing = threading.Event()
            self._server = _Server(("127.0.0.1", self.port), _handler(self._answer, self._closing))
            self._thread = self._serve()

    def _serve(self) -> threading.Thread:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        return thread


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: Any) -> None:
        """A client that is gone is no news here."""

    def close_all(self) -> None:
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _handler(answer: Callable[[Request], Reply], closing: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.exchange()

        def do_POST(self) -> None:
            self.exchange()

        def exchange(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = answer(Request(self.command, self.path, headers, body))
            if reply.silent:
                _wait_until_gone(self.connection, closing)
            if reply.silent or reply.hang_up:
                self.close_connection = True
                return
            _write(self, reply)

        def log_message(self, *_: Any) -> None:
            """Nothing: who asked what is kept by the vendor."""

    return Handler


def _write(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body) + reply.cut_short))
    handler.end_headers()
    handler.wfile.write(reply.body)
    handler.close_connection = handler.close_connection or reply.cut_short


def _wait_until_gone(connection: socket.socket, closing: threading.Event) -> None:
    connection.settimeout(0.05)
    while not closing.is_set():
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return
