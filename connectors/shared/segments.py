"""How many segments a text takes on the air, and in which encoding.

The alphabet is 3GPP TS 23.038, 6.2.1; the sizes follow from 140 octets a segment and a 6-octet header in
each part of a longer text (TS 23.040, 9.2.3.24.1). National language tables are left out: gateways rarely
use them.
https://www.3gpp.org/dynareport/23038.htm
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

# The escape U+001B is missing on purpose: alone it is no character.
GSM_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION: Final = "\f^{}\\[~]|€"

_GSM_SINGLE, _GSM_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67
_NAMED_CHARACTERS = 20
_ESCAPE = "\x1b"

_GSM = frozenset(GSM_BASIC + GSM_EXTENSION)
_ESCAPED = {ord(character): _ESCAPE + character for character in GSM_EXTENSION}
# Possessive: twice as fast as asking a set about each character.
_IS_BASIC = re.compile(f"[{re.escape(GSM_BASIC)}]*+").fullmatch

Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in GSM-7 (an extension character is two) and 16-bit code units in UCS-2.

    `unicode_characters` are those that keep the text from GSM-7: in order of appearance, at most twenty.
    """

    encoding: Encoding
    count: int
    units: int
    unicode_characters: tuple[str, ...] = ()


def count_segments(text: str) -> Segments:
    """Counts the segments of a text as it would be sent; the empty text has none."""
    if _IS_BASIC(text):
        units = len(text)
        # min(): nothing is escaped here, so parts are full and need no walk.
        return Segments("GSM-7", min(units, 1) if units <= _GSM_SINGLE else -(-units // _GSM_PART), units)
    if _GSM.issuperset(text):
        return _count_gsm(text.translate(_ESCAPED))
    return _count_ucs2(text)


def _count_gsm(septets: str) -> Segments:
    def splits_pair(end: int) -> bool:
        return septets[end - 1] == _ESCAPE

    units = len(septets)
    count = 1 if units <= _GSM_SINGLE else _parts(units, _GSM_PART, splits_pair)
    return Segments("GSM-7", count, units)


def _count_ucs2(text: str) -> Segments:
    # surrogatepass: JSON may carry half a pair, which counts as the one unit it is.
    octets = text.encode("utf-16-be", "surrogatepass")

    def splits_pair(end: int) -> bool:
        return octets[2 * end - 2] & 0xFC == 0xD8 and octets[2 * end] & 0xFC == 0xDC

    units = len(octets) // 2
    count = 1 if units <= _UCS2_SINGLE else _parts(units, _UCS2_PART, splits_pair)
    foreign = (character for character in dict.fromkeys(text) if character not in _GSM)
    return Segments("UCS-2", count, units, tuple(islice(foreign, _NAMED_CHARACTERS)))


def _parts(units: int, capacity: int, splits_pair: Callable[[int], bool]) -> int:
    """Fills each part as far as it goes: one that would end within a pair ends before it.

    So the count is not `ceil(units / capacity)`: 152 letters, a euro sign and 152 letters are 306 septets,
    and three parts.
    """
    count, end = 1, capacity
    while end < units:
        start = end - 1 if splits_pair(end) else end
        end = start + capacity
        count += 1
    return count
