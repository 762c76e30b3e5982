"""Reads a call to send.php the way SMSC does, and says what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connectors.sandbox.magic_numbers import Answer as Forced
from connectors.sandbox.magic_numbers import outcome_of
from connectors.sandbox.smsc import NAME
from connectors.sandbox.smsc.answers import Refused
from connectors.sandbox.smsc.parameters import phone_of, whole_number

LONGEST_TEXT = 1_000
LARGEST_ID = 2_147_483_647
CAPTCHA = "1234"
"""What the sandbox's picture always says."""

DEFAULT_SENDER = "SMSC.RU"

_TEXT_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
_SENDER = re.compile(r"[\w .&'-]{1,11}|\+?\d{1,15}")

NOT_DELIVERABLE = {Forced.INVALID_COUNTRY_CODE: 7, Forced.BAD_REQUEST: 8}
"""Errors that one number earns. In a call for many the others go out all the same."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One phone and its text. `error` is 0, or 7 or 8 where nothing can go to that number."""

    phone: str = field(repr=False)
    text: str = field(repr=False)
    error: int


@dataclass(frozen=True, slots=True)
class SendCall:
    """What a call asks for. `cost` is 0 to send, 1 to ask the price alone, 2 and 3 to have both."""

    recipients: tuple[Recipient, ...]
    sender: str
    message_id: str | None
    cost: int
    details: bool

    @property
    def taken(self) -> list[Recipient]:
        return [recipient for recipient in self.recipients if not recipient.error]

    @property
    def identity(self) -> tuple[tuple[str, str], ...]:
        """What makes two calls identical: the same texts to the same numbers, whatever id they bring."""
        return tuple(sorted((recipient.phone, recipient.text) for recipient in self.recipients))


def read_call(parameters: Mapping[str, str]) -> SendCall:
    """Return what the parameters ask for. Raise Refused where SMSC would."""
    cost = whole_number(parameters, "cost", 0, 3)
    recipients = tuple(_recipients(parameters))
    if not recipients:
        raise Refused(1, "parameters error: phones")
    for recipient in recipients:
        if not recipient.text or len(recipient.text) > LONGEST_TEXT:
            raise Refused(1, "parameters error: mes")
    sender = parameters.get("sender", "")
    if sender not in ("", ".") and not _SENDER.fullmatch(sender):
        raise Refused(6, "message is denied: sender", parameters.get("id") or "0")
    _check_captcha(parameters)
    return SendCall(recipients, sender.strip(".") or DEFAULT_SENDER, _id(parameters), cost, parameters.get("op") == "1")


def _recipients(parameters: Mapping[str, str]) -> Iterator[Recipient]:
    """Yield the recipients of `list` (a line for each: phone, colon, text), or of `phones` and `mes`."""
    if parameters.get("list"):
        for line in parameters["list"].replace("\r\n", "\n").split("\n"):
            phones, colon, text = line.partition(":")
            if not colon:
                raise Refused(1, "parameters error: list")
            yield from _each(phones, text)
        return
    yield from _each(parameters.get("phones", ""), parameters.get("mes", ""))


def _each(phones: str, text: str) -> Iterator[Recipient]:
    for given in re.split(r"[,;\n]", phones):
        if given.strip():
            phone = phone_of(given)
            yield Recipient(phone or given.strip(), text, 7 if phone is None else _error(phone))


def _error(phone: str) -> int:
    outcome = outcome_of(phone)
    return 8 if outcome.refused_by == NAME else NOT_DELIVERABLE.get(outcome.answer, 0)


def _id(parameters: Mapping[str, str]) -> str | None:
    """Return the caller's own id: a number up to 2^31-1, or 40 letters, figures, points, dashes at most."""
    given = parameters.get("id", "")
    if not given:
        return None
    if not _TEXT_ID.fullmatch(given) or (given.isdecimal() and not 1 <= int(given) <= LARGEST_ID):
        raise Refused(1, "parameters error: id")
    return given


def _check_captcha(parameters: Mapping[str, str]) -> None:
    if "imgcode" in parameters and (parameters["imgcode"] != CAPTCHA or not parameters.get("userip")):
        raise Refused(1, "parameters error: imgcode")
