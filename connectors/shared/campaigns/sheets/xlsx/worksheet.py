"""The rows of a sheet, as its part is unpacked: never more than a chunk of it is in memory."""

import re
from collections.abc import Generator
from functools import lru_cache

from connectors.shared.campaigns.sheets.bounds import LAST_COLUMN, LAST_ROW, LONGEST_CELL, LONGEST_ROW
from connectors.shared.campaigns.sheets.cells import Cell
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE, SheetRefused
from connectors.shared.campaigns.sheets.xlsx.cell_values import BLANK, CellReader
from connectors.shared.campaigns.sheets.xlsx.container import damage_is_refused, damaged
from connectors.shared.campaigns.sheets.xlsx.shared_strings import refuse_long_cell
from connectors.shared.campaigns.sheets.xlsx.xml_parts import Attributes, PartReader

Row = tuple[int, dict[int, Cell]]

_LETTERS = re.compile(r"\$?([A-Za-z]{1,3})\$?").fullmatch
_LAST_ROW_OF_AREA = re.compile(r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}:\$?[A-Za-z]{1,3}\$?([0-9]{1,7})").fullmatch


class WorksheetReader:
    """Positions of columns count from 1. The declared area is a hint, nothing is read or left out for it."""

    def __init__(self, part: PartReader, cells: CellReader) -> None:
        self._part = part
        self._cells = cells
        self.last_row_declared: int | None = None
        self._ready: list[Row] = []
        self._in_data = self._done = False
        self._row_number = 0
        self._row: dict[int, Cell] = {}
        self._row_characters = 0
        self._column = 0
        self._kind = self._style = ""
        self._is_formula = self._has_value = self._collects = self._phonetic = False
        self._pieces: list[str] = []
        self._length = 0
        part.listen(self._start, self._end, self._text)

    def rows(self) -> Generator[Row, None, None]:
        """Rows with at least one cell that is not blank, in order. Raises SheetRefused."""
        while not self._done and self._part.feed():
            yield from self._ready
            self._ready.clear()
        yield from self._ready
        self._part.drain()

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._in_data:
            if name == "c":
                self._start_cell(attributes)
            elif name == "v":
                self._collects = self._has_value = True
            elif name == "row":
                self._start_row(attributes.get("r"))
            else:
                self._start_in_cell(name)
        elif name == "sheetData" and not self._done:
            self._in_data = True
        elif name == "dimension":
            area = _LAST_ROW_OF_AREA(attributes.get("ref", ""))
            self.last_row_declared = int(area[1]) if area else None

    def _start_in_cell(self, name: str) -> None:
        if name == "t":
            self._collects = not self._phonetic
            self._has_value = True
        elif name == "f":
            self._is_formula = True
        elif name == "rPh":
            self._phonetic = True

    def _start_row(self, written: str | None) -> None:
        number = self._row_number + 1 if written is None else _row_number(written)
        if not self._row_number < number <= LAST_ROW:
            raise SheetRefused(
                "The rows of the sheet are not in order, or beyond what a sheet can hold: "
                "open the workbook in a spreadsheet program, save it, and send it again.",
                "damaged",
            )
        self._row_number = number
        self._row = {}
        self._column = self._row_characters = 0

    def _start_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self._column = self._column + 1 if place is None else _column_of(place.rstrip("0123456789"))
        if self._column > LAST_COLUMN:
            raise damaged()
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._is_formula = self._has_value = self._phonetic = False
        self._pieces, self._length = [], 0

    def _end(self, name: str) -> None:
        if not self._in_data:
            return
        self._collects = False
        if name == "c":
            self._end_cell()
        elif name == "row":
            if self._row:
                self._ready.append((self._row_number, self._row))
        elif name == "rPh":
            self._phonetic = False
        elif name == "sheetData":
            self._in_data, self._done = False, True

    def _end_cell(self) -> None:
        text = "".join(self._pieces)
        # An empty result that is a text was calculated; writers who calculate nothing leave an empty value, too.
        stored = text if text or (self._has_value and self._kind in ("str", "inlineStr")) else None
        if stored is None and not self._is_formula:
            return
        cell = self._cells.read(self._kind, self._style, stored, is_formula=self._is_formula)
        if cell is BLANK or not (cell.text or cell.fault):
            return
        self._row_characters += len(cell.text)
        if self._row_characters > LONGEST_ROW:
            raise SheetRefused("A row holds more than anything that could go into messages.", TOO_LARGE)
        self._row[self._column] = cell

    def _text(self, text: str) -> None:
        if self._collects:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise refuse_long_cell()


def _row_number(written: str) -> int:
    if written.isascii() and written.isdecimal() and len(written) < 10:
        return int(written)
    with damage_is_refused():
        number = float(written)  # some programs write 2.0
        if not number.is_integer():
            raise damaged()
        return int(number)


@lru_cache(maxsize=LAST_COLUMN)
def _column_of(letters: str) -> int:
    """Of `AB`, or of what is left of `$AB$12` without its last digits."""
    match = _LETTERS(letters)
    if match is None:
        raise damaged()
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column
