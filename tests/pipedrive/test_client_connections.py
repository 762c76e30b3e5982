"""The client of Pipedrive's API on real sockets: connections that fail, end, drip, and are kept."""

import socket

import pytest
import requests
import responses

from connectors.pipedrive.errors import InDoubt, Unreachable
from connectors.pipedrive.platform import client as module
from connectors.pipedrive.platform.grants import AccessToken
from tests.pipedrive.calling import KEY, OK, PERSONS, asked, error_of, pipedrive_at
from tests.pipedrive.scripted import LOST, Step, answer, scripted


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_listens(method: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        pipedrive = pipedrive_at(f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert isinstance(error_of(pipedrive, method), Unreachable)


def test_a_name_that_nobody_knows() -> None:
    assert isinstance(error_of(pipedrive_at("https://acme.invalid", "acme.invalid"), "POST"), Unreachable)


@responses.activate
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_connection_in_time(method: str) -> None:
    responses.add(
        method, f"http://127.0.0.1{PERSONS if method == 'GET' else '/api/v1/notes'}", requests.ConnectTimeout()
    )
    assert isinstance(error_of(pipedrive_at("http://127.0.0.1"), method), Unreachable)


def test_no_secure_connection() -> None:
    with scripted(Step(closes=True)) as server:
        pipedrive = pipedrive_at(server.url.replace("http:", "https:"))
        assert isinstance(error_of(pipedrive, "POST"), InDoubt)


@pytest.mark.parametrize("url", ["https://acme.pipedrive.com.example", "http://acme.pipedrive.com", "https://10.0.0.1"])
def test_an_address_that_may_not_be_called(url: str) -> None:
    assert isinstance(error_of(pipedrive_at(url, "*.pipedrive.com")), Unreachable)


def test_a_read_that_was_lost_is_asked_once_more() -> None:
    with asked(LOST, OK) as (pipedrive, server):
        assert pipedrive.get(KEY, PERSONS).data == [1]
    assert (len(server.requests), server.connections) == (2, 2)


def test_a_read_that_was_lost_twice() -> None:
    with asked(LOST, LOST) as (pipedrive, server):
        assert isinstance(error_of(pipedrive), InDoubt)
    assert len(server.requests) == 2


def test_a_write_that_was_lost_is_never_sent_again() -> None:
    with asked(OK, LOST, OK) as (pipedrive, server):
        pipedrive.get(KEY, PERSONS)
        assert isinstance(error_of(pipedrive, "POST"), InDoubt)
    assert len(server.requests) == 2


def test_a_connection_is_kept() -> None:
    with asked(OK, OK) as (pipedrive, server):
        pipedrive.get(KEY, PERSONS)
        pipedrive.post(KEY, PERSONS, {})
    assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_carries_no_write() -> None:
    with asked(Step(OK.octets, closes=True), OK) as (pipedrive, server):
        pipedrive.get(KEY, PERSONS)
        assert server.closed.wait(10)
        assert pipedrive.post(KEY, PERSONS, {}).data == [1]
    assert (len(server.requests), server.connections) == (2, 2)


def test_an_old_connection_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", -1.0)
    with asked(OK, OK) as (pipedrive, server):
        pipedrive.get(KEY, PERSONS)
        pipedrive.post(KEY, PERSONS, {})
    assert server.connections == 2


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 X\r\nA: ", b"HTTP/1.1 200 X\r\nContent-Length: 900000\r\n\r\n", b"HTTP/1.1 200 X\r\n\r\n"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_drips_ends(monkeypatch: pytest.MonkeyPatch, start: bytes, method: str) -> None:
    monkeypatch.setattr(module, "TIMEOUT", (5.0, 0.2))
    monkeypatch.setattr(module, "BODY_SECONDS", 0.2)
    with asked(Step(start, drips=True), Step(start, drips=True)) as (pipedrive, server):
        assert isinstance(error_of(pipedrive, method), InDoubt)
    assert len(server.requests) == 1


def test_an_answer_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", (5.0, 0.1))
    with asked(Step()) as (pipedrive, server):
        assert isinstance(error_of(pipedrive), InDoubt)
    assert len(server.requests) == 1


def test_an_answer_that_is_far_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_ANSWER", 1_000)
    with asked(answer({"success": True, "data": "x" * 2_000})) as (pipedrive, _):
        assert isinstance(error_of(pipedrive), InDoubt)


def test_nothing_of_a_call_is_in_a_repr() -> None:
    with asked(OK) as (pipedrive, server):
        found = pipedrive.get(KEY, PERSONS)
    assert "[1]" not in repr(found)
    assert "hidden" not in repr(AccessToken("hidden", 0, server.url))
