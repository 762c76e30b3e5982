"""The endpoint as it is really served: gunicorn on a socket, several processes, headers and bodies as octets."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from tests.clevertap.customer import PATH, sms

PASSWORD = "é हिन्दी 👩‍👧 pässword"
ACCOUNTS = {"C-1": PASSWORD, "C-NEW": "another"}
MANY = 1_500
STARTING_SECONDS = 30


@pytest.fixture(scope="module")
def vendor() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxOptions(accounts=ACCOUNTS)) as running:
        yield running


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served") / "log"


@pytest.fixture(scope="module")
def port(vendor: SandboxServer, log: Path) -> Iterator[int]:
    """The port of a service that runs as its users run it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = int(probe.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTORS_")} | {
        "CONNECTORS_DATA_DIR": str(log.parent),
        "CONNECTORS_MESSAGE_CENTRAL_URL": vendor.url,
        "CONNECTORS_ACCESS_LOG": "true",
    }
    command = [sys.executable, "-m", "connectors", "serve", "--port", str(free)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + STARTING_SECONDS
        while not is_ready(free):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield free
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def is_ready(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
    except OSError:
        return False


def headers_of(customer_id: str = "C-1", password: str = PASSWORD, **more: str) -> dict[str, Any]:
    return {"customerId": customer_id, "password": password.encode(), "Content-Type": "application/json"} | more


def post(port: int, body: bytes, headers: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Post with headers as octets; returns HTTP status and body."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=15)) as connection:
        connection.request("POST", PATH, body, headers)
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())


def converse(port: int, *parts: bytes, then_close: bool = False) -> tuple[int, dict[str, Any]]:
    """Write octets as they are, and read one whole answer however much was written before it."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        for part in parts:
            connection.sendall(part)
        if then_close:
            connection.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, orjson.loads(response.read())


def head(*more: str) -> bytes:
    lines = [f"POST {PATH} HTTP/1.1", "Host: x", "customerID: C-1", f"PASSWORD: {PASSWORD}", *more, "", ""]
    return "\r\n".join(lines).encode()


def test_a_password_in_utf8_is_the_password(port: int) -> None:
    status, body = post(port, orjson.dumps(sms(mid="utf8")), headers_of())
    assert (status, body["message"]) == (200, "SUCCESS")
    status, body = post(port, orjson.dumps(sms(mid="utf8")), headers_of(password=PASSWORD + "x"))
    assert (status, body["responseCode"]) == (401, 501)


def test_a_text_reaches_the_phone_byte_for_byte(port: int, vendor: SandboxServer) -> None:
    text = " नमस्ते\r\n👨‍👩‍👧 100% a+b & مرحبا "
    post(port, orjson.dumps(sms(mid="text", mobileNumber="+919816155599", messageText=text)), headers_of())
    vendor.wait_for(lambda server: text in [message.text for message in server.messages()])


def test_whoever_sends_too_much_sees_why(port: int) -> None:
    size = 11 * 1024 * 1024
    big = b"x" * size
    for keep in ("keep-alive", "close"):
        status, body = converse(port, head(f"Content-Length: {size}", f"Connection: {keep}"), big)
        assert (status, body["responseCode"]) == (413, 400), body
        assert "10 MB" in body["message"]


def test_too_much_in_chunks_is_seen_too(port: int) -> None:
    chunk = b"%x\r\n%s\r\n" % (1 << 20, b"y" * (1 << 20))
    status, body = converse(port, head("Transfer-Encoding: chunked"), chunk * 11, b"0\r\n\r\n")
    assert (status, body["responseCode"]) == (413, 400), body


def test_chunks_of_the_right_size_are_read(port: int) -> None:
    sent = orjson.dumps(sms(mid="chunked"))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (sent[:7], sent[7:]))
    status, body = converse(port, head("Transfer-Encoding: chunked"), chunks + b"0\r\n\r\n")
    assert (status, body["responseCode"]) == (200, 200)


def test_a_slow_body_is_waited_for(port: int) -> None:
    sent = orjson.dumps(sms(mid="slow"))
    status, _ = converse(port, head(f"Content-Length: {len(sent)}"), *[bytes([octet]) for octet in sent])
    assert status == 200


@pytest.mark.parametrize("framing", ["Content-Length: 500", "Transfer-Encoding: chunked"])
def test_a_body_that_breaks_off_is_told(port: int, framing: str) -> None:
    part = b'{"mobileNumber"' if "Length" in framing else b'20\r\n{"mobileNumber"'
    status, body = converse(port, head(framing), part, then_close=True)
    assert (status, body["responseCode"]) == (400, 400)
    assert "complete" in body["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_over_the_wire(port: int, method: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, PATH)
        response = connection.getresponse()
        body = response.read()
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert (body == b"") == (method == "HEAD")


@pytest.mark.parametrize("keep", ["keep-alive", "close"])
def test_fifteen_hundred_at_once_are_all_answered(port: int, keep: str) -> None:
    """As a campaign starts, and as the very first contact of its customer."""
    answers: list[tuple[int, bytes]] = []
    together = threading.Barrier(MANY // 25)

    def send(first: int) -> None:
        together.wait(10)
        with_bodies = [
            orjson.dumps(sms(mid=f"{keep}{index}", messageText=f"n {index}")) for index in range(first, first + 25)
        ]
        sockets = [socket.create_connection(("127.0.0.1", port), timeout=15) for _ in with_bodies]
        for connection, body in zip(sockets, with_bodies, strict=True):
            lines = (f"POST {PATH} HTTP/1.1", "Host: x", "customerId: C-NEW", "password: another",
                     f"Connection: {keep}", f"Content-Length: {len(body)}", "", "")  # fmt: skip
            connection.sendall("\r\n".join(lines).encode() + body)
        for connection in sockets:
            with connection:
                response = http.client.HTTPResponse(connection)
                response.begin()
                answers.append((response.status, response.read()))

    threads = [threading.Thread(target=send, args=(first,)) for first in range(0, MANY, 25)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() - began < 30
    assert len(answers) == MANY
    assert [answer for answer in answers if answer[0] != 200] == []
    assert len({orjson.loads(body)["data"]["transactionId"] for _, body in answers}) == MANY


def test_a_new_customer_was_proven_once(port: int, vendor: SandboxServer) -> None:
    before = vendor.stats()["tokens_minted"]
    vendor.settings(accounts=ACCOUNTS | {"C-50": "x"})
    statuses: list[int] = []

    def send(index: int) -> None:
        statuses.append(post(port, orjson.dumps(sms(mid=str(index))), headers_of("C-50", "x"))[0])

    threads = [threading.Thread(target=send, args=(index,)) for index in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert statuses == [200] * 50
    assert vendor.stats()["tokens_minted"] == before + 1


def test_nothing_secret_is_in_the_log_or_in_the_clear_on_disk(port: int, log: Path) -> None:
    post(port, orjson.dumps(sms(mid="log")), headers_of())
    deadline = time.monotonic() + 5
    while PATH.encode() not in (said := log.read_bytes()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert b"Traceback" not in said
    for secret in (PASSWORD, "9816155599", "9816111111", "नमस्ते", "another"):
        assert secret.encode() not in said
    for file in log.parent.rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes()
