"""Workbooks that nobody should make: each is refused in words, none is followed, unpacked at length or crashed on."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused, bounds, check_file, open_sheet
from connectors.shared.campaigns.sheets.xlsx import container
from tests.shared.campaigns.sheets.workbooks import (
    CONTENT_TYPES,
    GOOD,
    PARTS,
    WORKBOOK_RELATIONS,
    Parts,
    good_parts,
    header,
    number,
    parts_of,
    read_rows,
    row,
    save_parts,
    save_rows,
    text,
)

BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def refusal(path: Path) -> SheetRefused:
    """Why the whole file cannot be read; what it says never shows the insides of a program."""
    with pytest.raises(SheetRefused) as refused:
        read_rows(path)
    assert not any(word in str(refused.value) for word in ("Error", "Traceback", "zipfile", "expat"))
    return refused.value


def refusal_of(path: Path, parts: Parts) -> SheetRefused:
    return refusal(save_parts(path, parts))


@pytest.mark.parametrize("declaration", [BOMB, OUTSIDE, "<!DOCTYPE x>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", PARTS)
def test_a_document_type_is_refused_wherever_it_is(path: Path, name: str, declaration: str, encoding: str) -> None:
    parts = good_parts()
    parts["xl/worksheets/sheet1.xml"] = str(parts["xl/worksheets/sheet1.xml"]).replace(
        "<row>", '<row><c t="s"><v>0</v></c>', 1
    )
    parts[name] = (declaration + str(parts[name])).encode(encoding)
    assert "document type" in str(refusal_of(path, parts))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(f'{GOOD}<row><c t="s"><v>1</v></c></row>', id="shared string that is not there"),
        pytest.param(f'{GOOD}<row><c t="s"><v>-1</v></c></row>', id="negative shared string"),
        pytest.param(f'{GOOD}<row><c t="s"><v>{"9" * 5000}</v></c></row>', id="huge shared string"),
        pytest.param(f'{GOOD}<row r="-1"><c><v>1</v></c></row>', id="negative row"),
        pytest.param(f'{GOOD}<row r="2"><c><v>1</v></c></row>', id="row twice"),
        pytest.param(f'{GOOD}<row r="1048577"><c><v>1</v></c></row>', id="row beyond the last"),
        pytest.param(f'{GOOD}<row r="1e400"><c><v>1</v></c></row>', id="row without end"),
        pytest.param(f'{GOOD}<row r="x"><c><v>1</v></c></row>', id="row that is no number"),
        pytest.param(f'{GOOD}<row r="9"/><row r="8"/>', id="rows out of order"),
        pytest.param(f'{GOOD}<row><c r="XFE1"><v>1</v></c></row>', id="column beyond the last"),
        pytest.param(f'{GOOD}<row><c r="ABCDEFG1"><v>1</v></c></row>', id="column of many letters"),
        pytest.param(f'{GOOD}<row><c r="Ä1"><v>1</v></c></row>', id="column of another alphabet"),
        pytest.param(GOOD + row("<c/>" * 16_385), id="more cells than a sheet has columns"),
        pytest.param(GOOD + row(text("x" * 32_768)), id="long text"),
        pytest.param(GOOD + "<x>" * 200 + "</x>" * 200, id="deep nesting"),
        pytest.param(GOOD + f'<row><c r="{"A" * 3_000_000}"/></row>', id="long attribute"),
        pytest.param(GOOD + f"<!--{' ' * 3_000_000}-->", id="long comment"),
        pytest.param(GOOD + "".join(f"<x{n}/>" for n in range(20_000)), id="many names"),
        pytest.param(f"{GOOD}<row><c><v>1</v></c>", id="not well-formed"),
        pytest.param(f"{GOOD}&unknown;", id="undeclared entity"),
    ],
)
def test_sheets_that_no_program_writes(path: Path, rows: str) -> None:
    parts = parts_of(rows, shared="<si><t>x</t></si>")
    save_parts(path, parts, zipfile.ZIP_STORED)
    refusal(path)


@pytest.mark.parametrize("number_text", ["NaN", "INF", "1" * 5000, "1e999999", "0x10", "--1", "1,5", "٣"])
def test_numbers_that_are_none_are_a_fault_of_their_column(path: Path, number_text: str) -> None:
    save_parts(
        path, parts_of(header("Mobile", "Sum") + row(text("1") + number(number_text, style=1)), formats=["0.00"])
    )
    (found,) = read_rows(path)
    assert "Sum" not in found.values
    assert "Sum" in found.faults


@pytest.mark.parametrize("day", ["-5", "1e9", "1e300"])
def test_dates_that_no_calendar_has(path: Path, day: str) -> None:
    save_parts(path, parts_of(header("Mobile", "Day") + row(text("1") + number(day, style=1)), formats=["yyyy"]))
    assert "calendar" in read_rows(path)[0].faults["Day"]


def test_a_cell_may_name_a_place_beyond_its_row(path: Path) -> None:
    save_parts(
        path, parts_of(header("Mobile") + '<row r="2"><c r="A1048577"><v>7</v></c><c r="XFD9"><v>7</v></c></row>')
    )
    assert [found.number for found in read_rows(path)] == ["7"]


def test_a_style_that_is_not_there_is_no_style(path: Path) -> None:
    cells = number("919816111111", style=99) + '<c s="x"><v>5</v></c>'
    save_parts(path, parts_of(header("Mobile", "Sum") + row(cells)))
    assert read_rows(path)[0].values == {"Mobile": "919816111111", "Sum": "5"}


def test_bombs_are_known_by_their_directory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = good_parts() | {"xl/media/zeros.bin": bytes(20_000_000)}
    refused = refusal_of(path, bomb)
    assert refused.code == "too_large"
    monkeypatch.setattr(container, "MOST_UNPACKED", 1000)
    refused = refusal_of(path, good_parts())
    assert refused.code == "too_large"


def test_a_part_is_never_unpacked_beyond_what_is_declared(path: Path) -> None:
    parts = good_parts()
    sheet = str(parts["xl/worksheets/sheet1.xml"]).encode()
    save_parts(path, parts)
    octets = path.read_bytes()
    declared = struct.pack("<L", len(sheet))
    assert octets.count(declared) >= 2
    path.write_bytes(octets.replace(declared, struct.pack("<L", len(sheet) - 40)))
    refusal(path)


def test_too_many_parts(path: Path) -> None:
    few: Parts = {f"x{n}": b"" for n in range(2_000)}
    assert refusal_of(path, good_parts() | few).code == "too_large"
    many: Parts = {f"{'long' * 30}{n}": b"" for n in range(8_000)}
    assert refusal_of(path, good_parts() | many).code == "too_large"


@pytest.mark.parametrize("bound", ["MOST_UNPACKED_BY_CHECK", "MOST_ELEMENTS_BY_CHECK"])
def test_more_is_before_the_header_than_a_check_unpacks(
    path: Path, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_parts(path, parts_of("<row/>" * 50_000 + GOOD))
    assert check_file(path, "xlsx", SheetOptions()).header == ("Mobile", "Name")
    monkeypatch.setattr(f"connectors.shared.campaigns.sheets.sheet.{bound}", 20_000)
    with pytest.raises(SheetRefused) as refused:
        check_file(path, "xlsx", SheetOptions())
    assert refused.value.code == "too_large"


def test_a_file_above_the_limit_is_not_opened(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(bounds.MOST_OCTETS + 1)
    for kind in ("xlsx", "csv"):
        with pytest.raises(SheetRefused) as refused:
            check_file(path, kind, SheetOptions())
        assert refused.value.code == "too_large"


def test_more_rows_than_may_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.shared.campaigns.sheets.sheet.MOST_ROWS", 3)
    save_rows(path, ("Mobile",), (1,), (), (2,), (3,))
    assert len(read_rows(path)) == 3
    save_rows(path, ("Mobile",), (1,), (2,), (3,), (4,))
    assert refusal(path).code == "too_large"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": b"x"}, "macros"),
        ({"[Content_Types].xml": CONTENT_TYPES.replace("vnd.openxml", "macroEnabled")}, "macros"),
        ({"xl/workbook.bin": b"x"}, "xlsb"),
        ({"content.xml": b"x"}, "OpenDocument"),
        ({"Index/Document.iwa": b"x"}, "Numbers"),
        ({"word/document.xml": b"x"}, "document"),
        ({"inside/list.xlsx": b"x"}, "unpack it"),
        ({"../../etc/passwd": b"x"}, "damaged"),
        ({"XL/WORKBOOK.XML": b"x"}, "damaged"),
        ({"xl/workbook.xml": b"<x/>"}, "no sheet"),
        ({"_rels/.rels": b"<x"}, "damaged"),
    ],
)
def test_what_else_comes_as_a_zip(path: Path, changed: Parts, words: str) -> None:
    assert words in str(refusal_of(path, good_parts() | changed))


def test_a_zip_that_is_no_workbook(path: Path) -> None:
    assert "not a workbook" in str(refusal_of(path, {"readme": "hello"}))
    assert "neither" in str(refusal_of(path, {}))


def test_what_lies_outside_of_the_file_is_not_followed(path: Path) -> None:
    outside = WORKBOOK_RELATIONS.replace('Id="rId1"', 'TargetMode="External" Id="rId1"')
    assert "no sheet" in str(refusal_of(path, good_parts() | {"xl/_rels/workbook.xml.rels": outside}))
    upwards = WORKBOOK_RELATIONS.replace("worksheets/sheet1.xml", "../../../../../etc/passwd")
    assert "damaged" in str(refusal_of(path, good_parts() | {"xl/_rels/workbook.xml.rels": upwards}))
    links = good_parts() | {
        "xl/externalLinks/externalLink1.xml": "<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": outside,
    }
    assert len(read_rows(save_parts(path, links))) == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice(path: Path) -> None:
    save_parts(path, good_parts())
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert "damaged" in str(refusal(path))


def test_protected_parts_and_rare_compressions(path: Path) -> None:
    save_parts(path, good_parts())
    octets = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(octets)) as file:
        start = file.start_dir
    octets[start + 8] |= 1
    path.write_bytes(octets)
    assert refusal(path).code == "protected"
    save_parts(path, good_parts(), zipfile.ZIP_LZMA)
    assert "damaged" in str(refusal(path))


def test_truncated_and_altered_files(path: Path) -> None:
    save_rows(path, ("Mobile", "Name"), *((919816000000 + n, f"Name {n}") for n in range(200)))
    octets = path.read_bytes()
    for length in (1, 4, 30, len(octets) // 2, len(octets) - 1):
        path.write_bytes(octets[:length])
        refusal(path)


def test_a_directory_that_points_before_the_file(path: Path) -> None:
    save_parts(path, good_parts())
    octets = bytearray(path.read_bytes())
    octets[-6:-2] = struct.pack("<L", 2**31)
    path.write_bytes(octets)
    assert "damaged" in str(refusal(path))


def test_a_checksum_that_is_wrong_is_noticed(path: Path) -> None:
    save_parts(path, good_parts(), zipfile.ZIP_STORED)
    octets = path.read_bytes()
    path.write_bytes(octets.replace(b"919816111111</v>", b"919816111112</v>"))
    assert "damaged" in str(refusal(path))


def test_no_more_than_a_slice_is_in_memory(path: Path) -> None:
    texts = "".join(f"<si><t>{n:06}{'x' * 2000}</t></si>" for n in range(10_000))
    rows = "".join(f'<row><c t="s"><v>{9_999 - n}</v></c></row>' for n in range(10_000))
    save_parts(path, parts_of(header("Mobile") + rows, shared=texts), zipfile.ZIP_STORED)
    sheet = open_sheet(path, "xlsx", SheetOptions())
    tracemalloc.start()
    try:
        count = sum(1 for _ in sheet.rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        sheet.close()
    assert count == 10_000
    assert peak < 10_000_000 < len(texts)
