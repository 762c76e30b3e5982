"""The server itself, byte by byte."""

import socket

import pytest
import requests

from connectors.sandbox.http_server import LONGEST_REQUEST_LINE
from connectors.sandbox.server import SandboxServer
from tests.sandbox.caller import Caller


def talk(server: SandboxServer, request: bytes) -> bytes:
    """Send these bytes, and return everything until the server closes."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_connections_are_kept_alive(server: SandboxServer) -> None:
    first = b"GET /sandbox/stats HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /sandbox/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = talk(server, first * 2 + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.count(b"Connection: keep-alive") == 2


def test_a_session_uses_one_connection(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.send()
    monkeypatch.setattr(socket, "create_connection", None)
    for _ in range(5):
        assert caller.send().status_code == 200


def test_the_old_protocol_closes(server: SandboxServer) -> None:
    assert b"Connection: close" in talk(server, b"GET /sandbox/stats HTTP/1.0\r\n\r\n")


def test_head_has_no_body(server: SandboxServer) -> None:
    answer = talk(server, b"HEAD / HTTP/1.0\r\nHost: x\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert body == b""


def test_chunked_bodies_are_read(server: SandboxServer) -> None:
    request = (
        b"PUT /sandbox/settings HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b'7\r\n{"laten\r\n9;x=y\r\ncy": 0.5}\r\n0\r\nTrailer: x\r\n\r\n'
    )
    assert b'"latency":0.5' in talk(server, request)


def test_a_body_is_asked_for_where_the_caller_waits(server: SandboxServer) -> None:
    request = (
        b"PUT /sandbox/settings HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
        b"Connection: close\r\n\r\n{}"
    )
    answer = talk(server, request)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 101 + b"\r\n", 431),
        (b"GET /" + b"x" * LONGEST_REQUEST_LINE + b" HTTP/1.1\r\n\r\n", 414),
    ],
)
def test_what_is_no_request_is_refused(server: SandboxServer, request_bytes: bytes, status: int) -> None:
    assert talk(server, request_bytes).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_url_as_long_as_the_vendor_would_take(caller: Caller) -> None:
    assert caller.send(message="x" * 7_500).status_code == 200
    assert caller.send(message="x" * 8_200).status_code == 414


def test_a_caller_that_leaves_hurts_nobody(server: SandboxServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
    assert requests.get(f"{server.url}/sandbox/stats", timeout=10).status_code == 200


def test_stopping_closes_what_is_open() -> None:
    server = SandboxServer()
    server.start()
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /sandbox/stats HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        server.stop()
        assert connection.recv(65_536) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_it_listens_only_where_asked(server: SandboxServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=10)


def test_waiting_in_vain_says_what_there_was(server: SandboxServer) -> None:
    with pytest.raises(TimeoutError, match="'messages': 0"):
        server.wait_for(lambda waited: bool(waited.messages()), timeout=0.05)
