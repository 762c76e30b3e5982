import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from connectors.shared.outbound import ForbiddenUrl, GuardedSession, OutboundAnswer
from tests.shared.outbound.server import OK, Server, drip

TIMEOUT = (2.0, 2.0)


def test_posts_to_a_trusted_host(serve: Callable[..., Server], session: GuardedSession) -> None:
    server = serve()
    answer = session.post_json(server.url("/hook?account=x"), b'[{"event":"delivered"}]', timeout=TIMEOUT)
    assert answer == OutboundAnswer(200, "ok")
    (request,) = server.requests
    assert request.startswith(b"POST /hook?account=x HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in request
    assert request.endswith(b'\r\n\r\n[{"event":"delivered"}]')


def test_headers_of_the_caller_go_along(serve: Callable[..., Server], session: GuardedSession) -> None:
    server = serve()
    session.post_json(server.url(), b"{}", timeout=TIMEOUT, headers={"webhook-id": "1", "Content-Type": "text/html"})
    (request,) = server.requests
    assert b"webhook-id: 1\r\n" in request
    assert b"Content-Type: application/json\r\n" in request


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Retry-After: 120", 120.0),
        ("Retry-After: Sat, 21 Nov 2020 08:00:00 GMT", 0.0),
        ("Retry-After: soon", None),
        ("Retry-After: 1 Jan 99999999999999999999 00:00:00", None),
        ("X: y", None),
    ],
)
def test_a_wait_that_is_asked_for_is_read(
    serve: Callable[..., Server], session: GuardedSession, header: str, seconds: float | None
) -> None:
    server = serve(f"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n{header}\r\n\r\n".encode())
    assert session.post_json(server.url(), b"{}", timeout=TIMEOUT) == OutboundAnswer(503, retry_after=seconds)


def test_one_connection_serves_many_calls(serve: Callable[..., Server], session: GuardedSession) -> None:
    server = serve()
    for _ in range(3):
        assert session.post_json(server.url(), b"[]", timeout=TIMEOUT).status == 200
    assert server.connections == 1


def test_keeps_no_cookie(serve: Callable[..., Server], session: GuardedSession) -> None:
    server = serve(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n"))
    for _ in range(2):
        assert session.post_json(server.url(), b"[]", timeout=TIMEOUT).status == 200
    assert b"cookie" not in server.requests[1].lower()


def test_heeds_no_proxy_of_the_environment(
    serve: Callable[..., Server], session: GuardedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = serve(), serve()
    monkeypatch.setenv("http_proxy", proxy.url())
    monkeypatch.setenv("no_proxy", "")
    assert session.post_json(server.url(), b"[]", timeout=TIMEOUT).status == 200
    assert proxy.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_follows_no_redirect(serve: Callable[..., Server], session: GuardedSession, status: int) -> None:
    target = serve()
    head = f"HTTP/1.1 {status} Away\r\nLocation: {target.url()}\r\nContent-Length: 0\r\n\r\n"
    server = serve(head.encode())
    assert session.post_json(server.url(), b"[]", timeout=TIMEOUT) == OutboundAnswer(status, "")
    assert session.post(server.url(), data=b"[]", allow_redirects=True, timeout=2).status_code == status
    assert target.connections == 0


def test_every_method_of_the_session_is_guarded(serve: Callable[..., Server], session: GuardedSession) -> None:
    server = serve()
    with pytest.raises(ForbiddenUrl):
        session.get(server.url(host="localhost"), timeout=2)
    with pytest.raises(ForbiddenUrl):
        session.request("DELETE", "https://elsewhere.test/", timeout=2)
    assert server.connections == 0


def test_a_forbidden_url_is_a_failure_in_words(session: GuardedSession) -> None:
    answer = session.post_json("https://elsewhere.test/hook?token=x", b"[]", timeout=TIMEOUT)
    assert answer == OutboundAnswer(None, "", "elsewhere.test is not among the hosts that may be called.")


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 2"])
def test_an_answer_that_drips_is_cut(serve: Callable[..., Server], session: GuardedSession, start: bytes) -> None:
    server = serve(drip(start))
    started = time.monotonic()
    answer = session.post_json(server.url("/?account=x"), b"[]", timeout=(2.0, 0.3))
    assert answer == OutboundAnswer(None, "", "No answer came in time.")
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("length", [b"Content-Length: 200", b"X: y", b"Transfer-Encoding: chunked"])
def test_a_body_that_drips_takes_nothing_from_the_status(
    serve: Callable[..., Server], session: GuardedSession, length: bytes
) -> None:
    server = serve(drip(b"HTTP/1.1 400 Bad\r\n" + length + b"\r\n\r\n1;"))
    started = time.monotonic()
    assert session.post_json(server.url(), b"[]", timeout=(2.0, 0.3)).status == 400
    assert time.monotonic() - started < 3


def test_silence_is_a_failure(serve: Callable[..., Server], session: GuardedSession) -> None:
    silent = threading.Event()
    server = serve(lambda _: silent.wait(10) and None)
    try:
        answer = session.post_json(server.url("/?account=x"), b"[]", timeout=(2.0, 0.2))
    finally:
        silent.set()
    assert answer == OutboundAnswer(None, "", "No answer came in time.")
    assert len(server.requests) == 1


def test_a_closed_port_and_a_closed_connection_are_failures(
    serve: Callable[..., Server], session: GuardedSession
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    words = "The connection failed, or was closed before an answer came."
    assert session.post_json(f"http://127.0.0.1:{port}/?a=b", b"[]", timeout=TIMEOUT).failure == words
    server = serve(lambda stream: stream.shutdown(socket.SHUT_RDWR))
    assert session.post_json(server.url("/?a=b"), b"[]", timeout=TIMEOUT).failure == words
    assert len(server.requests) == 1


def test_an_unknown_name_is_a_failure(session: GuardedSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for url in ("https://nowhere.example.com/?a=b", "http://hooks.internal/?a=b"):
        assert session.post_json(url, b"[]", timeout=TIMEOUT).failure == "The host name is not known."


@pytest.mark.parametrize(
    "noise", [b"SMTP ready\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200]
)
def test_noise_is_a_failure(serve: Callable[..., Server], session: GuardedSession, noise: bytes) -> None:
    def answer(stream: socket.socket) -> None:
        stream.sendall(noise)
        stream.shutdown(socket.SHUT_RDWR)

    outcome = session.post_json(serve(answer).url("/?account=x"), b"[]", timeout=TIMEOUT)
    assert outcome.status is None
    assert outcome.failure is not None
    assert "account" not in outcome.failure


def test_a_huge_body_is_read_to_two_kilobytes(serve: Callable[..., Server], session: GuardedSession) -> None:
    sent = threading.Event()

    def answer(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            for _ in range(1000):
                stream.sendall(b"x" * 1_000_000)
        except OSError:
            sent.set()

    assert session.post_json(serve(answer).url(), b"[]", timeout=TIMEOUT) == OutboundAnswer(200, "x" * 2048)
    assert sent.wait(5)


def test_a_body_is_not_shown() -> None:
    assert "919816111111" not in repr(OutboundAnswer(400, "919816111111"))
