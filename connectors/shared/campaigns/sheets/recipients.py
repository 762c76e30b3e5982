"""From the cells of a row to a recipient."""

from collections.abc import Mapping

from connectors.shared.campaigns.sheets.cells import Cell
from connectors.shared.campaigns.sheets.columns import Columns
from connectors.shared.campaigns.sheets.countries import calling_code
from connectors.shared.campaigns.sheets.numbers import is_international, national_number, number_in
from connectors.shared.campaigns.sheets.rows import SheetRow

_UNKNOWN_COUNTRY = (
    "The country of this row is not known: write its calling code (91), its two letters (IN) or its name (India)."
)
_MORE_FIELDS = (
    "This row has more fields than the header has columns: "
    "put a text that holds the separator between quotes, or take the extra field away."
)
_BLANK = Cell("")


def read_row(row: int, cells: Mapping[int, Cell], columns: Columns, width: int) -> SheetRow:
    """`width`: the last column that may hold anything."""
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    spoilt: str | None = None
    for position, name in columns.names.items():
        cell = cells.get(position)
        if cell is None:
            continue
        if cell.fault is None:
            values[name] = cell.text
            continue
        faults[name] = cell.fault.format(column=name)
        if cell.spoils_row or position == columns.mobile:
            spoilt = spoilt or faults[name]
    number, country, problem = _number_and_country(cells, columns)
    if max(cells) > width:
        problem = _MORE_FIELDS
    return SheetRow(row, number, country, values, problem=spoilt or problem, faults=faults)


def _number_and_country(cells: Mapping[int, Cell], columns: Columns) -> tuple[str | None, str | None, str | None]:
    number, problem = number_in(cells.get(columns.mobile, _BLANK))
    if problem or number is None or columns.country is None:
        return number, None, problem
    written = cells.get(columns.country, _BLANK)
    country = calling_code(written.plain or written.text) if written.text else None
    if is_international(number):
        return number, country, None
    if written.fault:
        return number, None, written.fault.format(column=columns.names[columns.country])
    if written.text and country is None:
        return number, None, _UNKNOWN_COUNTRY
    return (number if country is None else national_number(number, country)), country, None
