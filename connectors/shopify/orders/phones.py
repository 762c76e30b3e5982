"""Which number somebody is texted at: the first of those that they gave that is one.

Phones of addresses are free text of buyers, and apps put masks and dummies in their place: what is doubtful is no
number, since behind a slip is a stranger.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from connectors.shared.phone_numbers import InvalidNumber, PhoneNumber, read_number_of_region, region_of
from connectors.shopify.orders.records import Record

CONSENT: Final = "consent"
_SOURCES: Final[Mapping[str, str]] = {
    CONSENT: "marketing consent",
    "order": "order",
    "checkout": "checkout",
    "customer": "customer",
    "shipping_address": "shipping address",
    "destination": "parcel's address",
    "billing_address": "billing address",
    "default_address": "customer's address",
}
"""Each source by how it is told of, the best first."""
_SHORTEST_DUMMY: Final = 6
_OF_SAMPLES: Final = "1231231234"
"""What Shopify's own samples have, and whoever copies them: https://shopify.dev/docs/api/webhooks"""
_TELLING_DIGITS: Final = 6
"""So many at its end a number has in common with whatever it is written as."""

Numbers = dict[tuple[str | None, str | None], str | None]
"""Digits of E.164 by a phone as written and the country that it is read with; None for what is no number."""

_IS_EXTENDED = re.compile(
    r"[0-9][\s,;.]*(?:e?xt(?:n|ension)?\b|x\s*[0-9]|#\s*[0-9]|durchwahl|poste)", re.IGNORECASE
).search
_IS_MASKED = re.compile(r"[*\u2022\u25cf\u2217\u00d7_?]|x{2,}|#{2,}", re.IGNORECASE).search


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phone as somebody wrote it; `country` (ISO) is that of the address that it stands in."""

    source: str
    value: str | None = field(repr=False)
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """What a number is of where nothing beside it says so: the shop's country (ISO), else a calling code ("91")."""

    shop_country: str | None
    calling_code: str | None = None

    @property
    def region(self) -> str | None:
        """The ISO code of that country."""
        return self.shop_country or (region_of(self.calling_code) if self.calling_code else None)


class Unusable(ValueError):
    """Nobody can be texted at this; the message says why, for a list, and never repeats the number."""


def candidates(*records: Record | None) -> list[Candidate]:
    """Return the phones of records, the best first; of two records of one source the first record's."""
    found = [candidate for record in records if record is not None for candidate in _of(record.facts)]
    ranks = {source: rank for rank, source in enumerate(_SOURCES)}
    return sorted(found, key=lambda candidate: ranks.get(candidate.source, len(ranks)))


def best_number(phones: Iterable[Candidate], reader: Reader) -> PhoneNumber | str:
    """Return the first number that can be texted, else a sentence why there is none: `shipping address: masked`.

    What is written without its country code is of the country that stands beside it, else of the reader's.
    """
    reasons: dict[str, str] = {}
    for candidate in phones:
        try:
            return read_candidate(candidate, reader)
        except Unusable as error:
            reasons.setdefault(_SOURCES.get(candidate.source, candidate.source), str(error))
    if not reasons:
        return "No number to text: none was given."
    return "No number to text: " + "; ".join(f"{source}: {reason}" for source, reason in reasons.items()) + "."


def read_candidate(candidate: Candidate, reader: Reader) -> PhoneNumber:
    """Read a phone. Raises Unusable."""
    value = None if candidate.value is None else candidate.value.strip().removeprefix("tel:")
    if value is None or not value.strip():
        raise Unusable("none")
    if _IS_MASKED(value):
        raise Unusable("masked")
    if _IS_EXTENDED(value):
        raise Unusable("has an extension")
    if any(character.isalpha() for character in value):
        raise Unusable("has letters in it")
    region = candidate.country or reader.region
    try:
        number = read_number_of_region(value, region)
    except InvalidNumber:
        raise Unusable("a dummy" if _is_dummy(_digits(value)) else _why_none(region)) from None
    if _is_dummy(number.national) or _is_dummy(_digits(value)):
        raise Unusable("a dummy")
    return number


def numbers_of(
    record: Record, shop_country: str | None, calling_code: str | None = None, *, known: Numbers | None = None
) -> set[str]:
    """Return every number of a record, as digits of E.164: what it is found by when somebody wants to be forgotten.

    `known` remembers what was read: most of somebody's phones are the same, and to read one takes its time.
    """
    reader, known = Reader(shop_country, calling_code), {} if known is None else known
    for candidate in candidates(record):
        if (phone := _as_read(candidate, reader)) not in known:
            known[phone] = _digits_of(candidate, reader)
    found = (known[_as_read(candidate, reader)] for candidate in candidates(record))
    return {digits for digits in found if digits is not None}


def holds(record: Record, numbers: Collection[str], reader: Reader) -> bool:
    """Whether one of these numbers (digits of E.164) stands in a record; cheap where none does."""
    for candidate in candidates(record):
        written = "".join(str(int(digit)) for digit in _digits(candidate.value or ""))
        is_like_one = any(number[-_TELLING_DIGITS:] in written for number in numbers)
        if is_like_one and _digits_of(candidate, reader) in numbers:
            return True
    return False


def _as_read(candidate: Candidate, reader: Reader) -> tuple[str | None, str | None]:
    return candidate.value, candidate.country or reader.region


def _digits_of(candidate: Candidate, reader: Reader) -> str | None:
    try:
        return read_candidate(candidate, reader).digits
    except Unusable:
        return None


def _of(facts: Mapping[str, Any]) -> list[Candidate]:
    found = [
        Candidate(source, *(phone if phone is not None else (None, None)))
        for source, phone in (facts.get("phones") or {}).items()
    ]
    consent = facts.get("consent") or {}
    if consent.get("phone") is not None:
        found.append(Candidate(CONSENT, consent["phone"]))
    return found


def _why_none(region: str | None) -> str:
    return "no country code" if region is None else f"no number of {region}"


def _digits(value: str) -> str:
    return "".join(filter(str.isdecimal, value))


def _is_dummy(digits: str) -> bool:
    """Whether it is one digit again and again, 1234567890, or that of samples."""
    if digits == _OF_SAMPLES:
        return True
    if len(digits) < _SHORTEST_DUMMY:
        return False
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return len(steps) == 1 and steps <= {0, 1}
