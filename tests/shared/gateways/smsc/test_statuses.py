"""SMSC's statuses and error codes in our states and words."""

import pytest

from connectors.shared.gateways.smsc.statuses import ERRORS, STATUSES, error_code, explain, meaning_of
from connectors.shared.messages.states import Status


@pytest.mark.parametrize(
    ("numbers", "outcome"),
    [
        (("-3", "-2", "-1", "0", " 0 ", "5", "99", "DELIVRD", ""), None),
        (("1", "2", "4"), Status.DELIVERED),
        (("3",), Status.EXPIRED),
        (("20", "25"), Status.UNDELIVERED),
        (("22", "23", "24"), Status.REJECTED),
    ],
)
def test_what_a_status_decides(numbers: tuple[str, ...], outcome: Status | None) -> None:
    assert {meaning_of(number).outcome for number in numbers} == {outcome}


@pytest.mark.parametrize(
    ("err", "code"), [(None, None), ("", None), ("0", None), ("00", None), (" 1 ", "1"), ("x", "x")]
)
def test_no_error_is_none(err: str | None, code: str | None) -> None:
    assert error_code(err) == code


def test_a_message_that_did_not_arrive_says_why() -> None:
    assert explain("20", "1") == "The number does not exist."
    assert explain("20", "0") == explain("20", None) == explain("20", "777") == STATUSES["20"].words
    assert explain("1", "1") is None
    assert explain("0", "220") is None


def test_the_words_are_sentences() -> None:
    ends = [meaning.words for meaning in STATUSES.values() if meaning.outcome not in (None, Status.DELIVERED)]
    assert [words for words in [*ERRORS.values(), *ends] if not words.endswith(".")] == []
