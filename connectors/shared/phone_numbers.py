"""Recipients' numbers: read as people and their tools write them, split as the gateways want them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, ValidationResult

_LONGEST_INPUT: Final = 40
_LONGEST_E164: Final = 15
# Below this, what a mask leaves visible would be most of the number.
_SHORTEST_MASKED: Final = 8
_VISIBLE_AT_END: Final = 2

_ASCII_NUMBER = re.compile(r"\+?[0-9]{1,40}").fullmatch
# pandas and other readers of sheets write a column of whole numbers with gaps in it as floats.
_WHOLE_FLOAT = re.compile(r"\+?[0-9]{7,}\.0").fullmatch
_PLUS_THAT_BECAME_A_SPACE = re.compile(r" (?=[0-9])").match

_PLUS_SIGNS = frozenset("+\uff0b\ufe62")
# Beside every space (Z*), dash (Pd) and invisible mark (Cf).
_PUNCTUATION = frozenset("().[]/·\u2212\uff08\uff09\uff0e\uff0f\uff3b\uff3d\u2044\u2215\u30fb")
_DROPPED_CATEGORIES = frozenset(("Zs", "Zl", "Zp", "Pd", "Cf"))

_EXAMPLE = "Write it with its country code, for example +919876543210."


class InvalidNumber(ValueError):
    """No number can be read; the message tells a person what to do and never repeats the number."""


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """A number in its two parts; `national` is text, since some national numbers begin with zeros.

    >>> PhoneNumber("91", "9816111111")
    PhoneNumber(+91********11)
    """

    country_code: str
    national: str

    @property
    def digits(self) -> str:
        """The international number without its plus: `919816111111`."""
        return self.country_code + self.national

    @property
    def e164(self) -> str:
        return "+" + self.country_code + self.national

    def __repr__(self) -> str:
        return f"PhoneNumber({mask(self.e164)})"


def read_number(raw: str | int, default_country_code: str | None = None) -> PhoneNumber:
    """Reads one number, written internationally or as in the country with `default_country_code` ("91").

    Digits with neither `+` nor `00` are read as international if that is valid, else as national if that is
    valid, else as whichever is possible: for tools, which mostly leave out the plus alone. An unknown
    `default_country_code` counts as none.

    Raises:
        InvalidNumber: no such number can exist, or the text holds more or other than one number.
    """
    text = _as_text(raw)
    digits = text.removeprefix("+")
    is_international = len(digits) < len(text) or digits.startswith("00")
    if is_international:
        return _read_international(digits.removeprefix("00"))
    return _read_bare(digits, region_of(default_country_code) if default_country_code else None)


def read_local_number(raw: str | int, country_code: str | None) -> PhoneNumber:
    """Reads one number as people of a country write it: without `+` or `00` it is theirs, if it can be one.

    `9598765432` is a mobile of India and might be Myanmar's 95 98765432: from somebody in India it is India's. What is
    shorter than their mobiles is a slip, no other country's number without its plus: `98300 0200` is none of Iran's.
    Raises InvalidNumber.
    """
    text = _as_text(raw)
    region = region_of(country_code) if country_code else None
    if region is None or text.startswith(("+", "00")):
        return read_number(raw, country_code)
    national = _parse(text, region)
    if national is not None and phonenumbers.is_valid_number(national):
        return _split(national)
    lengths = _mobile_lengths(region)
    if len(text) >= max(lengths, default=0):
        return read_number(raw, country_code)
    if national is not None and len(text) in lengths and _is_possible(national):
        return _split(national)
    raise InvalidNumber(f"No phone number of +{country_code} can look like this: check its length. {_EXAMPLE}")


def read_number_in(raw: str | int, country_code: str) -> PhoneNumber:
    """Reads one number of a country that stands beside it, as in a sheet with a column for each.

    Written with `+` or `00` it is what it says; else it is that country's, with or without its code before it, and
    never another's. Raises InvalidNumber.
    """
    text = _as_text(raw)
    if text.startswith(("+", "00")):
        return read_number(text)
    national, full = _parse("+" + country_code + text, None), _parse("+" + text, None)
    if full is not None and str(full.country_code) != country_code:
        full = None
    found = (national, full)
    for fits in (phonenumbers.is_valid_number, _is_possible):
        for number in found:
            if number is not None and fits(number):
                return _read_international(_split(number).digits)
    raise InvalidNumber(f"No phone number of +{country_code} can look like this: check its length. {_EXAMPLE}")


def read_number_of_region(raw: str | int, region: str | None) -> PhoneNumber:
    """Reads one number as people of a region ("IN", ISO) write it, for texts that anybody may have typed into a form.

    Written with `+` or `00` it is what it says, if that is possible; else it is that region's, and has to be valid:
    what is a slip there may well be somebody's number elsewhere. Raises InvalidNumber.
    """
    text = _as_text(raw)
    if text.startswith(("+", "00")):
        return read_number(text)
    if region is None or not phonenumbers.country_code_for_region(region):
        raise InvalidNumber(f"The phone number has no country code, and no country is known. {_EXAMPLE}")
    national = _parse(text, region)
    if national is None or not phonenumbers.is_valid_number(national):
        raise InvalidNumber(f"No phone number of {region} looks like this. {_EXAMPLE}")
    return _split(national)


def restore_plus(raw: str) -> str:
    """Undoes what form decoding does to a bare plus: `" 919816111111"` becomes `"+919816111111"`.

    Only for values of a form; elsewhere a leading space says nothing.
    """
    return "+" + raw[1:] if _PLUS_THAT_BECAME_A_SPACE(raw) else raw


@lru_cache(maxsize=256)
def region_of(country_code: str) -> str | None:
    """The main region of a calling code ("91" gives "IN", "1" gives "US"), or None if there is none."""
    digits = country_code.strip().removeprefix("+")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 3):
        return None
    region = phonenumbers.region_code_for_country_code(int(digits))
    return region if phonenumbers.country_code_for_region(region) else None


@lru_cache(maxsize=256)
def _mobile_lengths(region: str) -> tuple[int, ...]:
    metadata = PhoneMetadata.metadata_for_region(region)
    mobile = metadata.mobile if metadata is not None else None
    return tuple(mobile.possible_length) if mobile is not None else ()


def mask(number: str) -> str:
    """For logs: the country code and the last two digits stay, of a short number nothing."""
    digits = "".join(filter(str.isdecimal, number))[:_LONGEST_INPUT]
    plus = "+" if number.lstrip()[:1] in _PLUS_SIGNS else ""
    if len(digits) < _SHORTEST_MASKED:
        return plus + "*" * len(digits)
    start = _country_code_length(digits)
    hidden = "*" * (len(digits) - start - _VISIBLE_AT_END)
    return plus + digits[:start] + hidden + digits[-_VISIBLE_AT_END:]


def _country_code_length(digits: str) -> int:
    lengths = (n for n in (1, 2, 3) if int(digits[:n]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    return next(lengths, 0)


def _as_text(raw: object) -> str:
    """The number's digits in ASCII, after a `+` if it was written with one."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        # bit_length: str() of an enormous int raises.
        if raw < 0 or raw.bit_length() > 64:
            raise InvalidNumber(f"This is no phone number. {_EXAMPLE}")
        return str(raw)
    if not isinstance(raw, str):
        raise InvalidNumber(f"A phone number has to be a text. {_EXAMPLE}")
    if len(raw) > _LONGEST_INPUT:
        raise InvalidNumber(f"This is too long for one phone number: give a single one. {_EXAMPLE}")
    text = raw.strip()
    if _WHOLE_FLOAT(text):
        return text[:-2]
    if not _ASCII_NUMBER(text):
        text = _without_formatting(text)
    if text in ("", "+"):
        raise InvalidNumber(f"The phone number is empty. {_EXAMPLE}")
    return text


def _without_formatting(text: str) -> str:
    kept: list[str] = []
    for character in text:
        if character.isdecimal():
            kept.append(str(unicodedata.decimal(character)))
        elif character in _PLUS_SIGNS and not kept:
            kept.append("+")
        elif not _is_formatting(character):
            raise InvalidNumber(_why_refused(character))
    return "".join(kept)


def _is_formatting(character: str) -> bool:
    return character in _PUNCTUATION or character.isspace() or unicodedata.category(character) in _DROPPED_CATEGORIES


def _why_refused(character: str) -> str:
    if character.isalpha():
        return f"A phone number has digits only, no letters and no extension. {_EXAMPLE}"
    if character in _PLUS_SIGNS:
        return f"The plus belongs at the start of the phone number, once. {_EXAMPLE}"
    return f"The phone number holds a character that does not belong in one. {_EXAMPLE}"


def _read_international(digits: str) -> PhoneNumber:
    number = _parse("+" + digits, None)
    if number is None or not (_is_possible(number) or phonenumbers.is_valid_number(number)):
        raise InvalidNumber(f"No phone number can look like this: check its country code and length. {_EXAMPLE}")
    split = _split(number)
    # A trunk prefix was dropped, as in +91 (0)98…: where it stood twice, what is left is not yet settled.
    return split if len(split.digits) >= len(digits) else _read_international(split.digits)


def _read_bare(digits: str, region: str | None) -> PhoneNumber:
    if region is None:
        return _read_international(digits)
    international = _parse("+" + digits, None)
    if international is not None and phonenumbers.is_valid_number(international):
        return _split(international)
    national = _parse(digits, region)
    if national is not None and phonenumbers.is_valid_number(national):
        return _split(national)
    for number in (international, national):
        if number is not None and _is_possible(number):
            return _read_international(_split(number).digits)
    raise InvalidNumber(f"No phone number can look like this: check its length. {_EXAMPLE}")


def _parse(digits: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    if digits.startswith("+0") or len(digits) < 3:
        return None
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    """Possible by length; a local number without its area code is not, since nobody can be texted at it.

    The ranges behind `is_valid_number` lag behind what operators hand out, so it refuses nothing here.
    https://github.com/google/libphonenumber/blob/master/FAQ.md#what-is-the-difference-between-ispossiblenumber-and-isvalidnumber
    """
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _split(number: phonenumbers.PhoneNumber) -> PhoneNumber:
    national = phonenumbers.national_significant_number(number)
    country_code = str(number.country_code)
    if len(country_code) + len(national) > _LONGEST_E164:
        raise InvalidNumber(f"This is too long for a phone number. {_EXAMPLE}")
    return PhoneNumber(country_code, national)
