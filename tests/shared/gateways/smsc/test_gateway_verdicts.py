"""What each of SMSC's answers means for the messages of a call."""

from collections.abc import Sequence
from typing import Any

import pytest

from connectors.shared.gateways.base import Fault, Verdict
from connectors.shared.gateways.smsc import verdicts
from connectors.shared.gateways.smsc.answers import Outcome, Refusal, Sent, SentPhone

TRY_AGAIN, REFUSED, IN_DOUBT = Verdict.TRY_AGAIN, Verdict.REFUSED, Verdict.IN_DOUBT
ACCOUNT_REFUSED, ACCEPTED = Verdict.ACCOUNT_REFUSED, Verdict.ACCEPTED


def refused(code: int | None, outcome: Outcome = Outcome.REFUSED) -> Refusal:
    return Refusal(outcome, code, "so it is")


@pytest.mark.parametrize(
    ("answer", "verdict", "fault", "pause", "splits", "splits_lists"),
    [
        (refused(1), REFUSED, Fault.MESSAGE, None, False, True),
        (refused(2), ACCOUNT_REFUSED, Fault.ACCOUNT, None, False, False),
        (refused(3), ACCOUNT_REFUSED, Fault.ACCOUNT, None, False, False),
        (refused(4), TRY_AGAIN, Fault.VENDOR, 60, False, False),
        (refused(5), REFUSED, Fault.MESSAGE, None, False, False),
        (refused(6), REFUSED, Fault.MESSAGE, None, False, True),
        (refused(7), REFUSED, Fault.RECIPIENT, None, True, True),
        (refused(8), REFUSED, Fault.RECIPIENT, None, True, True),
        (refused(9), TRY_AGAIN, Fault.VENDOR, 60, False, False),
        (refused(77), REFUSED, Fault.MESSAGE, None, False, False),
        (refused(None), REFUSED, Fault.MESSAGE, None, False, False),
        (refused(None, Outcome.THROTTLED), TRY_AGAIN, Fault.VENDOR, None, False, False),
        (refused(None, Outcome.UNAVAILABLE), TRY_AGAIN, Fault.VENDOR, None, False, False),
        (refused(None, Outcome.HTTP_DENIED), ACCOUNT_REFUSED, Fault.ACCOUNT, None, False, False),
        (refused(None, Outcome.HTTP_REFUSED), REFUSED, Fault.MESSAGE, None, False, False),
        (refused(None, Outcome.NOT_CONNECTED), TRY_AGAIN, Fault.NETWORK, None, False, False),
        (refused(None, Outcome.NO_ANSWER), IN_DOUBT, Fault.NETWORK, None, False, False),
        (refused(None, Outcome.UNREADABLE), IN_DOUBT, Fault.VENDOR, None, False, False),
    ],
)
def test_every_answer_has_its_verdict(
    answer: Refusal, verdict: Verdict, fault: Fault, pause: float | None, *, splits: bool, splits_lists: bool
) -> None:
    numbers = ["79990000001", "79990000002"]
    many = verdicts.of_send(answer, numbers, "own", differing=False)
    assert (many.verdict, many.fault, many.retry_after, many.split) == (verdict, fault, pause, splits)
    assert verdicts.of_send(answer, numbers, "own", differing=True).split is splits_lists
    assert verdicts.of_send(answer, numbers[:1], "own", differing=False).split is False
    assert many.transaction_id == ("own" if verdict is IN_DOUBT else None)
    # Where nothing is sent nothing is in doubt.
    asked = verdicts.of_question(answer).verdict
    assert asked is (TRY_AGAIN if verdict is IN_DOUBT else verdict)


@pytest.mark.parametrize(
    ("phone", "verdict", "code"),
    [
        ({"error": "8"}, REFUSED, "8"),
        ({"error": "7", "status": 22}, REFUSED, "7"),
        ({"error": "249"}, REFUSED, "249"),
        ({"error": "no such number"}, REFUSED, "number_refused"),
        ({"error": "7" * 5_000}, REFUSED, "number_refused"),
        ({"error": None, "status": 23}, REFUSED, "23"),
        ({"error": None, "status": 24}, ACCOUNT_REFUSED, "24"),
        ({"error": "9"}, TRY_AGAIN, "9"),
    ],
)
def test_one_bad_number_of_many_is_told_apart(phone: dict[str, Any], verdict: Verdict, code: str) -> None:
    numbers: Sequence[str] = ["79990000001", "79990000002", "79990000003"]
    phones = (
        SentPhone("79990000001", None, 1),
        SentPhone(**{"phone": "79990000002", **phone}),
        SentPhone("70000000000", "8"),
    )
    result = verdicts.of_send(Sent("1", 2, phones=phones), numbers, "own", differing=False)
    assert result.verdict is ACCEPTED
    ((place, alone),) = result.exceptions
    assert (place, alone.verdict, alone.code) == (1, verdict, code)
