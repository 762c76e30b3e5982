"""What SMSC says became of a message, in our states and in words for people.

The numbers are those of its pages "Status codes" and "Error codes in the status":
https://smscentre.com/api/http/status_messages/statuses/ and https://smscentre.com/api/http/status_messages/errors/
"""

from dataclasses import dataclass
from typing import Final

from connectors.shared.messages.states import Status

NOT_FOUND: Final = "-3"
"""SMSC knows no such message: nothing is said of any, so this is no receipt."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status means. `outcome` None: nothing is decided yet."""

    outcome: Status | None
    words: str


_UNKNOWN: Final = Meaning(None, "SMSC says of it what its documents do not explain")

STATUSES: Final[dict[str, Meaning]] = {
    NOT_FOUND: Meaning(None, "SMSC knows no such message"),
    "-2": Meaning(None, "stopped in SMSC's account, and not sent so far"),
    "-1": Meaning(None, "waits at SMSC"),
    "0": Meaning(None, "with the phone's operator"),
    "1": Meaning(Status.DELIVERED, "delivered"),
    "2": Meaning(Status.DELIVERED, "read"),
    "3": Meaning(Status.EXPIRED, "The phone could not be reached for as long as the network tried."),
    "4": Meaning(Status.DELIVERED, "its link was opened"),
    "20": Meaning(Status.UNDELIVERED, "The phone network could not deliver it."),
    "22": Meaning(Status.REJECTED, "SMSC says that this is no number it can send to."),
    "23": Meaning(
        Status.REJECTED,
        "SMSC does not allow it: a repetition, too many to one number, a number on a list, or a text or sender that "
        "it takes for spam.",
    ),
    "24": Meaning(Status.REJECTED, "The SMSC account has no funds left. Top it up."),
    "25": Meaning(Status.UNDELIVERED, "The number cannot be reached, or no operator carries messages to it."),
}

ERRORS: Final[dict[str, str]] = {
    "1": "The number does not exist.",
    "2": "The mailbox does not exist.",
    "3": "The mailbox is full.",
    "4": "The mailbox refused the message.",
    "6": "The phone is switched off or out of reach.",
    "11": "The phone's contract has no SMS.",
    "12": "The phone or its SIM has a fault, or its memory is full.",
    "13": "The number is blocked by its operator.",
    "21": "The number or its operator takes no SMS.",
    "200": "It was sent in SMSC's test mode, which delivers nothing.",
    "219": "The SIM was replaced, and the operator holds messages back for a while.",
    "220": "The operator's queue is full; SMSC tries again by itself.",
    "237": "Nobody answered the call.",
    "238": "The text fits no template that the operator has approved.",
    "239": "SMSC does not take messages from this address (IP).",
    "240": "The number was busy.",
    "241": "The text could not be turned into what the operator takes.",
    "242": "An answering machine took the call.",
    "243": "This needs a contract with SMSC.",
    "244": "The SMSC account may not send campaigns.",
    "245": "No status came within a day, so nobody knows whether it arrived.",
    "246": "At this hour messages to this number are not allowed.",
    "247": "The SMSC account has reached its limit for the day.",
    "248": "No operator carries messages to this number.",
    "249": "The number is not written as SMSC can read it.",
    "250": "Settings of the SMSC account do not allow it.",
    "251": "This number has had as many messages today as SMSC's limit allows.",
    "252": "Messages to this number are forbidden.",
    "253": "SMSC's spam filter stopped it.",
    "254": "The sender is not registered at SMSC.",
    "255": "The operator refused it.",
}


def meaning_of(status: str) -> Meaning:
    """Return what a status (its number as it came) means; what is in no document decides nothing."""
    return STATUSES.get(status.strip(), _UNKNOWN)


def error_code(err: str | None) -> str | None:
    """Return the error code of a status, None where it says that there was none."""
    code = (err or "").strip()
    return code if code.strip("0") else None


def explain(status: str, err: str | None) -> str | None:
    """Return for a person why a message did not arrive; None where it did, or nothing is decided."""
    meaning = meaning_of(status)
    if meaning.outcome is None or meaning.outcome is Status.DELIVERED:
        return None
    return ERRORS.get(error_code(err) or "", meaning.words)
