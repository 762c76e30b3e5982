"""A CSV file as a source of rows: its encoding and delimiter are found, then it is read a line at a time."""

import codecs
import csv
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from connectors.shared.campaigns.sheets.bounds import (
    LAST_COLUMN,
    LONGEST_CELL,
    MOST_TEXT_OF_ONE_RECORD,
)
from connectors.shared.campaigns.sheets.cells import Cell, clean
from connectors.shared.campaigns.sheets.columns import read_header
from connectors.shared.campaigns.sheets.refusals import SheetRefused
from connectors.shared.campaigns.sheets.rows import SheetOptions

_BLOCK = 1024 * 1024
_DELIMITERS = ",;\t|"
_HEADER_LINES = 50
_SAVE_AS_UTF8 = "Save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8), or as an .xlsx, and send that."
# Excel's own first line that says how the others are separated; no row of the sheet.
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE).fullmatch
# Four accented letters in a row are a word of another alphabet in another code page, read wrongly.
_OTHER_ALPHABET = re.compile(rb"[\xc0-\xff]{4}").search


class CsvSource:
    """Raises SheetRefused. Rows are counted as spreadsheet programs show them: a record is a row, a blank line too."""

    has_fixed_width = True

    def __init__(self, path: Path, options: SheetOptions) -> None:
        self._path = path
        self._encoding = encoding_of(path)
        with self._open() as text:
            self._delimiter, self._has_separator_line = _delimiter(_Lines(text), options)

    def rows(self) -> Generator[tuple[int, dict[int, Cell]], None, None]:
        with self._open() as text:
            lines = _Lines(text)
            if self._has_separator_line:
                next(lines)
            for number, record in enumerate(_records(lines, self._delimiter), start=1):
                lines.begin_record()
                cells = _cells(record)
                if cells:
                    yield number, cells

    def rows_after(self, _header_row: int) -> int | None:
        return None

    def close(self) -> None:
        """Nothing is open between the rows."""

    def _open(self) -> TextIO:
        return self._path.open(encoding=self._encoding, newline="")


def encoding_of(path: Path) -> str:
    """By its mark, else UTF-8 if all of it is, else the code page of western Windows, as Excel writes plain CSV."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        is_utf8, is_western = True, True
        decoder = codecs.getincrementaldecoder("utf-8")()
        while block := file.read(_BLOCK):
            if b"\x00" in block:
                raise SheetRefused(f"The file is no plain text. {_SAVE_AS_UTF8}")
            is_utf8 = is_utf8 and _decodes(decoder, block)
            is_western = is_western and _is_western(block)
        is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    if is_utf8:
        return "utf-8-sig"
    if is_western:
        return "cp1252"
    raise SheetRefused(f"The letters of the file are encoded in a way that cannot be told. {_SAVE_AS_UTF8}", "encoding")


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(block: bytes) -> bool:
    try:
        block.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return _OTHER_ALPHABET(block) is None


class _Lines(Iterator[str]):
    """Lines with a bound on what one record may be made of: the csv module joins lines while a quote is open."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._characters = 0

    def begin_record(self) -> None:
        self._characters = 0

    def __next__(self) -> str:
        try:
            line = self._text.readline(MOST_TEXT_OF_ONE_RECORD)
        except UnicodeError:
            raise SheetRefused(f"The file is no UTF-16 text, though it says so. {_SAVE_AS_UTF8}", "encoding") from None
        if not line:
            raise StopIteration
        self._characters += len(line)
        if self._characters >= MOST_TEXT_OF_ONE_RECORD:
            raise _open_quote()
        return line


def _records(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        raise _open_quote() from None


def _open_quote() -> SheetRefused:
    return SheetRefused('A row of the CSV is far too long: probably a quote (") is opened and never closed.')


def _cells(record: list[str]) -> dict[int, Cell]:
    if len(record) > LAST_COLUMN:
        raise _open_quote()
    cells: dict[int, Cell] = {}
    for position, field in enumerate(record, start=1):
        if len(field) > LONGEST_CELL:
            raise _open_quote()
        text = clean(field)
        if text:
            cells[position] = Cell(text)
    return cells


def _delimiter(lines: _Lines, options: SheetOptions) -> tuple[str, bool]:
    """The delimiter, and whether the first line says so. Else the one that makes most of the header."""
    head = list(islice(lines, _HEADER_LINES))
    said = _SEPARATOR_LINE(head[0]) if head else None
    if said:
        return said[1], True
    return max(_DELIMITERS, key=lambda delimiter: _score(head, delimiter, options)), False


def _score(head: list[str], delimiter: str, options: SheetOptions) -> tuple[bool, int, int]:
    """Whether it makes a header that can be used, how many rows are as long as that, and how long."""
    header: dict[int, Cell] = {}
    as_long = 0
    try:
        records = [record for record in _records(head, delimiter) if record]
        header = next(filter(None, map(_cells, records)), {})
        as_long = sum(len(record) >= max(header) > 1 for record in records) if header else 0
        read_header({position: cell.text for position, cell in header.items()}, options)
    except SheetRefused:
        return False, as_long, len(header)
    return not _is_unsplit(header), as_long, len(header)


def _is_unsplit(header: dict[int, Cell]) -> bool:
    """Whether it may be all columns in one: "Mobile,Name,Name" is found to hold a mobile, too."""
    return len(header) == 1 and any(mark in cell.text for cell in header.values() for mark in _DELIMITERS)
