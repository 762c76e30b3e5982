"""Workbooks as programs write them, and as nobody should: zips put together by hand."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from connectors.shared.campaigns.sheets import SheetOptions, SheetRow, open_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
ROOT = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
WORKBOOK_RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
)

Parts = dict[str, str | bytes]


def parts_of(rows: str, *, shared: str | None = None, formats: Sequence[str] = (), before: str = "") -> Parts:
    """The parts of a workbook; `rows` is what stands in <sheetData>, `shared` in <sst>, style n is formats[n - 1]."""
    parts: Parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELATIONS,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>',
    }
    if shared is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if formats:
        parts["xl/styles.xml"] = _styles(formats)
    return parts


def _styles(formats: Sequence[str]) -> str:
    codes = [code.replace("&", "&amp;").replace('"', "&quot;") for code in formats]
    declared = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(codes))
    used = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(codes)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{declared}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
    )


def header(*names: str) -> str:
    return row("".join(text(name) for name in names))


def row(cells: str, number: int | None = None) -> str:
    return f"<row>{cells}</row>" if number is None else f'<row r="{number}">{cells}</row>'


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def save_parts(path: Path, parts: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def save_rows(path: Path, *rows: Sequence[Any]) -> Path:
    """As openpyxl writes them."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for cells in rows:
        sheet.append(list(cells))
    workbook.save(path)
    return path


def read_rows(path: Path, kind: str = "xlsx", options: SheetOptions | None = None, after: int = 0) -> list[SheetRow]:
    sheet = open_sheet(path, kind, options or SheetOptions())
    try:
        return list(sheet.rows(after))
    finally:
        sheet.close()


GOOD = header("Mobile", "Name") + row(number("919816111111") + text("Amit"))


def good_parts(**changed: str | bytes) -> Parts:
    return parts_of(GOOD, shared="<si><t>x</t></si>", formats=["0"]) | changed


PARTS = [name for name in good_parts() if name.endswith((".xml", ".rels"))]
