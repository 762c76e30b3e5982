"""Reads the workbook of a personalised call: Country, Mobile, Var1, Var2, Var3.

The vendor's sample text says `##var##` for the first column of values and `##var2##`, `##var3##` for the
others; `##var1##` is taken too, since the columns are called var1, var2, var3 (Message Central API
documentation, "Using Multipart File Upload").
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 200_000_000
"""What the parts of a workbook may unpack to; more is taken for a zip bomb."""

PLACEHOLDER = re.compile("##var([123]?)##")


UNREADABLE = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    IndexError,
    SyntaxError,  # what XML that does not parse raises
)


class UnreadableWorkbook(ValueError):
    """This is no workbook that the vendor takes; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    country: str
    mobile: str = field(repr=False)
    text: str = field(repr=False)


def read_workbook(stream: IO[bytes], template: str) -> list[Row]:
    """Return one row for each recipient, its text filled in. Raise UnreadableWorkbook."""
    _check_size(stream)
    try:
        rows = [_read_row(cells, template) for cells in _cells(stream)]
    except UNREADABLE:
        raise UnreadableWorkbook("the file is no readable .xlsx") from None
    if not rows:
        raise UnreadableWorkbook("the workbook names no recipient")
    return rows


def _check_size(stream: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(stream) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile:
        raise UnreadableWorkbook("the file is no .xlsx") from None
    if size > MOST_BYTES:
        raise UnreadableWorkbook("the workbook is too large")
    stream.seek(0)


def _cells(stream: IO[bytes]) -> Iterator[list[str]]:
    workbook = load_workbook(stream, read_only=True, data_only=True)
    try:
        sheet = workbook.worksheets[0]
        rows = ([_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
        next(rows, None)
        yield from (row for row in rows if any(row))
    finally:
        workbook.close()


def _read_row(cells: Sequence[str], template: str) -> Row:
    country, mobile, *values = [*cells, "", ""][: max(2, len(cells))]
    return Row(country, mobile, fill(template, values))


def fill(template: str, values: Sequence[str]) -> str:
    """Return the text with its placeholders filled, once: a value that looks like one stays as it is."""

    def value_of(match: re.Match[str]) -> str:
        position = int(match[1] or 1) - 1
        return values[position] if position < len(values) else ""

    return PLACEHOLDER.sub(value_of, template)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if not isinstance(value, str) else value
