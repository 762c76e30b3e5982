"""What is read from a recipients' file, whatever it was written with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.shared.phone_numbers import PhoneNumber, read_local_number, read_number_in


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """Headers as a person wrote them, in any case; None: found by their names."""

    mobile_column: str | None = None
    country_column: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One recipient."""

    row: int
    """As the spreadsheet numbers it; the header is mostly 1. In a spool of ours the first recipient is 1."""
    number: str | None = field(repr=False)
    """Ready for `read_number(number, country)`; None where the cell is blank."""
    country: str | None
    """Digits of a calling code, where the file has a column for it."""
    values: dict[str, Any] = field(repr=False)
    """By header as written, as the sheet shows them: texts. Blank cells are absent. A spool's are the caller's own."""
    problem: str | None = None
    """Why this row cannot be used, in words without anything that the row holds."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Why a column has no value though its cell is not blank (it shows #N/A), by header."""


def phone_number_of(row: SheetRow, country_code: str | None) -> PhoneNumber:
    """Return a row's number; `country_code` is of whoever made the file. Raises InvalidNumber."""
    if row.country is not None:
        return read_number_in(row.number or "", row.country)
    return read_local_number(row.number or "", country_code)


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """How a file is laid out, as far as it can be told from its beginning."""

    header: tuple[str, ...]
    """The columns that have a name, from the left. A spool has none."""
    mobile_column: str
    country_column: str | None
    rows_expected: int | None
    """About how many recipients follow, as the file itself says; None where it does not."""
