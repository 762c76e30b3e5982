"""SMSC's answers in the words of the seam: https://smscentre.com/api/http/send/sms_answer."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.smsc.answers import Outcome, Refusal, Sent, SentPhone

LONGEST_ID: Final = 64
"""What the ledger keeps of a vendor's id."""
PAUSE_SECONDS: Final = 60.0
"""For how long the vendor refuses who asked too often."""

_Meaning = tuple[Verdict, Fault, str]

_REFUSED: Final[_Meaning] = (Verdict.REFUSED, Fault.MESSAGE, "SMSC refused the message.")
_IN_DOUBT: Final[_Meaning] = (
    Verdict.IN_DOUBT,
    Fault.VENDOR,
    "SMSC's answer made no sense, so the message may or may not arrive.",
)
_NO_FUNDS: Final[_Meaning] = (
    Verdict.ACCOUNT_REFUSED,
    Fault.ACCOUNT,
    "The SMSC account has no money left. Top it up; sending goes on by itself.",
)
_BAD_NUMBER: Final[_Meaning] = (Verdict.REFUSED, Fault.RECIPIENT, "SMSC does not send to this number.")

NO_FUNDS_CODE: Final = 3
SAME_AGAIN_CODE: Final = 9
TOO_OFTEN_CODES: Final = (4, SAME_AGAIN_CODE)
_OF_CODE: Final[dict[int, _Meaning]] = {
    1: (Verdict.REFUSED, Fault.MESSAGE, "SMSC did not understand the request. Check the text and the sender id."),
    2: (
        Verdict.ACCOUNT_REFUSED,
        Fault.ACCOUNT,
        "SMSC does not accept these credentials, or not from this address. Check login and password, or the API key.",
    ),
    NO_FUNDS_CODE: _NO_FUNDS,
    4: (Verdict.TRY_AGAIN, Fault.VENDOR, "SMSC takes nothing from our address for a while, after too many errors."),
    5: (Verdict.REFUSED, Fault.MESSAGE, "SMSC did not understand the request: it takes a date in it for a wrong one."),
    6: (Verdict.REFUSED, Fault.MESSAGE, "SMSC forbids this text or this sender id. Register the sender id there."),
    7: (Verdict.REFUSED, Fault.RECIPIENT, "SMSC does not take this for a phone number."),
    8: (Verdict.REFUSED, Fault.RECIPIENT, "SMSC cannot deliver to this number."),
    SAME_AGAIN_CODE: (
        Verdict.TRY_AGAIN,
        Fault.VENDOR,
        "SMSC had the same request less than a minute ago, or too many at once.",
    ),
}
_SPLITTABLE: Final = (7, 8)
_SPLITTABLE_IN_LISTS: Final = (1, 6, 7, 8)
"""Where texts differ, one that is forbidden says nothing of the others."""

_OF_OUTCOME: Final[dict[Outcome, _Meaning]] = {
    Outcome.REFUSED: _REFUSED,
    Outcome.BOUNDED: (Verdict.TRY_AGAIN, Fault.NOBODY, "SMSC would be asked too often."),
    Outcome.THROTTLED: (Verdict.TRY_AGAIN, Fault.VENDOR, "SMSC asked us to slow down."),
    Outcome.UNAVAILABLE: (Verdict.TRY_AGAIN, Fault.VENDOR, "SMSC is not available at the moment."),
    Outcome.HTTP_DENIED: (Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "SMSC does not let us in."),
    Outcome.HTTP_REFUSED: _REFUSED,
    Outcome.NOT_CONNECTED: (Verdict.TRY_AGAIN, Fault.NETWORK, "SMSC could not be reached."),
    Outcome.NO_ANSWER: (
        Verdict.IN_DOUBT,
        Fault.NETWORK,
        "The message went out and no answer came, so it may or may not arrive.",
    ),
    Outcome.UNREADABLE: _IN_DOUBT,
}
_CODE = re.compile(r"[0-9]{1,4}", re.ASCII)
# What `op=1` says of a number that was not taken: https://smscentre.com/api/http/status_messages/statuses
_OF_STATUS: Final[dict[int, _Meaning]] = {
    20: _BAD_NUMBER,
    22: _BAD_NUMBER,
    23: (Verdict.REFUSED, Fault.RECIPIENT, "SMSC forbids messages to this number, or this text."),
    24: _NO_FUNDS,
    25: _BAD_NUMBER,
}
_NOT_COUNTED: Final = (
    Outcome.BOUNDED,
    Outcome.NOT_CONNECTED,
    Outcome.THROTTLED,
    Outcome.UNAVAILABLE,
    Outcome.HTTP_DENIED,
    Outcome.HTTP_REFUSED,
)
LOGIN_CODE: Final = 2
OF_OTHERS: Final = (Outcome.THROTTLED, Outcome.UNAVAILABLE)
"""Said by whoever stands before the vendor, whose word it is that the request went no further."""


def of_send(answer: Sent | Refusal, numbers: Sequence[str], own_id: str, *, differing: bool) -> SendResult:
    """Say what the answer to a send means for its messages; `numbers` (digits) are those of the call, in order."""
    if isinstance(answer, Sent):
        known = answer.id if len(answer.id) <= LONGEST_ID else own_id
        return SendResult(
            Verdict.ACCEPTED, Fault.NOBODY, transaction_id=known, exceptions=_exceptions(answer.phones, numbers)
        )
    result = _of_refusal(answer)
    if result.verdict is Verdict.IN_DOUBT:
        return replace(result, transaction_id=own_id)
    splittable = _SPLITTABLE_IN_LISTS if differing else _SPLITTABLE
    return replace(result, split=len(numbers) > 1 and answer.code in splittable)


def of_question(refusal: Refusal) -> SendResult:
    """Say what it means that a call which sends nothing has no result: what is in doubt can be asked again."""
    result = _of_refusal(refusal)
    if result.verdict is not Verdict.IN_DOUBT:
        return result
    _, _, words = _OF_OUTCOME[Outcome.UNAVAILABLE]
    return replace(result, verdict=Verdict.TRY_AGAIN, explanation=words)


def held(seconds: float) -> SendResult:
    """The same was sent less than a minute ago: SMSC would refuse it."""
    return SendResult(
        Verdict.TRY_AGAIN,
        Fault.NOBODY,
        "held",
        "The same text went to the same number less than a minute ago, which SMSC refuses. It goes out after that.",
        retry_after=seconds,
    )


def had_it_already(earlier_id: str) -> SendResult:
    """The vendor knows the request from a try of ours that was said not to have reached it."""
    words = "SMSC says that it has this message already: an earlier try may have gone out."
    return SendResult(Verdict.IN_DOUBT, Fault.VENDOR, str(SAME_AGAIN_CODE), words, transaction_id=earlier_id)


def was_counted(answer: Refusal) -> bool:
    """Whether the vendor took notice of a send, so that the same again would be one too many."""
    return answer.outcome not in _NOT_COUNTED and answer.code != LOGIN_CODE


def _of_refusal(refusal: Refusal) -> SendResult:
    verdict, fault, explanation = _OF_CODE.get(refusal.code or 0, _OF_OUTCOME[refusal.outcome])
    pause = PAUSE_SECONDS if refusal.code in TOO_OFTEN_CODES else None
    return SendResult(
        verdict,
        fault,
        code=refusal.outcome.value if refusal.code is None else str(refusal.code),
        explanation=_with_words(explanation, refusal),
        retry_after=refusal.retry_after if pause is None else max(pause, refusal.retry_after or 0.0),
    )


def _with_words(explanation: str, refusal: Refusal) -> str:
    if refusal.outcome is Outcome.BOUNDED:
        return refusal.words
    said = refusal.outcome is Outcome.REFUSED and refusal.words
    return f"{explanation} It said: {refusal.words}" if said else explanation


def _exceptions(phones: Sequence[SentPhone], numbers: Sequence[str]) -> tuple[tuple[int, SendResult], ...]:
    places = {number: place for place, number in enumerate(numbers)}
    ended = [(places[phone.phone], _of_phone(phone)) for phone in phones if phone.phone in places]
    return tuple((place, result) for place, result in ended if result is not None)


def _of_phone(phone: SentPhone) -> SendResult | None:
    meaning = _OF_STATUS.get(phone.status or 0)
    if phone.error is None and meaning is None:
        return None
    code = int(phone.error) if phone.error is not None and _CODE.fullmatch(phone.error) else 0
    verdict, fault, explanation = meaning or _OF_CODE.get(code, _BAD_NUMBER)
    pause = PAUSE_SECONDS if verdict is Verdict.TRY_AGAIN else None
    named = str(code or phone.status) if code or phone.status else "number_refused"
    return SendResult(verdict, fault, named, explanation, retry_after=pause)
