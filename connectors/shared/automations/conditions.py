"""Conditions of an owner: what must be true of the values of a text when it is due."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from connectors.shared.automations.definitions import Condition
from connectors.shared.templates.money import Money
from connectors.shared.templates.values import is_blank, written

_LONGEST_NUMBER: Final = 40


class Operator(StrEnum):
    """How a value is compared."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXISTS = "exists"
    EXISTS_NOT = "exists_not"


NUMERIC: Final = frozenset((Operator.AT_LEAST, Operator.AT_MOST))
WITHOUT_VALUE: Final = frozenset((Operator.EXISTS, Operator.EXISTS_NOT))


def met(conditions: Sequence[Condition], values: Mapping[str, Any]) -> bool:
    """Whether all conditions are true of the values of a text.

    Upper and lower case are one, and numbers are compared as numbers. What has no value is nothing, contains nothing,
    and is no number.
    """
    return all(
        _HOLDS[Operator(condition.operator)](look_up(values, condition.field), condition.value)
        for condition in conditions
    )


def look_up(values: Mapping[str, Any], field: str) -> Any:
    """Return the value of a field (`order.total_price`), None where there is none."""
    found: Any = values
    for part in field.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if is_blank(found) or found in ([], (), {}) else found


def as_number(value: Any) -> Decimal | None:
    """Return a value as a number, None where it is none; a text may have commas between its digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    text = str(value).replace(",", "").strip()
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(value, list | tuple):
        return len(value) == 1 and _is(value[0], wanted)
    if _is_number(value) or _is_number(wanted):
        number = as_number(value)
        return number is not None and number == as_number(wanted)
    return value is not None and _text(value) == _text(wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal | Money) and not isinstance(value, bool)


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_has(each, wanted) for each in value)
    return value is not None and _text(wanted) in _text(value)


def _has(entry: Any, wanted: Any) -> bool:
    """Whether an entry of a list is meant: a tag by itself, a thing that was bought by part of its title."""
    if isinstance(entry, Mapping):
        return any(_contains(part, wanted) for part in entry.values() if isinstance(part, str))
    return _is(entry, wanted)


def _text(value: Any) -> str:
    return "" if isinstance(value, Mapping) else written(value).strip().casefold()


def _at_least(value: Any, least: Any) -> bool:
    number, bound = as_number(value), as_number(least)
    return number is not None and bound is not None and number >= bound


def _at_most(value: Any, most: Any) -> bool:
    number, bound = as_number(value), as_number(most)
    return number is not None and bound is not None and number <= bound


_HOLDS: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.IS: _is,
    Operator.IS_NOT: lambda value, wanted: not _is(value, wanted),
    Operator.CONTAINS: _contains,
    Operator.CONTAINS_NOT: lambda value, wanted: not _contains(value, wanted),
    Operator.AT_LEAST: _at_least,
    Operator.AT_MOST: _at_most,
    Operator.EXISTS: lambda value, _: value is not None,
    Operator.EXISTS_NOT: lambda value, _: value is None,
}
