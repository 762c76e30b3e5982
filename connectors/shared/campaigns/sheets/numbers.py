"""The cell with the phone number: what Excel made of it, and what was meant."""

import re
from functools import lru_cache

import phonenumbers

from connectors.shared.campaigns.sheets.cells import Cell
from connectors.shared.phone_numbers import region_of

SHORTENED = (
    "Excel has shortened this number to something like 9.19816E+11 and lost its last digits. "
    "Format the column as Text and paste the numbers again."
)
NOT_WHOLE = "This is no phone number: the cell holds a number with decimals."
NEGATIVE = "This is no phone number: the cell holds a negative number."
TOO_LONG = (
    "This number has more digits than Excel keeps (15), so its last digits are lost. "
    "Format the column as Text and paste the numbers again."
)

_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+").fullmatch
_WHOLE_WITH_DECIMALS = re.compile(r"(\+?[0-9]{6,})[.,]0+").fullmatch
# ="919816111111" is how exporting programs keep Excel from reading a number as one.
_QUOTED_FORMULA = re.compile(r'="([^"]*)"').fullmatch
_BARE = re.compile(r"[0-9]{4,15}").fullmatch
_SEPARATORS = str.maketrans("", "", " -.()/\u00a0\u2011\u2013")


def number_in(cell: Cell) -> tuple[str | None, str | None]:
    """The number as text and what is wrong with it; (None, None) for a blank cell."""
    text = cell.plain or cell.text
    if quoted := _QUOTED_FORMULA(text):
        text = quoted[1]
    text = text.lstrip("'\u2018\u2019`").strip()
    if not text:
        return None, None
    if _SHORTENED(text):
        return None, SHORTENED
    if cell.fault_of_number:
        return None, cell.fault_of_number
    whole = _WHOLE_WITH_DECIMALS(text)
    return (whole[1] if whole else text), None


def is_international(number: str) -> bool:
    return number.startswith(("+", "00", "\uff0b"))


def national_number(number: str, calling_code: str) -> str:
    """A number of a row whose country is known: written with its code where it is valid there, else unchanged.

    Without this a number that is complete in its country, yet happens to be another country's with its calling code
    (6591234567: a mobile in India, and one in Singapore behind +65), would be taken for the other's.
    """
    digits = number.translate(_SEPARATORS)
    region = region_of(calling_code)
    if region is None or not _BARE(digits):
        return number
    if _mobile_numbers(region).fullmatch(digits):  # nearly always: reading each with the library takes half the import
        return f"+{calling_code}{digits}"
    try:
        read = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(read):
        return number
    return f"+{read.country_code}{phonenumbers.national_significant_number(read)}"


@lru_cache(maxsize=256)
def _mobile_numbers(region: str) -> re.Pattern[str]:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    mobile = metadata.mobile if metadata else None
    return re.compile((mobile and mobile.national_number_pattern) or "(?!)")
