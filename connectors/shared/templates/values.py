"""Values as people write them: texts from sheets, numbers and yes or no from JSON."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from connectors.shared.templates.faults import TemplateUnreadable

LONGEST: Final = 5_000
"""Characters in a value: more than any message takes."""
_MOST_ITEMS: Final = 500
_DEEPEST: Final = 8
_MOST_BITS: Final = 256


def is_blank(value: object) -> bool:
    """Tell whether a value would leave a hole in a text."""
    return value is None or (isinstance(value, str) and (not value or value.isspace()))


def written(value: object) -> str:
    """Return a value as it stands in a text. Raises TemplateUnreadable for what is not one value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return _decimal(value)
    if isinstance(value, Mapping | list | tuple | range):
        raise TemplateUnreadable(
            "A variable of the text is a list or has parts. Write which part, as in {{ customer.name }}, "
            'or join a list, as in {{ items | join: ", " }}.'
        )
    return str(value)


def _decimal(value: float | Decimal) -> str:
    if not math.isfinite(value):
        raise TemplateUnreadable("A number in the text is too large to be written.")
    # Neither 5.0 nor 1e+16: people write 5 and 10000000000000000.
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def prepared(value: Any, depth: int = 0) -> Any:
    """Return a value from JSON for conditions and filters: without blank members, whole numbers as integers."""
    if depth > _DEEPEST:
        raise TemplateUnreadable(f"A variable is nested more than {_DEEPEST} levels deep.")
    if isinstance(value, Mapping):
        return {key: prepared(below, depth + 1) for key, below in value.items() if not is_blank(below)}
    if isinstance(value, list | tuple):
        return [prepared(below, depth + 1) for below in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def bounded(value: object) -> object:
    """Return a value that is no larger than a text can have use for. Raises TemplateUnreadable.

    Some filters multiply: without this a short text fills the memory.
    """
    if isinstance(value, str) and len(value) > LONGEST:
        raise TemplateUnreadable(f"A value in the text has more than {LONGEST:,} characters.")
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise TemplateUnreadable("A number in the text is too large.")
    if isinstance(value, range):
        too_many = value.stop - value.start > _MOST_ITEMS
    else:
        too_many = isinstance(value, list | tuple) and len(value) > _MOST_ITEMS
    if too_many:
        raise TemplateUnreadable(f"A list in the text has more than {_MOST_ITEMS} items.")
    return value
