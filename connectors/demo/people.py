"""The workbook of the demo's campaign: people as a shop keeps them, and what must become of each row."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from openpyxl import Workbook
from openpyxl.styles import Font

from connectors.demo.audience import DELIVERED, FATES, NAMES

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TEXT = "Hi {{ first name }}, your {{ points }} points are waiting at our shop in {{ city }}. They end on Sunday."
HEADER = ("Mobile", "First name", "City", "Points")
WIDTHS = (20, 14, 14, 10)
CITIES = ("Pune", "Jaipur", "Kochi", "Mumbai", "Indore", "Lucknow", "Chennai")
TEXTED = 495
FIRST_ROW = 2
BEFORE_TROUBLE = 8
"""Whoever opens the workbook shall see the rows that make trouble without scrolling."""
SHORTENED = "9.19816E+11"
OPTED_OUT = "+919822001000"

# Last digits that force an end, and one in how many has them. All are ends that receipts tell: a number that the vendor
# refuses would have it refuse the whole workbook, and to find it takes a dozen calls.
FORCED = {"0001": 100, "0002": 160, "0003": 230}

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the workbook, and what must become of it."""

    cells: tuple[Cell, ...] = field(repr=False)
    number: str | None = field(repr=False)
    """In E.164; None where the row has none that can be read."""
    end: str
    """The status of its message; where there is none, why it is left out."""
    text: str | None = field(default=None, repr=False)
    """What the phone shows; None where the row is left out."""


# How one number is written: as a figure with and without the country, which Excel shows as 9.1982E+11, and as text.
_WRITINGS: tuple[Callable[[str], Cell], ...] = (
    lambda national: int(national),
    lambda national: f"+91 {national[:5]} {national[5:]}",
    lambda national: int(f"91{national}"),
    lambda national: f"0{national[:5]}-{national[5:]}",
    lambda national: f"'{national}",
)


def people() -> list[Row]:
    """Return the rows in order, the blank one aside."""
    texted = list(_texted())
    return [*texted[:BEFORE_TROUBLE], *_trouble(texted[0]), *texted[BEFORE_TROUBLE:]]


def trouble_rows() -> range:
    """Return which rows of the sheet make trouble; behind them comes a blank one."""
    first = FIRST_ROW + BEFORE_TROUBLE
    return range(first, first + len(_trouble(next(_texted()))))


def numbered(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Yield rows with their numbers in the sheet."""
    blank = trouble_rows().stop
    return zip((number for number in itertools.count(FIRST_ROW) if number != blank), rows, strict=False)


def write_workbook(rows: Iterable[Row], path: Path) -> None:
    """Write rows as a shop would."""
    book = Workbook()
    sheet = cast("Worksheet", book.active)
    sheet.title = "People"
    sheet.freeze_panes = "A2"
    sheet.append(HEADER)
    for letter, width in zip("ABCD", WIDTHS, strict=True):
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet.column_dimensions[letter].width = width
    for number, row in numbered(rows):
        for column, value in enumerate(row.cells, 1):
            sheet.cell(number, column, value)
        sheet.cell(number, len(HEADER)).number_format = "#,##0"
    book.save(path)


def _texted() -> Iterator[Row]:
    for position in range(TEXTED):
        digits = next((digits for digits, one_in in FORCED.items() if position % one_in == one_in - 1), None)
        # Without a forced end the last four digits are 1000 and more, which mean nothing to the sandbox.
        national = f"982{100 + position // 100}{digits}" if digits else f"982000{1_000 + position}"
        fate = FATES[digits] if digits else DELIVERED
        name, city, points = _person(position)
        text = f"Hi {name}, your {points:,} points are waiting at our shop in {city}. They end on Sunday."
        mobile = _WRITINGS[position % len(_WRITINGS)](national)
        yield Row((mobile, name, city, points), f"+91{national}", fate.status, text)


def _trouble(first: Row) -> list[Row]:
    """Return what becomes no message; the first person comes again, with the number written in another way."""
    again = (first.number, *first.cells[1:])
    return [
        Row((None, "Tara", "Pune", 640), None, "no_number"),
        Row((SHORTENED, "Om", "Kochi", 1_320), None, "invalid"),
        Row(("+91 98220 02000", None, "Jaipur", 75), "+919822002000", "missing_variable"),
        Row(again, first.number, "duplicate"),
        Row(("+91 98220 01000", "Leela", "Mumbai", 2_010), OPTED_OUT, "opted_out"),
    ]


def _person(position: int) -> tuple[str, str, int]:
    return NAMES[position % len(NAMES)], CITIES[position % len(CITIES)], 1_240 + position * 37 % 4_000
