"""The file that a personalised call for many carries, read back as its reader does."""

import io
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from connectors.shared.message_central import WorkbookRow
from connectors.shared.message_central.workbook import write_workbook


def read(rows: list[WorkbookRow]) -> list[list[tuple[object, str]]]:
    """Values and data types ("s" is text, "n" empty or a number, "f" a formula, "e" an error)."""
    sheet = load_workbook(io.BytesIO(write_workbook(rows))).worksheets[0]
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


def test_columns_and_rows() -> None:
    rows = [
        WorkbookRow("91", "9816111111", ("Amit", "120.50", "2026-11-21")),
        WorkbookRow("91", "07715131105", ("Prakash",)),
        WorkbookRow("1", "2025550123"),
    ]
    header, *body = read(rows)
    assert header == [(name, "s") for name in ("Country", "Mobile", "Var1", "Var2", "Var3")]
    assert [[value for value, _ in row if value is not None] for row in body] == [
        ["91", "9816111111", "Amit", "120.50", "2026-11-21"],
        ["91", "07715131105", "Prakash"],
        ["1", "2025550123"],
    ]
    assert {kind for row in body for value, kind in row if value is not None} == {"s"}


@pytest.mark.parametrize(
    "value",
    [
        "007",
        "1e5",
        "2026-11-21",
        "TRUE",
        "=1+1",
        '=HYPERLINK("http://x")',
        "#N/A",
        "#1 fan",
        "+91",
        "@SUM(A1)",
        " spaces ",
        "नमस्ते 🎉",
        "<b>&amp;</b>",
        "two\nlines",
    ],
)
def test_every_cell_is_text_as_it_was(value: str) -> None:
    row = read([WorkbookRow("91", "9816111111", (value, "after"))])[1]
    assert row[2:4] == [(value, "s"), ("after", "s")]


def test_what_xml_cannot_hold_is_left_out() -> None:
    row = read([WorkbookRow("91", "9816111111", ("a\x00b\x1fc\ud83dd\uffffe",))])[1]
    assert row[2] == ("abcde", "s")


def test_cells_are_text_in_the_file_itself() -> None:
    with ZipFile(io.BytesIO(write_workbook([WorkbookRow("91", "09816111111", ("1",))]))) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    kinds = [cell.get("t") for cell in sheet.iter() if cell.tag.endswith("}c")]
    assert len(kinds) == 8
    assert set(kinds) == {"inlineStr"}


def test_a_row_has_three_variables_at_most() -> None:
    with pytest.raises(ValueError, match="3 variables") as caught:
        WorkbookRow("91", "9816111111", ("a", "b", "c", "secret"))
    assert "secret" not in str(caught.value)
