"""Values of custom fields as people write them: an option by its label, an amount with its currency.

https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide (custom fields)
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from connectors.pipedrive.contacts.fields import CustomField
from connectors.shared.kept_text import UNKEPT
from connectors.shared.templates.values import written as written_number

LONGEST: Final = 5_000
"""Characters: more than any text has use for."""


def written(known: CustomField, value: Any) -> str | None:
    """Return a value as it stands in a text, None for a blank one or one that is none."""
    found = _WRITERS.get(known.kind, _plain)(known, value)
    return (UNKEPT.sub("", found).strip()[:LONGEST] or None) if found is not None else None


def _plain(_: CustomField, value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(text for entry in value if (text := _single(entry))) or None
    return _single(value)


def _single(value: Any) -> str | None:
    found = value.get("value") if isinstance(value, Mapping) else value  # an address has its lines beside it
    if isinstance(found, bool):
        return "Yes" if found else "No"
    return found if isinstance(found, str) else _number(found)


def _number(value: Any) -> str | None:
    return written_number(value) if isinstance(value, int | float) and abs(value) < 1e15 else None


def _option(known: CustomField, value: Any) -> str | None:
    """Return labels; an option that was removed since has none."""
    chosen = value if isinstance(value, list) else str(value).split(",") if isinstance(value, str) else [value]
    # v2 has ids; where options come whole they have their label.
    ids = [entry.get("id") if isinstance(entry, Mapping) else entry for entry in chosen]
    return ", ".join(known.options[key] for each in ids if (key := str(each).strip()) in known.options) or None


def _money(_: CustomField, value: Any) -> str | None:
    amount, currency = (value.get("value"), value.get("currency")) if isinstance(value, Mapping) else (value, None)
    if amount is None or isinstance(amount, bool):
        return None
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**15:
        return None
    digits = f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
    return f"{digits} {currency}" if isinstance(currency, str) and currency else digits


def _day(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{found.day} {found:%b} {found.year}"


def _time(value: Any) -> str | None:
    """Return `14:05` of `14:05:00`."""
    parts = value.split(":") if isinstance(value, str) else []
    return ":".join(parts[:2]) if len(parts) == 3 else value if isinstance(value, str) else None


def _from_to(one: Callable[[Any], str | None]) -> Callable[[CustomField, Any], str | None]:
    def both(_: CustomField, value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return one(value)
        # No dash: it would make the whole text UCS-2.
        return " to ".join(text for name in ("value", "until") if (text := one(value.get(name)))) or None

    return both


_WRITERS: Final[Mapping[str, Callable[[CustomField, Any], str | None]]] = {
    "enum": _option,
    "set": _option,
    "monetary": _money,
    "date": _from_to(_day),
    "daterange": _from_to(_day),
    "time": _from_to(_time),
    "timerange": _from_to(_time),
}
