from pathlib import Path

import pytest

from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused, check_file, kind_of, open_sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "octets", "kind"),
    [
        ("list.xlsx", b"PK\x03\x04", "xlsx"),
        ("C:\\Users\\x\\LIST.XLSX", b"PK\x03\x04", "xlsx"),
        ("list", b"PK\x03\x04", "xlsx"),
        ("list.csv", b"PK\x03\x04", "xlsx"),
        ("list.csv", b"Mobile,Name\n", "csv"),
        ("list.txt", "Mobile\tName\n".encode("utf-16"), "csv"),
        ("list.tsv", b"Mobile\tName\n", "csv"),
        ("", b"Mobile,Name\n", "csv"),
    ],
)
def test_what_is_taken(name: str, octets: bytes, kind: str) -> None:
    assert kind_of(name, octets) == kind


@pytest.mark.parametrize(
    ("name", "octets", "words"),
    [
        ("list.xls", OLE, "old format"),
        ("list.xlsx", OLE, "password"),
        ("list.xls", b"Mobile\tName", "old format"),
        ("list.xlsm", b"PK\x03\x04", "macros"),
        ("list.xltm", b"PK\x03\x04", "macros"),
        ("list.xlsb", b"PK\x03\x04", "binary"),
        ("list.ods", b"PK\x03\x04", "OpenDocument"),
        (
            "list.xlsx",
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument",
        ),
        ("list.numbers", b"PK\x03\x04", "Numbers"),
        ("list.zip", b"PK\x03\x04", "unpack"),
        ("list.csv.gz", b"\x1f\x8b\x08", "unpack"),
        ("list.xlsx", b"Mobile,Name\n1,A\n", "looks like CSV"),
        ("list.xls", b"\xef\xbb\xbf  <html><table>", "web page"),
        ("list.csv", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "XML"),
        ("list.csv", "<html>".encode("utf-16"), "web page"),
        ("list.pdf", b"%PDF-1.7", "PDF"),
        ("list.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "neither"),
        ("photo.jpg", b"\xff\xd8\xff", "neither"),
        ("list.json", b"[{}]", "JSON"),
        ("list.csv", b"", "empty"),
    ],
)
def test_what_is_refused_says_what_to_do_instead(name: str, octets: bytes, words: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        kind_of(name, octets)
    assert words in str(refused.value)
    assert refused.value.code != "too_large"


def test_the_octets_are_looked_at_again_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(OLE + bytes(1000))
    for kind in ("xlsx", "csv"):
        with pytest.raises(SheetRefused, match="password"):
            check_file(path, kind, SheetOptions())


def test_a_spool_of_recipients(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.write_text('{"to": "+919816111111", "variables": {"name": "Amit", "n": 2}}\n{"to": null}\n{"to": " "}\n')
    assert check_file(path, "json", SheetOptions()).header == ()
    sheet = open_sheet(path, "json", SheetOptions())
    rows = list(sheet.rows())
    assert [(row.row, row.number) for row in rows] == [(1, "+919816111111"), (2, None), (3, None)]
    assert rows[0].values == {"name": "Amit", "n": 2}
    assert [row.row for row in sheet.rows(after=1)] == [2, 3]
    sheet.close()
