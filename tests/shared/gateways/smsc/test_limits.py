"""The vendor's limits by the minute: kept by threads and processes together, and given back after a minute."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from connectors.service import Service
from connectors.shared import clock
from connectors.shared.errors import NotFound
from connectors.shared.gateways.bounded_calls import WINDOW_MS, Bound, BoundedCalls
from connectors.shared.gateways.call_tables import bounded_calls
from connectors.shared.gateways.smsc.answers import Outcome, Refusal
from connectors.shared.gateways.smsc.bounded import BoundedSmsc
from connectors.shared.gateways.smsc.client import Sms
from connectors.shared.gateways.smsc.kind import bounded_smsc
from tests.shared.gateways.smsc.vendor import connect, says, smsc

THREADS = 60
ANOTHER_PROCESS = """
import sys
from connectors.shared.database import Database
from connectors.shared.gateways.bounded_calls import Bound, BoundedCalls
from connectors.shared.secrets import SecretBox
calls = BoundedCalls(Database(sys.argv[1]), SecretBox(["a key for tests"]))
print("ready", flush=True)
sys.stdin.readline()
print(sum(calls.enter(int(sys.argv[2]), Bound(50, ("x", "7"))) is None for _ in range(40)))
"""


@pytest.fixture
def later() -> Iterator[Callable[[int], None]]:
    yield clock.set_ahead
    clock.set_ahead(0)


def test_threads_and_processes_are_counted_together(service: Service) -> None:
    connection_id = connect(service)
    calls = BoundedCalls(service.database, service.secrets)
    command = [sys.executable, "-c", ANOTHER_PROCESS, service.database.url, str(connection_id)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        with ThreadPoolExecutor(THREADS) as pool:
            waits = list(pool.map(lambda _: calls.enter(connection_id, Bound(50, ("x", "7"))), range(THREADS)))
        elsewhere = int(other.communicate(timeout=60)[0])
    assert waits.count(None) + elsewhere == 50
    assert all(0 < wait <= 61 for wait in waits if wait is not None)


def test_a_minute_later_it_may_go_again_and_what_is_old_is_gone(service: Service, later: Callable[[int], None]) -> None:
    connection_id = connect(service)
    calls = BoundedCalls(service.database, service.secrets)

    def enter(*what: str) -> float | None:
        return calls.enter(connection_id, Bound(2, what))

    assert [enter("x", "7"), enter("x", "7")] == [None, None]
    assert enter("x", "7") is not None
    assert enter("x", "8") is None
    later(WINDOW_MS // 2)
    assert 0 < (enter("x", "7") or 0) <= 31
    later(WINDOW_MS + 1_000)
    assert enter("x", "7") is None
    with service.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(bounded_calls)) == 1
    with pytest.raises(NotFound):
        calls.enter(999, Bound(2, ("x",)))


Call = Callable[[BoundedSmsc, int], object]
ONE = Sms(("79990000001",), "a")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_call_has_the_limit_of_its_page(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with smsc() as vendor:
        monkeypatch.setenv("CONNECTORS_SMSC_URL", vendor.url)
        for script, answer in ANSWERS.items():
            vendor.on(script, says(answer))
        connection_id, bounded = connect(service), bounded_smsc(service)
        for most, call in LIMITS:
            asked = len(vendor.asked)
            results = [call(bounded, connection_id) for _ in range(most + 2)]
            over = [one for one in results if isinstance(one, Refusal) and one.outcome is Outcome.BOUNDED]
            assert results[most:] == over
            assert len(over) == 2
            assert all(1 <= (one.retry_after or 0) <= 61 and "seconds" in one.words for one in over)
            assert len(vendor.asked) == asked + most


ANSWERS = {
    "send": {"cost": 1, "cnt": 1},
    "status": [{"status": 1}],
    "balance": {"balance": 1},
    "get": [],
    "receive_phones": {"cost": 1},
    "wait_call": {"phone": "78000000001"},
    "downloads": [],
}
LIMITS: list[tuple[int, Call]] = [
    (10, lambda b, c: b.balance(c)),
    (5, lambda b, c: b.cost(c, ONE)),
    (5, lambda b, c: b.cost(c, Sms(("79990000002",), "a"))),
    (5, lambda b, c: b.status(c, [("79990000001", "1")])),
    (1, lambda b, c: b.status(c, [("79990000001", "1"), ("79990000002", "1")])),
    (3, lambda b, c: b.history(c, start=date(2026, 11, 1))),
    (3, lambda b, c: b.history(c, start=date(2026, 11, 2))),
    (3, lambda b, c: b.answers(c, after="1")),
    (2, lambda b, c: b.numbers(c)),
    (2, lambda b, c: b.rent(c, "79990000001")),
    (2, lambda b, c: b.change_renewal(c, "79990000001", renewed=True)),
    (2, lambda b, c: b.change_renewal(c, "79990000001", renewed=False)),
    (50, lambda b, c: b.wait_call(c, "79990000001")),
    (3, lambda b, c: b.tasks(c)),
    (3, lambda b, c: b.download(c, task_id="1")),
]
