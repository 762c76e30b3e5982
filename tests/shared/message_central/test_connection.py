"""One connection a thread: kept while it is good, made anew when it is not."""

import http.client
import socket
import threading
import time

import pytest

from connectors.shared.message_central import Outcome
from connectors.shared.message_central.transport import MAX_BODY_BYTES
from tests.shared.message_central.vendor_socket import (
    BODY,
    SMS,
    TOKEN,
    Script,
    StartVendor,
    Visit,
    answers_all,
    client,
    send,
)


def test_two_calls_share_a_connection(vendor: StartVendor) -> None:
    server = vendor(answers_all)
    kept = client(server.url)
    assert [kept.send_single(TOKEN, SMS).outcome for _ in range(2)] == [Outcome.SUCCESS] * 2
    assert [len(visit.requests) for visit in server.visits] == [2]


def test_a_refusal_keeps_the_connection(vendor: StartVendor) -> None:
    def refuse(visit: Visit) -> None:
        while visit.receive():
            visit.answer(b'{"responseCode": 511}', status="400 Bad Request")

    server = vendor(refuse)
    kept = client(server.url)
    assert [kept.send_single(TOKEN, SMS).outcome for _ in range(2)] == [Outcome.INVALID_COUNTRY_CODE] * 2
    assert len(server.visits) == 1


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(vendor: StartVendor) -> None:
    closed = threading.Event()

    def answer_once(visit: Visit) -> None:
        visit.receive()
        visit.answer(BODY)
        visit.socket.shutdown(socket.SHUT_RDWR)
        closed.set()

    server = vendor(answer_once)
    kept = client(server.url)
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    assert closed.wait(5)
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    assert len(server.visits) == 2


def test_connection_close_is_heeded(vendor: StartVendor) -> None:
    def answer_once(visit: Visit) -> None:
        visit.receive()
        visit.answer(BODY, headers=("Connection: close",))
        visit.closing.wait(30)

    server = vendor(answer_once)
    kept = client(server.url)
    assert [kept.send_single(TOKEN, SMS).outcome for _ in range(2)] == [Outcome.SUCCESS] * 2
    assert len(server.visits) == 2


def test_an_idle_connection_is_closed_from_this_side(vendor: StartVendor, monkeypatch: pytest.MonkeyPatch) -> None:
    server = vendor(answers_all)
    kept = client(server.url, idle=4.0)
    now = time.monotonic()
    for later in (0.0, 3.0, 8.0):
        monkeypatch.setattr("time.monotonic", lambda later=later: now + later)
        assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    assert [len(visit.requests) for visit in server.visits] == [2, 1]


def flood(visit: Visit) -> None:
    visit.answer(b"x" * (MAX_BODY_BYTES + 100_000))


def fall_silent(visit: Visit) -> None:
    visit.closing.wait(30)


@pytest.mark.parametrize(("misbehave", "outcome"), [(flood, Outcome.UNREADABLE), (fall_silent, Outcome.NO_ANSWER)])
def test_what_is_left_of_an_answer_is_not_taken_for_the_next(
    vendor: StartVendor, misbehave: Script, outcome: Outcome
) -> None:
    def answer_then_misbehave(visit: Visit) -> None:
        visit.receive()
        visit.answer(BODY)
        if visit.number == 0:
            visit.receive()
            misbehave(visit)

    server = vendor(answer_then_misbehave)
    kept = client(server.url, timeout=0.5)
    outcomes = [kept.send_single(TOKEN, SMS).outcome for _ in range(3)]
    assert outcomes == [Outcome.SUCCESS, outcome, Outcome.SUCCESS]
    assert [len(visit.requests) for visit in server.visits] == [2, 1]


def test_an_interrupted_call_leaves_no_answer_behind(vendor: StartVendor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_connection: object) -> None:
        raise KeyboardInterrupt

    server = vendor(answers_all)
    kept = client(server.url)
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    with monkeypatch.context() as patch:
        patch.setattr(http.client.HTTPConnection, "getresponse", interrupt)
        with pytest.raises(KeyboardInterrupt):
            kept.send_single(TOKEN, SMS)
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    assert len(server.visits) == 2


def test_each_thread_has_its_own_connection_and_takes_it_along(vendor: StartVendor) -> None:
    left = threading.Semaphore(0)

    def answer_until_left(visit: Visit) -> None:
        answers_all(visit)
        left.release()

    server = vendor(answer_until_left)
    shared = client(server.url)
    threads = [threading.Thread(target=shared.send_single, args=(TOKEN, SMS)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert all(left.acquire(timeout=5) for _ in threads)
    assert [len(visit.requests) for visit in server.visits] == [1, 1, 1]


def test_a_forked_child_makes_its_own_connection(vendor: StartVendor, monkeypatch: pytest.MonkeyPatch) -> None:
    server = vendor(answers_all)
    kept = client(server.url)
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    monkeypatch.setattr("os.getpid", lambda: -1)
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    assert len(server.visits) == 2


def test_close_closes(vendor: StartVendor) -> None:
    left = threading.Event()

    def answer_until_left(visit: Visit) -> None:
        answers_all(visit)
        left.set()

    kept = client(vendor(answer_until_left).url)
    kept.close()
    assert kept.send_single(TOKEN, SMS).outcome is Outcome.SUCCESS
    kept.close()
    assert left.wait(5)


def test_no_cookie_is_kept_and_no_redirect_followed(vendor: StartVendor) -> None:
    def bake(visit: Visit) -> None:
        while visit.receive():
            headers = ("Set-Cookie: session=1; Path=/", "Location: /elsewhere")
            visit.answer(BODY, status="302 Found", headers=headers)

    server = vendor(bake)
    kept = client(server.url)
    assert [kept.send_single(TOKEN, SMS).outcome for _ in range(2)] == [Outcome.UNREADABLE] * 2
    requests = server.visits[0].requests
    assert len(requests) == 2
    assert not any(b"cookie" in request.lower() for request in requests)


def test_proxies_of_the_environment_are_ignored(vendor: StartVendor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert send(vendor(answers_all).url).outcome is Outcome.SUCCESS
