"""Incoming messages as they are kept: numbers as digits, texts bounded and harmless, moments that have been."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.phone_numbers import InvalidNumber, read_number
from connectors.shared.segments import count_segments

MOST_SEGMENTS: Final = 10
LONGEST_ADDRESS: Final = 20
LONGEST_VENDOR_ID: Final = 64
SHORTEST_NUMBER: Final = 7
LONGEST_NUMBER: Final = 15
_MOST_CHARACTERS: Final = MOST_SEGMENTS * 160
_MOST_READ: Final = 200
"""Characters of an address that are looked at: nobody's number is longer."""

_LOOKS_LIKE_NUMBER = re.compile(r"\+?[\d\s().\-\u2010-\u2015\u2212]+").fullmatch
_NO_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A message as it is kept; `said_at` is the moment as it was given, which knows it again."""

    sender: str = field(repr=False)
    recipient: str
    text: str = field(repr=False)
    happened_at: int
    said_at: int | None
    vendor_id: str | None


def clean(message: IncomingMessage, now: int) -> Cleaned:
    """Return a message as it can be kept; what the vendor dates in the future happens now."""
    given = message.happened_at
    return Cleaned(
        sender=clean_address(message.sender),
        recipient=clean_address(message.recipient),
        text=clean_text(message.text),
        happened_at=now if given is None else max(0, min(given, now)),
        said_at=given,
        vendor_id=harmless(message.vendor_id).strip() or None if message.vendor_id else None,
    )


def clean_address(raw: str) -> str:
    """Return a phone's or a service's address: the digits of E.164, a short code, or a brand's name as it is."""
    address = harmless(raw[:_MOST_READ]).strip()
    if not _LOOKS_LIKE_NUMBER(address) or not any(character.isdecimal() for character in address):
        return address[:LONGEST_ADDRESS]
    # int() reads every script's digits.
    digits = _NO_DIGIT.sub("", "".join(str(int(c)) if c.isdecimal() else c for c in address))
    return (_international(digits.removeprefix("00")) or digits)[:LONGEST_ADDRESS]


def is_number(address: str) -> bool:
    """Whether an address may be a phone's number, which can opt out: short codes and names cannot."""
    return address.isascii() and address.isdecimal() and SHORTEST_NUMBER <= len(address) <= LONGEST_NUMBER


def shown_address(address: str | None) -> str | None:
    """Return a number in E.164, anything else as it is."""
    if address is None or not is_number(address) or _international(address) is None:
        return address
    return f"+{address}"


def clean_text(raw: str) -> str:
    """Return a text that every database takes, cut where ten segments end."""
    text = harmless(raw[: 2 * _MOST_CHARACTERS])[:_MOST_CHARACTERS]
    if count_segments(text).count <= MOST_SEGMENTS:
        return text
    ends = range(len(text) + 1)
    return text[: bisect_right(ends, MOST_SEGMENTS, key=lambda end: count_segments(text[:end]).count) - 1]


def harmless(text: str) -> str:
    """Return the text without NUL, which PostgreSQL refuses, and without half characters, which no UTF-8 has."""
    # Through UTF-16, since the two halves of one character may have come apart.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\x00", "\ufffd")


@lru_cache(maxsize=1_024)
def _international(digits: str) -> str | None:
    if not is_number(digits):
        return None
    try:
        return read_number(f"+{digits}").digits
    except InvalidNumber:
        return None
