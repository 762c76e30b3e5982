import pytest

from connectors.shared.limits.pace import SECOND_NS, Pace

RATE = 10
STEP = SECOND_NS // RATE
START = 5 * SECOND_NS


def taken(pace: Pace, back_at: int, times: list[int]) -> tuple[list[bool], int]:
    outcomes = []
    for now in times:
        turn, back_at = pace.take(back_at, now)
        outcomes.append(turn.allowed)
    return outcomes, back_at


def test_a_second_of_turns_may_be_taken_at_once_and_no_more() -> None:
    outcomes, _ = taken(Pace(RATE), 0, [START] * (RATE + 3))
    assert outcomes == [True] * RATE + [False] * 3


def test_turns_come_back_one_by_one() -> None:
    outcomes, back_at = taken(Pace(RATE), 0, [START] * RATE)
    outcomes, back_at = taken(Pace(RATE), back_at, [START + STEP - 1, START + STEP, START + STEP, START + 3 * STEP])
    assert outcomes == [False, True, False, True]
    assert taken(Pace(RATE), back_at, [START + 2 * SECOND_NS] * (RATE + 1))[0] == [True] * RATE + [False]


def test_a_refusal_costs_nothing() -> None:
    pace = Pace(RATE)
    _, back_at = taken(pace, 0, [START] * RATE)
    assert taken(pace, back_at, [START] * 1_000)[1] == back_at


def test_what_is_left_is_told() -> None:
    pace = Pace(RATE)
    first, back_at = pace.take(0, START)
    assert (first.remaining, first.full_in_seconds, first.wait_seconds) == (RATE - 1, 1, 0)
    _, back_at = taken(pace, back_at, [START] * (RATE - 1))
    refused, _ = pace.take(back_at, START)
    assert (refused.allowed, refused.remaining, refused.wait_seconds) == (False, 0, 1)


@pytest.mark.parametrize("rate", [1, 3, 7, 100, 100_000])
def test_any_rate_is_kept_exactly(rate: int) -> None:
    outcomes, _ = taken(Pace(rate), 0, [START] * (rate + 1))
    assert (outcomes.count(True), outcomes[-1]) == (rate, False)


@pytest.mark.parametrize("remembered", [START + 2 * SECOND_NS, 2**62, -1, 0])
def test_a_moment_of_another_clock_holds_nobody_up(remembered: int) -> None:
    """The machine was started anew: its clock begins at nought."""
    assert taken(Pace(RATE), remembered, [START] * RATE)[0] == [True] * RATE
