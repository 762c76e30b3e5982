"""The budget of tries for passwords that nobody knows."""

from collections.abc import Callable

import pytest

from connectors.shared.accounts import guesses
from connectors.shared.accounts.guesses import (
    BURST,
    LONGEST_WAIT_SECONDS,
    REPEATS,
    SECONDS_A_REPEAT,
    SECONDS_A_TRY,
    Guesses,
)

Advance = Callable[[float], None]


@pytest.fixture
def advance(monkeypatch: pytest.MonkeyPatch) -> Advance:
    """A clock that moves when told to."""
    now = [1_000.0]

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return now[0]

    monkeypatch.setattr(guesses, "time", Clock)

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


def turns(tried: Guesses, count: int, customer_id: str = "C-1") -> list[float | None]:
    return [tried.seconds_to_turn(customer_id) for _ in range(count)]


@pytest.mark.usefixtures("advance")
def test_a_burst_goes_at_once_then_a_short_line_then_nobody() -> None:
    tried = Guesses()
    assert turns(tried, BURST) == [0.0] * BURST
    assert turns(tried, 1) == [pytest.approx(SECONDS_A_TRY)]
    assert turns(tried, 3) == [None] * 3


@pytest.mark.usefixtures("advance")
def test_each_customer_has_a_budget_of_its_own() -> None:
    tried = Guesses()
    turns(tried, 20)
    assert turns(tried, 1, "C-2") == [0.0]


def test_who_was_turned_away_takes_nothing_from_who_comes_next(advance: Advance) -> None:
    tried = Guesses()
    turns(tried, 500)
    advance(SECONDS_A_TRY)
    wait = tried.seconds_to_turn("C-1")
    assert wait is not None
    assert wait <= LONGEST_WAIT_SECONDS


def test_the_budget_grows_back_to_the_burst_and_no_further(advance: Advance) -> None:
    tried = Guesses()
    turns(tried, 50)
    advance(3_600)
    assert turns(tried, BURST) == [0.0] * BURST
    assert tried.seconds_to_turn("C-1") != 0.0


@pytest.mark.usefixtures("advance")
def test_a_right_one_was_no_guess() -> None:
    tried = Guesses()
    turns(tried, 50)
    tried.right("C-1")
    assert turns(tried, 1) == [0.0]


def test_a_refused_password_is_tried_again_a_few_times_and_then_after_a_while(advance: Advance) -> None:
    tried = Guesses()
    assert [tried.may_repeat(b"d") for _ in range(REPEATS + 2)] == [True] * REPEATS + [False] * 2
    assert tried.may_repeat(b"e")
    advance(SECONDS_A_REPEAT)
    assert tried.may_repeat(b"d")
    assert not tried.may_repeat(b"d")


@pytest.mark.usefixtures("advance")
def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "MOST_REMEMBERED", 3)
    tried = Guesses()
    for index in range(100):
        tried.seconds_to_turn(str(index))
        tried.may_repeat(str(index).encode())
    assert [tried.may_repeat(b"99") for _ in range(REPEATS)][-1] is False
    assert [tried.may_repeat(b"50") for _ in range(REPEATS)][-1] is True
