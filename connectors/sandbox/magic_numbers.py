"""Numbers that force an outcome, by their last four digits."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

SLOW_SECONDS = 2.0


class ReceiptStatus(StrEnum):
    """The vendor's words for the end of a message (Message Central API, "Standard Status")."""

    DELIVRD = "DELIVRD"
    UNDELIV = "UNDELIV"
    EXPIRED = "EXPIRED"
    REJECTD = "REJECTD"
    UNKNOWN = "UNKNOWN"


class Answer(IntEnum):
    """How a call is answered. In a call for many the lowest among its recipients decides for all of them."""

    BAD_REQUEST = 1
    INVALID_COUNTRY_CODE = 2
    INSUFFICIENT_CREDITS = 3
    THROTTLED_ONCE = 4
    UNAVAILABLE_ONCE = 5
    SERVER_ERROR_ONCE = 6
    LOST = 7
    HTML = 8
    SLOW = 9
    TAKEN = 10


ONCE = frozenset({Answer.THROTTLED_ONCE, Answer.UNAVAILABLE_ONCE, Answer.SERVER_ERROR_ONCE})
"""Answers to the first try of a text to a number; the second try is taken."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to a message: the answer to its call, and the receipts that follow, in order.

    `refused_by` is the one gateway that refuses the number; the others take it.
    """

    happens: str
    answer: Answer = Answer.TAKEN
    receipts: tuple[ReceiptStatus, ...] = (ReceiptStatus.DELIVRD,)
    refused_by: str | None = None


ORDINARY = Outcome("Taken, and delivered")

MAGIC_NUMBERS: dict[str, Outcome] = {
    "0001": Outcome("Taken; the receipt says UNDELIV", receipts=(ReceiptStatus.UNDELIV,)),
    "0002": Outcome("Taken; the receipt says EXPIRED", receipts=(ReceiptStatus.EXPIRED,)),
    "0003": Outcome("Taken; the receipt says REJECTD", receipts=(ReceiptStatus.REJECTD,)),
    "0004": Outcome("Taken; the receipt says UNKNOWN", receipts=(ReceiptStatus.UNKNOWN,)),
    "0005": Outcome("Taken; no receipt ever comes", receipts=()),
    "0006": Outcome("Delivered; the receipt comes twice", receipts=(ReceiptStatus.DELIVRD,) * 2),
    "0007": Outcome(
        "A receipt says UNDELIV, a later one DELIVRD", receipts=(ReceiptStatus.UNDELIV, ReceiptStatus.DELIVRD)
    ),
    "0011": Outcome("Refused: 511 INVALID_COUNTRY_CODE", Answer.INVALID_COUNTRY_CODE, ()),
    "0012": Outcome("Refused: 400 BAD_REQUEST", Answer.BAD_REQUEST, ()),
    "0013": Outcome("First try 429 with Retry-After, then taken", Answer.THROTTLED_ONCE),
    "0014": Outcome("First try 503, then taken", Answer.UNAVAILABLE_ONCE),
    "0015": Outcome("First try 500 SERVER_ERROR, then taken", Answer.SERVER_ERROR_ONCE),
    "0016": Outcome("Taken, but the connection closes without an answer", Answer.LOST),
    "0017": Outcome("Refused: 508 INSUFFICIENT_CREDITS", Answer.INSUFFICIENT_CREDITS, ()),
    "0018": Outcome("Taken, but the answer is an HTML page with 200", Answer.HTML),
    "0019": Outcome(f"Taken, and answered after {SLOW_SECONDS:g} seconds", Answer.SLOW),
    "0020": Outcome("Refused by SMSC, taken by the others", refused_by="smsc"),
}


def outcome_of(number: str) -> Outcome:
    """Return what happens to a message for this number (digits, in any form)."""
    return MAGIC_NUMBERS.get(number[-4:], ORDINARY)


def ruling_answer(answers: Iterable[Answer]) -> Answer:
    """Return the one answer to a call whose recipients ask for these."""
    return min(answers, default=Answer.TAKEN)
