"""CSV files as Excel, Google Sheets, LibreOffice and databases write them."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused, check_file
from tests.shared.campaigns.sheets.workbooks import read_rows


def values(path: Path, text: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    path.write_bytes(text.encode(encoding))
    return [row.values for row in read_rows(path, "csv")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_line_ends_and_encodings(path: Path, delimiter: str, line_end: str, encoding: str) -> None:
    text = line_end.join(delimiter.join(row) for row in (("Mobile", "Name"), ("+919816111111", "José, Zoë"), ("2", "")))
    quoted = text.replace("José, Zoë", '"José, Zoë"')
    expected = [{"Mobile": "+919816111111", "Name": "José, Zoë"}, {"Mobile": "2"}]
    assert values(path, quoted, encoding) == expected


def test_utf_16_of_either_order(path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert values(path, "\ufeffMobile\tName\n1\tअमित\n", encoding) == [{"Mobile": "1", "Name": "अमित"}]


def test_rows_are_numbered_as_a_spreadsheet_does(path: Path) -> None:
    path.write_text('\nName,Mobile\n"Amit\nKumar",1\n\n,,\nPrakash,2\n')
    rows = read_rows(path, "csv")
    assert [(row.row, row.number, row.values["Name"]) for row in rows] == [(3, "1", "Amit\nKumar"), (6, "2", "Prakash")]
    assert [row.row for row in read_rows(path, "csv", after=3)] == [6]


def test_excels_line_about_the_separator_is_no_row(path: Path) -> None:
    path.write_text("sep=;\nMobile;Price, in EUR\n1;1,50\n")
    (row,) = read_rows(path, "csv")
    assert (row.row, row.values) == (2, {"Mobile": "1", "Price, in EUR": "1,50"})


def test_the_delimiter_that_makes_a_header_of_the_first_line(path: Path) -> None:
    assert values(path, "Name, surname, title;Mobile\nA;1\n") == [{"Name, surname, title": "A", "Mobile": "1"}]
    assert values(path, "Mobile\n1\n2\n") == [{"Mobile": "1"}, {"Mobile": "2"}]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Mobile,Name,Name", "duplicate_column"),
        ("Old mobile,New phone,Name", "no_mobile_column"),
        ("Mobile," + ",".join(f"c{n}" for n in range(100)), "too_large"),
    ],
)
def test_a_header_with_a_fault_is_not_taken_for_a_single_column(path: Path, header: str, code: str) -> None:
    path.write_text(f"{header}\n1{',' * header.count(',')}\n")
    with pytest.raises(SheetRefused) as refused:
        check_file(path, "csv", SheetOptions())
    assert refused.value.code == code


def test_short_rows_are_blank_and_long_ones_are_a_problem(path: Path) -> None:
    path.write_text("Mobile,Name,City\n1\n2,A,B,,\n3,Sharma, Amit,Delhi\n")
    short, trailing, long = read_rows(path, "csv")
    assert (short.values, short.problem) == ({"Mobile": "1"}, None)
    assert trailing.problem is None
    assert "more fields" in (long.problem or "")


def test_what_excel_did_to_the_numbers(path: Path) -> None:
    path.write_text('Mobile;Name\n9,19816E+11;A\n\'919816111111;B\n919816111111.0;C\n="0919816111111";D\n;E\n')
    shortened, *others = read_rows(path, "csv")
    assert "Format the column as Text" in (shortened.problem or "")
    assert [row.number for row in others] == ["919816111111", "919816111111", "0919816111111", None]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n\n", "no rows"),
        (b"Mobile\n1\x002\n", "neither"),
        (b"Mobile\n" + b"1\n" * 4000 + b"\x00", "no plain text"),
        ("Mobile,Name\n1,Владимир\n".encode("cp1251"), "CSV UTF-8"),
        (b"Mobile,Name\n1,\x81\x8d\n", "CSV UTF-8"),
        (b"\xff\xfeM\x00\x00", "UTF-16"),
        (b'Mobile,Name\n1,"' + b"x" * 200_000, "quote"),
        (b'Mobile,Name\n1,"' + b"x\n" * 100_000, "quote"),
        (b"Mobile\n" + b"1" * 5_000_000, "too long"),
        (b"Mobile\n" + b"," * 20_000, "too long"),
        (b"Mobile\n" + b'"\n",' * 2_000_000, "too long"),
        (b"Name,City\nA,B\n", "mobile_column"),
        (b"9816111111,Amit\n9816111112,Anil\n", "put a row above it"),
        (b"<html><table><tr><td>Mobile", "web page"),
        (b"PK\x03\x04", "a workbook"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    with pytest.raises(SheetRefused) as refused:
        read_rows(path, "csv")
    assert words in str(refused.value)


def test_control_characters_do_not_reach_a_message(path: Path) -> None:
    assert values(path, "Mobile,Name\n1,A\x07m\x1bit\n") == [{"Mobile": "1", "Name": "Amit"}]


def test_no_more_than_a_slice_is_in_memory(path: Path) -> None:
    path.write_text("Mobile,Name\n" + "919816111111,Somebody\n" * 200_000)
    tracemalloc.start()
    try:
        check_file(path, "csv", SheetOptions())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_500_000 < path.stat().st_size


FIELDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]), min_size=1, max_size=20
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(FIELDS, FIELDS), max_size=6), delimiter=st.sampled_from(",;\t"))
def test_what_is_quoted_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.csv"
    lines = [delimiter.join('"' + field.replace('"', '""') + '"' for field in row) for row in [("Mobile", "B"), *rows]]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [(row.values["Mobile"], row.values["B"]) for row in read_rows(path, "csv")] == rows
