"""What becomes of a call on real sockets: silence, closed doors, dripping and broken answers."""

import gzip
import json
import logging
import socket
import time

import pytest

from connectors.shared.message_central import Credentials, Outcome
from connectors.shared.message_central.connection import TimedResponse
from connectors.shared.message_central.exchange import Call, Reply
from connectors.shared.message_central.transport import Transport
from tests.shared.message_central.vendor_socket import (
    BODY,
    SMS,
    TOKEN,
    StartVendor,
    Visit,
    answers_all,
    client,
    send,
)


def test_what_arrives_on_the_wire(vendor: StartVendor) -> None:
    server = vendor(answers_all)
    assert send(server.url).outcome is Outcome.SUCCESS
    line, *headers = server.visits[0].requests[0].decode().rstrip().split("\r\n")
    assert line.startswith("POST /verification/v3/send?countryCode=91&mobileNumber=9999999999&")
    assert "message=Your%20code%20is%201476" in line
    assert sorted(headers) == [
        "Accept-Encoding: identity",
        "Content-Length: 0",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: message-central-connectors",
        f"authToken: {TOKEN}",
    ]


def test_a_vendors_own_headers_arrive(vendor: StartVendor) -> None:
    server = vendor(answers_all)
    transport = Transport(server.url, timeout=5, connect_timeout=2, idle_seconds=60)
    said = {"Authorization": "Bearer k=y+/é", "User-Agent": "shop", "content-length": "7"}
    call = Call("POST", "/messages", body=b"{}", content_type="application/json", headers=said)
    transport.call(call)
    _, *headers = server.visits[0].requests[0].decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
    assert sorted(headers) == [
        "Accept-Encoding: identity",
        "Authorization: Bearer k=y+/é",
        "Content-Length: 2",
        "Content-Type: application/json",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: shop",
    ]
    assert "Bearer" not in repr(call)


@pytest.mark.parametrize("key", ["", "se\r\ncret", "secret\n", "secret ", "secret-ключ", "se\0cret"])
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(key: str) -> None:
    with pytest.raises(ValueError, match=r"^a header has a name or a value that cannot be sent$"):
        Call("GET", "/", headers={"X-Key": key})
    with pytest.raises(ValueError, match=r"^a header has a name or a value that cannot be sent$"):
        Call("GET", "/", headers={f"X-{key} ": "value"})


def test_an_answer_that_never_comes(vendor: StartVendor) -> None:
    server = vendor(lambda visit: visit.receive() and visit.closing.wait(30))
    answer = send(server.url, timeout=0.2)
    assert (answer.outcome, answer.message) == (Outcome.NO_ANSWER, "no answer came in time")


def test_a_connection_closed_without_an_answer(vendor: StartVendor) -> None:
    server = vendor(lambda visit: visit.receive())
    answer = send(server.url)
    assert answer.outcome is Outcome.NO_ANSWER
    assert len(server.visits) == 1


def test_a_connection_reset_without_an_answer(vendor: StartVendor) -> None:
    def reset(visit: Visit) -> None:
        visit.receive()
        visit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    assert send(vendor(reset).url).outcome is Outcome.NO_ANSWER


def test_a_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = send(f"http://127.0.0.1:{port}")
    assert answer.outcome is Outcome.NOT_CONNECTED
    assert answer.message == "the connection was refused or the host unreachable"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "the host's name was not found"),
        (TimeoutError("timed out"), "connecting took too long"),
        (OSError(101, "Network is unreachable"), "the connection was refused or the host unreachable"),
        (UnicodeError("label too long"), "no connection could be made"),
    ],
)
def test_connections_that_are_never_made(monkeypatch: pytest.MonkeyPatch, error: Exception, message: str) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr("urllib3.util.connection.create_connection", fail)
    answer = send("http://127.0.0.1:9")
    assert (answer.outcome, answer.message) == (Outcome.NOT_CONNECTED, message)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_an_answer_that_drips_holds_no_thread(vendor: StartVendor, head: bytes) -> None:
    def drip(visit: Visit) -> None:
        visit.receive()
        visit.socket.sendall(head)
        while not visit.closing.wait(0.01):
            visit.socket.sendall(b"x")

    started = time.monotonic()
    answer = send(vendor(drip).url, timeout=0.3, connect=0.3)
    assert answer.outcome is Outcome.NO_ANSWER
    assert 0.3 <= time.monotonic() - started < 4


def test_a_late_byte_buys_no_second_timeout(vendor: StartVendor) -> None:
    def linger(visit: Visit) -> None:
        visit.receive()
        visit.closing.wait(0.8)
        visit.socket.sendall(b"H")
        visit.closing.wait(30)

    started = time.monotonic()
    assert send(vendor(linger).url, timeout=1.0).outcome is Outcome.NO_ANSWER
    assert 1.0 <= time.monotonic() - started < 4


def test_a_deadline_that_passes_between_two_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        theirs.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        answer = TimedResponse(ours)
        later = time.monotonic() + 6
        monkeypatch.setattr("time.monotonic", lambda: later)
        with pytest.raises(TimeoutError, match="not complete in time"):
            answer.begin()
        answer.close()


def test_a_timeout_given_covers_connecting_and_answering(vendor: StartVendor) -> None:
    server = vendor(lambda visit: visit.receive() and visit.closing.wait(30))
    started = time.monotonic()
    answer = client(server.url, timeout=30).mint_token(Credentials("C-1", "secret"), timeout=0.2)
    assert answer.outcome is Outcome.NO_ANSWER
    assert 0.2 <= time.monotonic() - started < 4


def test_an_answer_that_breaks_off(vendor: StartVendor) -> None:
    def break_off(visit: Visit) -> None:
        visit.receive()
        visit.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + BODY[:50])

    answer = send(vendor(break_off).url)
    assert (answer.outcome, answer.http_status) == (Outcome.NO_ANSWER, 200)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\0\0\0\0\r\n\r\n", b"HTTP/1.1 banana\r\n\r\n"])
def test_an_answer_that_is_no_http(vendor: StartVendor, said: bytes) -> None:
    def mumble(visit: Visit) -> None:
        visit.receive()
        visit.socket.sendall(said)

    assert send(vendor(mumble).url).outcome is Outcome.NO_ANSWER


@pytest.mark.parametrize("encoding", ["chunked", "gzip", "until closed"])
def test_bodies_in_every_wrapping(vendor: StartVendor, encoding: str) -> None:
    def wrap(visit: Visit) -> None:
        visit.receive()
        if encoding == "gzip":
            visit.answer(gzip.compress(BODY), headers=("Content-Encoding: gzip",))
        elif encoding == "chunked":
            chunks = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (9, BODY[:9], len(BODY) - 9, BODY[9:])
            visit.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        else:
            visit.socket.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)

    assert send(vendor(wrap).url).transaction_id == "1c9c56ec-5cd3-48b5-9e32-a15499fb77a2"


def test_a_small_answer_that_unpacks_to_a_huge_one(vendor: StartVendor) -> None:
    def bomb(visit: Visit) -> None:
        visit.receive()
        visit.answer(gzip.compress(b" " * 50_000_000), headers=("Content-Encoding: gzip",))

    answer = send(vendor(bomb).url)
    assert (answer.outcome, answer.http_status) == (Outcome.UNREADABLE, 200)


def test_a_broken_wrapping_makes_no_sense(vendor: StartVendor) -> None:
    def garble(visit: Visit) -> None:
        visit.receive()
        visit.answer(b"this is no gzip", headers=("Content-Encoding: gzip",))

    assert send(vendor(garble).url).outcome is Outcome.UNREADABLE


def test_an_answer_that_comes_before_the_whole_request_is_heard(vendor: StartVendor) -> None:
    def refuse_early(visit: Visit) -> None:
        visit.receive()
        visit.answer(b"", status="413 Content Too Large", headers=("Connection: close",))

    transport = Transport(vendor(refuse_early).url, timeout=5, connect_timeout=2, idle_seconds=60)
    reply = transport.call(Call("POST", "/verification/v3/send", token=TOKEN, body=b"x" * 30_000_000))
    assert reply == Reply(413, b"")


@pytest.mark.parametrize("headers", [(), ("Nonsense without a colon",)])
@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
def test_no_secret_is_logged(
    vendor: StartVendor, caplog: pytest.LogCaptureFixture, headers: tuple[str, ...], status: str
) -> None:
    def echo(visit: Visit) -> None:
        target = visit.receive().split(b" ")[1].decode()
        visit.answer(json.dumps({"status": 400, "error": target}).encode(), status=status, headers=headers)

    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connection", "urllib3.connectionpool", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    kept = client(vendor(echo).url)
    answer = kept.mint_token(Credentials("C-1", "hunter2hunter2", "asha@example.com"))
    sent = kept.send_single(TOKEN, SMS)
    spoken = f"{caplog.text} {answer!r} {sent!r}"
    assert bool(headers) == ("Failed to parse headers" in caplog.text)
    for secret in ("hunter2hunter2", "aHVudGVyMmh1bnRlcjI", TOKEN, "9999999999", "1476"):
        assert secret not in spoken


def test_no_path_is_logged(vendor: StartVendor, caplog: pytest.LogCaptureFixture) -> None:
    """Other vendors have the number and the text there."""

    def answer(visit: Visit) -> None:
        target = visit.receive().split(b" ")[1].decode()
        visit.answer(headers=(f"Nonsense without a colon {target}",))

    caplog.set_level(logging.DEBUG, logger="urllib3")
    server = vendor(answer)
    transport = Transport(server.url, timeout=5, connect_timeout=2, idle_seconds=60)
    assert transport.call(Call("GET", "/rest/api/9999999999/a-text?a=secret")) == Reply(200, b"")
    assert f"url={server.url}/…" in caplog.text
    for secret in ("rest", "9999999999", "a-text", "secret"):
        assert secret not in caplog.text
