import pytest

from connectors.shared.clock import DAY, HOUR, MINUTE, SECOND
from connectors.shared.webhooks.retries import next_attempt

NOW = 1_795_248_000_000
LONGEST_JITTER = 1.2


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (0, 5 * SECOND),
        (1, 30 * SECOND),
        (2, 2 * MINUTE),
        (3, 5 * MINUTE),
        (4, 15 * MINUTE),
        (5, HOUR),
        (6, 2 * HOUR),
        (7, 4 * HOUR),
        (8, 4 * HOUR),
        (90, 4 * HOUR),
    ],
)
def test_pauses_grow(failures: int, pause: int) -> None:
    found = {(next_attempt(failures, NOW, NOW) or 0) - NOW for _ in range(50)}
    assert pause <= min(found) < max(found) <= pause * LONGEST_JITTER


def test_there_is_a_last_attempt_at_the_end_of_the_day_and_none_after() -> None:
    moment, attempts = NOW, 0
    while (again := next_attempt(attempts, NOW, moment)) is not None:
        assert again > moment
        moment, attempts = again, attempts + 1
    assert moment == NOW + DAY
    assert 11 <= attempts <= 14


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (0.0, 5 * SECOND, 6 * SECOND),
        (1.0, 5 * SECOND, 6 * SECOND),
        (600.0, 10 * MINUTE, 12 * MINUTE),
        (1e9, HOUR, 1.2 * HOUR),
    ],
)
def test_a_wait_that_was_asked_for_is_heeded_within_limits(asked: float, least: float, most: float) -> None:
    again = next_attempt(0, NOW, NOW, asked)
    assert again is not None
    assert least <= again - NOW <= most
