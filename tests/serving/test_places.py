"""Requests that wait for others hold up none that only works here."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from connectors.serving.places import Places
from tests.shared.messages.tenants import wait_for

WORKING, WAITING = 2, 3


class House:
    """An app whose answers take until they are let go."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.let_go = threading.Event()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.inside.append(path)
        if path != "/healthz" and not path.endswith("/quick"):
            self.let_go.wait(30)
        if path.endswith("/broken"):
            raise RuntimeError("broken")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]


class Callers:
    """Many at once."""

    def __init__(self) -> None:
        self.house = House()
        self._client = Client(Places(self.house, WORKING, WAITING, ("/tool/api",)))
        self._threads = ThreadPoolExecutor(20)

    def get(self, path: str) -> TestResponse:
        return self._client.get(path)

    def delete(self, path: str) -> TestResponse:
        return self._client.delete(path)

    def begin(self, path: str, times: int) -> list[Future[TestResponse]]:
        return [self._threads.submit(self.get, path) for _ in range(times)]

    def close(self) -> None:
        self.house.let_go.set()
        self._threads.shutdown()


@pytest.fixture
def callers() -> Iterator[Callers]:
    with ExitStack() as stack:
        made = Callers()
        stack.callback(made.close)
        yield made


def test_those_that_wait_leave_room_for_messages_and_are_told_when_they_are_too_many(callers: Callers) -> None:
    waiting = callers.begin("/tool/api/slow", WAITING)
    wait_for(lambda: callers.house.inside.count("/tool/api/slow") == WAITING)
    assert callers.get("/api/v1/messages/quick").status_code == 200
    refused = callers.get("/tool/api/quick")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert callers.delete("/tool/api/quick").status_code == 200
    callers.house.let_go.set()
    assert [each.result(30).status_code for each in waiting] == [200] * WAITING
    assert callers.get("/tool/api/quick").status_code == 200


def test_so_many_work_at_once_and_the_others_in_turn(callers: Callers) -> None:
    working = callers.begin("/api/v1/messages", WORKING + 5)
    wait_for(lambda: len(callers.house.inside) == WORKING)
    assert callers.get("/healthz").status_code == 200
    assert callers.get("/tool/api/quick").status_code == 200
    assert callers.house.inside.count("/api/v1/messages") == WORKING
    callers.house.let_go.set()
    assert [each.result(30).status_code for each in working] == [200] * (WORKING + 5)


@pytest.mark.parametrize("path", ["/broken", "/tool/api/broken"])
def test_a_fault_gives_its_place_back(callers: Callers, path: str) -> None:
    callers.house.let_go.set()
    for _ in range(WORKING + WAITING):
        with pytest.raises(RuntimeError):
            callers.get(path)
    assert callers.get(path.replace("broken", "quick")).status_code == 200
