"""A recipients' file, whatever its kind: its header, then its rows."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

from connectors.shared.campaigns.sheets.bounds import (
    LAST_COLUMN,
    MOST_ELEMENTS_BY_CHECK,
    MOST_OCTETS,
    MOST_ROWS,
    MOST_UNPACKED_BY_CHECK,
)
from connectors.shared.campaigns.sheets.cells import Cell
from connectors.shared.campaigns.sheets.columns import read_header
from connectors.shared.campaigns.sheets.csv_text import CsvSource
from connectors.shared.campaigns.sheets.kinds import refuse_foreign
from connectors.shared.campaigns.sheets.recipients import read_row
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE, SheetRefused
from connectors.shared.campaigns.sheets.rows import SheetLayout, SheetOptions, SheetRow
from connectors.shared.campaigns.sheets.spool import LAYOUT, read_spool
from connectors.shared.campaigns.sheets.xlsx.workbook import WorkbookSource
from connectors.shared.campaigns.sheets.xlsx.xml_parts import UnpackingBudget

FIRST_OCTETS = 4096
"""What kind_of() wants to see of a file."""


class _Source(Protocol):
    """Where rows come from. Positions of columns count from 1; blank cells are absent."""

    has_fixed_width: bool

    def rows(self) -> Generator[tuple[int, dict[int, Cell]], None, None]: ...

    def rows_after(self, header_row: int) -> int | None: ...

    def close(self) -> None: ...


class Sheet:
    """An open file of recipients; its rows can be read more than once. Close it."""

    def __init__(self, layout: SheetLayout) -> None:
        self.header = layout.header
        """The columns that have a name, as written, from the left."""
        self.mobile_column = layout.mobile_column
        self.country_column = layout.country_column
        self.rows_expected = layout.rows_expected
        self.layout = layout

    def rows(self, after: int = 0) -> Iterator[SheetRow]:
        """Rows that are not blank, behind the one numbered `after`. Raises SheetRefused for a fault of the file."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing can be read any more."""


def check_file(path: Path, kind: str, options: SheetOptions) -> SheetLayout:
    """Look at the container, its declared sizes, the header and the number's column: little of the file is read.

    Raises SheetRefused.
    """
    sheet = _open(path, kind, options, UnpackingBudget(MOST_UNPACKED_BY_CHECK, MOST_ELEMENTS_BY_CHECK))
    sheet.close()
    return sheet.layout


def open_sheet(path: Path, kind: str, options: SheetOptions) -> Sheet:
    """Open a file for all its rows. `kind` is xlsx, csv or json (a spool of ours). Raises SheetRefused."""
    return _open(path, kind, options, UnpackingBudget())


def _open(path: Path, kind: str, options: SheetOptions, budget: UnpackingBudget) -> Sheet:
    if kind == "json":
        return _Spool(path)
    if path.stat().st_size > MOST_OCTETS:
        raise SheetRefused(f"The file is larger than {MOST_OCTETS >> 20} MB: split it.", TOO_LARGE)
    with path.open("rb") as file:
        refuse_foreign(file.read(FIRST_OCTETS), kind)
    source: _Source = WorkbookSource(path, budget) if kind == "xlsx" else CsvSource(path, options)
    try:
        return _Table(source, options)
    except BaseException:
        source.close()
        raise


class _Spool(Sheet):
    def __init__(self, path: Path) -> None:
        super().__init__(LAYOUT)
        self._path = path

    def rows(self, after: int = 0) -> Iterator[SheetRow]:
        return (row for row in read_spool(self._path) if row.row > after)


class _Table(Sheet):
    """A header and rows below it."""

    def __init__(self, source: _Source, options: SheetOptions) -> None:
        self._source = source
        with closing(source.rows()) as rows:
            self._header_row, header = next(rows, (0, {}))
        if not header:
            raise SheetRefused("The file holds no rows.", "empty")
        self._columns = read_header({position: cell.text for position, cell in header.items()}, options)
        names = self._columns.names
        super().__init__(
            SheetLayout(
                header=tuple(names.values()),
                mobile_column=names[self._columns.mobile],
                country_column=None if self._columns.country is None else names[self._columns.country],
                rows_expected=source.rows_after(self._header_row),
            )
        )

    def rows(self, after: int = 0) -> Iterator[SheetRow]:
        width = max(self._columns.names) if self._source.has_fixed_width else LAST_COLUMN
        count = 0
        for number, cells in self._source.rows():
            if number <= self._header_row or not self._has_content(cells, width):
                continue
            count += 1
            if count > MOST_ROWS:
                raise SheetRefused(f"The file has more than {MOST_ROWS:,} rows: split it.", TOO_LARGE)
            if number > after:
                yield read_row(number, cells, self._columns, width)

    def close(self) -> None:
        self._source.close()

    def _has_content(self, cells: Mapping[int, Cell], width: int) -> bool:
        return not self._columns.names.keys().isdisjoint(cells) or max(cells) > width
