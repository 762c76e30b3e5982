"""What a cell stores against what it shows."""

from pathlib import Path

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.shared.campaigns.sheets.workbooks import (
    header,
    number,
    parts_of,
    read_rows,
    row,
    save_parts,
    save_rows,
    text,
)


def values_below(path: Path, *cells: str, formats: tuple[str, ...] = ()) -> dict[str, str]:
    """What is read of one row of cells below the header Mobile, B, C, …"""
    names = ["Mobile", *(chr(ord("B") + n) for n in range(len(cells)))]
    mobile = text("+919816111111")
    save_parts(path, parts_of(header(*names) + row(mobile + "".join(cells)), formats=formats))
    values = read_rows(path)[0].values
    del values["Mobile"]
    return values


@pytest.mark.parametrize(
    ("stored", "form", "shown"),
    [
        ("1250", "General", "1250"),
        ("0.30000000000000004", "General", "0.3"),
        ("12.50", "General", "12.5"),
        ("12.5", "0.00", "12.50"),
        ("2.675", "0.00", "2.68"),
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("1250", '"₹"#,##0', "₹1,250"),
        ("1250", "[$₹-4009]\\ #,##0.00", "₹ 1,250.00"),
        ("1250", '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$1,250.00"),
        ("-3", '#,##0_);[Red]"("#,##0")"', "(3)"),
        ("-3.456", "0.0", "-3.5"),
        ("0.155", "0.0%", "15.5%"),
        ("7", "000", "007"),
        ("0.5", "#.##", ".5"),
        ("1234.5", "# ??/??", "1234.5"),
        ("1e20", "General", "100000000000000000000"),
        ("0", "0", "0"),
        ("46347", "yyyy-mm-dd", "21 Nov 2026"),
        ("46347.604166666664", "yyyy-mm-dd hh:mm", "21 Nov 2026 14:30"),
        ("46347.604166666664", "dd/mm/yyyy h:mm AM/PM", "21 Nov 2026 2:30 PM"),
        ("46347.604166666664", "dd/mm/yyyy", "21 Nov 2026"),
        ("46347.0", "yyyy-mm-dd h:mm:ss", "21 Nov 2026"),
        ("46347", "[$-409]d\\-mmm\\-yy;@", "21 Nov 2026"),
        ("46347", "mmm yyyy", "Nov 2026"),
        ("0.604166666666667", "hh:mm", "14:30"),
        ("46347.604166666664", "hh:mm", "14:30"),
        ("1.10416666666667", "[h]:mm", "26:30"),
    ],
)
def test_values_are_what_the_sheet_shows(path: Path, stored: str, form: str, shown: str) -> None:
    assert values_below(path, number(stored, style=1), formats=(form,)) == {"B": shown}


def test_cells_of_every_kind(path: Path) -> None:
    cells = (
        '<c t="b"><v>1</v></c>',
        '<c t="str"><f>B1&amp;C1</f><v>Hello &amp; welcome</v></c>',
        '<c t="str"><f>IF(1,"")</f><v></v></c>',
        "<c><f>1+1</f><v>2</v></c>",
        '<c t="d"><v>2026-11-21T14:30:00</v></c>',
        (
            '<c t="inlineStr"><is><r><t xml:space="preserve">Dear </t></r><r><rPr><b/></rPr><t>Amit</t></r>'
            "<rPh><t>AMITTO</t></rPh></is></c>"
        ),
        text("two_x000D_\nlines _x005F_x000D_ \u00a0"),
        "<c/>",
    )
    assert values_below(path, *cells) == {
        "B": "TRUE",
        "C": "Hello & welcome",
        "E": "2",
        "F": "21 Nov 2026 14:30",
        "G": "Dear Amit",
        "H": "two\n\nlines _x000D_".replace("\n\n", "\n"),
    }


def test_dates_counted_from_1904(path: Path) -> None:
    parts = parts_of(header("Mobile", "Day") + row(text("1") + number("44885", style=1)), formats=["d mmm"])
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert read_rows(save_parts(path, parts))[0].values["Day"] == "21 Nov 2026"


def test_a_formula_without_a_result_is_its_rows_problem(path: Path) -> None:
    save_rows(path, ("Mobile", "Total"), ("+919816111111", "=1+1"), ("+919816111112", 3))
    spoilt, good = read_rows(path)
    assert "open the workbook in a spreadsheet program" in (spoilt.problem or "")
    assert "Total" in (spoilt.problem or "")
    assert good.problem is None


def test_an_error_in_a_cell_is_a_blank_with_a_reason(path: Path) -> None:
    assert values_below(path, '<c t="e"><v>#N/A</v></c>', text("kept")) == {"C": "kept"}
    (found,) = read_rows(path)
    assert found.problem is None
    assert "#N/A" in found.faults["B"]


def test_rich_text_of_openpyxl(path: Path) -> None:
    save_rows(path, ("Mobile", "Name"), ("1", CellRichText("Dear ", TextBlock(InlineFont(b=True), "Amit"))))
    assert read_rows(path)[0].values["Name"] == "Dear Amit"
