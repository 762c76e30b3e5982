"""A workbook as a source of rows."""

from collections.abc import Generator
from pathlib import Path

from connectors.shared.campaigns.sheets.bounds import LAST_ROW
from connectors.shared.campaigns.sheets.xlsx.cell_values import CellReader
from connectors.shared.campaigns.sheets.xlsx.container import Container
from connectors.shared.campaigns.sheets.xlsx.shared_strings import SharedStrings
from connectors.shared.campaigns.sheets.xlsx.structure import read_structure
from connectors.shared.campaigns.sheets.xlsx.styles import Styles
from connectors.shared.campaigns.sheets.xlsx.worksheet import Row, WorksheetReader
from connectors.shared.campaigns.sheets.xlsx.xml_parts import PartReader, UnpackingBudget


class WorkbookSource:
    """The first visible sheet of an .xlsx. Raises SheetRefused."""

    has_fixed_width = False

    def __init__(self, path: Path, budget: UnpackingBudget) -> None:
        self._budget = budget
        self._container = Container(path)
        self._last_row_declared: int | None = None
        try:
            structure = read_structure(self._container, budget)
            self._sheet = structure.sheet
            styles = Styles(self._container, structure.styles, budget)
            self._strings = SharedStrings(self._container, structure.shared_strings, budget)
        except BaseException:
            self._container.close()
            raise
        self._cells = CellReader(self._strings, styles, dates_from_1904=structure.dates_from_1904)

    def rows(self) -> Generator[Row, None, None]:
        part = PartReader(self._container.open(self._sheet), self._budget)
        try:
            reader = WorksheetReader(part, self._cells)
            for row in reader.rows():
                self._last_row_declared = reader.last_row_declared
                yield row
        finally:
            part.close()

    def rows_after(self, header_row: int) -> int | None:
        """How many rows may follow, as the sheet declares it; None if that is not plausible."""
        last = self._last_row_declared
        return last - header_row if last is not None and header_row < last < LAST_ROW else None

    def close(self) -> None:
        self._strings.close()
        self._container.close()
