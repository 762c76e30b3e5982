"""What webhooks hold, read without trust: a value of the right kind within bounds, or None.

A shop's webhooks pass through whatever apps it has, and its buyers write what they like into their addresses.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.shared.clock import DAY
from connectors.shared.messages.composing import read_moment

LONGEST_TEXT: Final = 255
LONGEST_URL: Final = 2_000
LONGEST_REF: Final = 64
LONGEST_TOKEN: Final = 128
LATEST_MOMENT: Final = 100 * 366 * DAY
_LARGEST_BITS: Final = 64

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_IS_REF = re.compile(r"[!-~]+", re.ASCII).fullmatch
_IS_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII).fullmatch
_IS_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII).fullmatch
_IS_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII).fullmatch
_GID: Final = "gid://"


def part(body: Any, name: str) -> Mapping[str, Any]:
    """Return an object within an object; an empty one where there is none."""
    found = body.get(name) if isinstance(body, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def parts(body: Mapping[str, Any], name: str, most: int) -> Iterator[Mapping[str, Any]]:
    """Give the objects of a list within an object, the first so many."""
    found = body.get(name)
    rows = found[:most] if isinstance(found, list) else []
    return (row for row in rows if isinstance(row, Mapping))


def text(value: Any, longest: int = LONGEST_TEXT) -> str | None:
    """Return a text on one line, cut where it is too long; None where nothing is left of it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _digits(value)
    if not isinstance(value, str):
        return None
    return _UNPRINTABLE.sub(" ", value[: 4 * longest]).strip()[:longest].rstrip() or None


def url(value: Any) -> str | None:
    """Return a link of the web: one that was cut would lead nowhere, so a long one is none."""
    found = text(value, LONGEST_URL + 1)
    if found is None or len(found) > LONGEST_URL or not found.lower().startswith(("https://", "http://")):
        return None
    return None if " " in found else found


def ref(value: Any, longest: int = LONGEST_REF) -> str | None:
    """Return an id as text: `6012` of 6012, "6012" and "gid://shopify/Order/6012"; or a token."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _digits(value)
    if not isinstance(value, str) or len(value) > LONGEST_TOKEN:
        return None
    found = value.strip()
    if found.startswith(_GID):
        found = found.partition("?")[0].rpartition("/")[2]
    return found if len(found) <= longest and _IS_REF(found) else None


def token(value: Any) -> str | None:
    """Return the token of a checkout or a cart."""
    return ref(value, LONGEST_TOKEN)


def amount(value: Any) -> str | None:
    """Return an amount of money as it was written: money is text, so that no cent is lost to a float."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _digits(value) if isinstance(value, int) else str(value).strip()
    return found if found is not None and _IS_AMOUNT(found) else None


def moment(value: Any) -> int | None:
    """Return an RFC 3339 moment as UTC milliseconds."""
    if not isinstance(value, str):
        return None
    try:
        found = read_moment(value[:LONGEST_REF].strip())
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found <= LATEST_MOMENT else None


def word(value: Any) -> str | None:
    """Return one of Shopify's own words, as `paid`: lower-case, since they differ by version."""
    found = text(value, LONGEST_REF)
    return None if found is None else found.lower()


def country(value: Any) -> str | None:
    """Return the ISO code of a country: `IN`."""
    return value.upper() if isinstance(value, str) and _IS_COUNTRY(value) else None


def currency(value: Any) -> str | None:
    """Return the ISO code of a currency: `INR`."""
    return value.upper() if isinstance(value, str) and _IS_CURRENCY(value) else None


def count(value: Any) -> int:
    """Return a number of things; none where it is no such number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000 else 0


def _digits(value: int) -> str | None:
    # bit_length: str() of an enormous int raises.
    return str(value) if value >= 0 and value.bit_length() <= _LARGEST_BITS else None
