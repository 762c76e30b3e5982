"""Turns to write: nobody is passed over, and who waits no longer loses nothing for the others."""

import threading
from functools import partial
from pathlib import Path

import pytest

from connectors.shared.errors import StoreUnavailable
from connectors.shared.write_turn import FairLock, WriteTurn
from tests.shared.messages.tenants import wait_for


def waiting(lock: FairLock, count: int) -> bool:
    return len(lock._waiting) == count


def test_it_is_handed_on_in_the_order_of_asking() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(0)

    def ask(number: int) -> None:
        assert lock.acquire(10)
        order.append(number)
        lock.release()

    threads = []
    for number in range(20):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        wait_for(partial(waiting, lock, number + 1))
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_who_waits_no_longer_is_forgotten() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.01)
    assert waiting(lock, 0)
    lock.release()
    assert lock.acquire(0)


def test_a_turn_that_does_not_come_says_so(tmp_path: Path) -> None:
    turn = WriteTurn(tmp_path / "a.sqlite3", 0.05)
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(StoreUnavailable, match="too long") as refused, turn:
            pass
        told.append(str(refused.value))

    with turn:
        other = threading.Thread(target=ask)
        other.start()
        other.join()
    assert told
    with turn:
        pass
    turn.close()
