"""Workbooks that people and their programs make."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from connectors.shared.campaigns.sheets import SheetLayout, SheetOptions, SheetRefused, check_file, open_sheet
from connectors.shared.phone_numbers import read_number
from tests.shared.campaigns.sheets.workbooks import (
    MAIN,
    RELATIONS,
    WORKBOOK_RELATIONS,
    header,
    number,
    parts_of,
    read_rows,
    row,
    save_parts,
    save_rows,
    text,
)

VENDORS_HEADER = ("Country", "Mobile", "Var1", "Var2", "Var3")


def test_the_vendors_format(path: Path) -> None:
    save_rows(
        path,
        VENDORS_HEADER,
        (91, 9816111111, "Amit", 1250, date(2026, 11, 21)),
        (91, 9816111112, "Prakash", 12.5, None),
    )
    layout = SheetLayout(VENDORS_HEADER, "Mobile", "Country", rows_expected=2)
    assert check_file(path, "xlsx", SheetOptions()) == layout
    first, second = read_rows(path)
    assert first.values == {
        "Country": "91",
        "Mobile": "9816111111",
        "Var1": "Amit",
        "Var2": "1250",
        "Var3": "21 Nov 2026",
    }
    assert (first.row, first.country, first.problem) == (2, "91", None)
    assert first.number is not None
    assert read_number(first.number, first.country).e164 == "+919816111111"
    assert second.values == {"Country": "91", "Mobile": "9816111112", "Var1": "Prakash", "Var2": "12.5"}


def test_the_first_sheet_that_can_be_seen_is_read(path: Path) -> None:
    workbook = Workbook()
    workbook.worksheets[0].append(["Mobile"])
    workbook.worksheets[0].sheet_state = "hidden"
    workbook.create_chartsheet("Chart", 0)
    for title, phone in (("People", "+919816111111"), ("Others", "+919816111112")):
        sheet = workbook.create_sheet(title)
        sheet.append(["Phone"])
        sheet.append([phone])
    workbook.active = 2
    workbook.save(path)
    assert [found.number for found in read_rows(path)] == ["+919816111111"]


def test_blank_rows_are_left_out_and_counted(path: Path) -> None:
    save_rows(path, (), ("Name", "Mobile", None), (), ("Amit", 9816111111), (None, "  ", "x"), ("Prakash",))
    assert [(found.row, found.number) for found in read_rows(path)] == [(4, "9816111111"), (6, None)]


def test_reading_goes_on_behind_a_row(path: Path) -> None:
    save_rows(path, ("Mobile",), *((9816111110 + n,) for n in range(5)))
    sheet = open_sheet(path, "xlsx", SheetOptions())
    assert [found.row for found in sheet.rows(after=4)] == [5, 6]
    assert [found.row for found in sheet.rows()] == [2, 3, 4, 5, 6]
    sheet.close()


@pytest.mark.parametrize("declared", ["A1", "A1:A1", "A1:XFD1048576", "B7:C9", "nonsense", ""])
def test_the_declared_area_is_not_believed(path: Path, declared: str) -> None:
    rows = header("Name", "Mobile") + row(text("Amit") + text("1")) + row(text("Prakash") + text("2"))
    save_parts(path, parts_of(rows, before=f'<dimension ref="{declared}"/>'))
    assert [found.values["Name"] for found in read_rows(path)] == ["Amit", "Prakash"]
    assert check_file(path, "xlsx", SheetOptions()).rows_expected in (None, 8)


def test_shared_strings_in_any_order(path: Path) -> None:
    names = [f"Name {n}" for n in range(1000)]
    shared = (
        "".join(f"<si><t>{name}</t></si>" for name in names)
        + "<si><t>Name</t></si><si><r><t>Mo</t></r><r><t>bile</t></r></si>"
    )
    order = [(n * 617) % 1000 for n in range(1000)]
    rows = '<row><c t="s"><v>1000</v></c><c t="s"><v>1001</v></c></row>' + "".join(
        f'<row><c t="s"><v>{n}</v></c><c><v>{9816000000 + n}</v></c></row>' for n in order
    )
    save_parts(path, parts_of(rows, shared=shared))
    assert check_file(path, "xlsx", SheetOptions()).header == ("Name", "Mobile")
    assert [found.values["Name"] for found in read_rows(path)] == [names[n] for n in order]


def test_prefixed_names_absolute_targets_and_the_strict_dialect(path: Path) -> None:
    strict = {
        MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
        RELATIONS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    parts = parts_of(header("Mobile") + row(number("9816111111")))
    parts["xl/_rels/workbook.xml.rels"] = WORKBOOK_RELATIONS.replace("worksheets/", "/xl/Worksheets/")
    sheet = (
        str(parts["xl/worksheets/sheet1.xml"]).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    )
    parts["xl/worksheets/sheet1.xml"] = sheet.encode("utf-16")
    for name, content in parts.items():
        if isinstance(content, str):
            for old, new in strict.items():
                content = content.replace(old, new)
            parts[name] = content
    assert [found.number for found in read_rows(save_parts(path, parts))] == ["9816111111"]


def test_as_libreoffice_writes_it(path: Path) -> None:
    rows = (
        '<row r="1" customFormat="false" ht="12.8" hidden="false"><c r="A1" s="0" t="s"><v>0</v></c>'
        '<c r="B1" s="0" t="s"><v>1</v></c><c r="C1" s="0" t="s"><v>2</v></c></row>'
        '<row r="2" ht="12.8"><c r="A2" s="0" t="s"><v>3</v></c><c r="B2" s="0" t="n"><v>919816111111</v></c>'
        '<c r="C2" s="1" t="n"><f aca="false">TODAY()</f><v>46347</v></c></row>'
    )
    strings = ("First Name", "Mobile No.", "Due on", "Amit")
    shared = "".join(f'<si><t xml:space="preserve">{string}</t></si>' for string in strings)
    before = '<sheetPr filterMode="false"/><dimension ref="A1:C2"/><sheetViews><sheetView/></sheetViews>'
    save_parts(
        path,
        parts_of(
            rows, shared=shared, formats=["[$-40A]d\\ &quot;de&quot;\\ mmm".replace("&quot;", '"')], before=before
        ),
    )
    (found,) = read_rows(path)
    assert found.number == "919816111111"
    assert found.values == {"First Name": "Amit", "Mobile No.": "919816111111", "Due on": "21 Nov 2026"}


def test_an_empty_workbook_is_refused(path: Path) -> None:
    save_rows(path)
    with pytest.raises(SheetRefused, match="no rows"):
        check_file(path, "xlsx", SheetOptions())
