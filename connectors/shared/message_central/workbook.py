"""The .xlsx file of a personalised call for many: columns Country, Mobile, Var1, Var2, Var3."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell

from connectors.shared.message_central.sms import WorkbookRow

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

HEADER = ("Country", "Mobile", "Var1", "Var2", "Var3")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets): openpyxl raises for it, quoting the value.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_workbook(rows: Sequence[WorkbookRow]) -> bytes:
    """The file's bytes. Every cell is text: a number read as a number loses its leading zeros."""
    workbook = Workbook(write_only=True)
    sheet = cast("WriteOnlyWorksheet", workbook.create_sheet("Recipients"))
    sheet.append(HEADER)
    for row in rows:
        sheet.append(_text_cells(sheet, (row.country_code, row.mobile_number, *row.variables)))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _text_cells(sheet: "WriteOnlyWorksheet", values: Iterable[str]) -> list[Cell | str]:
    return [text_cell(sheet, value) for value in values]


def text_cell(sheet: "WriteOnlyWorksheet", value: str) -> Cell | str:
    """A cell that is text whatever it begins with, without what no workbook can hold."""
    text = _NOT_IN_XML.sub("", value)
    if not text.startswith(("=", "#")):
        return text
    # openpyxl takes "=1+1" for a formula and "#N/A" for an error unless told otherwise:
    # https://openpyxl.readthedocs.io/en/stable/api/openpyxl.cell.cell.html
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
