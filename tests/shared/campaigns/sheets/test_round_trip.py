"""What openpyxl writes is read back as the sheet shows it."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.shared.campaigns.sheets.workbooks import (
    read_rows,
)

FIRST_MOMENT = datetime.fromisoformat("1901-01-01")
LAST_MOMENT = datetime.fromisoformat("2199-12-31")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)
CELLS = st.one_of(
    TEXTS,
    st.integers(-(10**14), 10**14),
    st.decimals(-(10**6), 10**6, places=2),
    st.booleans(),
    st.dates(date(1901, 1, 1), date(2199, 12, 31)),
    st.datetimes(FIRST_MOMENT, LAST_MOMENT).map(lambda moment: moment.replace(second=0, microsecond=0)),
    st.none(),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case datetime():
            day = f"{cell.day} {MONTHS[cell.month - 1]} {cell.year}"
            return day if cell.time() == time() else f"{day} {cell:%H:%M}"
        case date():
            return f"{cell.day} {MONTHS[cell.month - 1]} {cell.year}"
        case Decimal():
            return str(int(cell)) if cell == int(cell) else str(cell.normalize())
    return str(cell).strip()


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8))
def test_what_openpyxl_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.xlsx"
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(["Mobile", "A", "B", "C"])
    for cells in rows:
        sheet.append(
            ["1", *(f"\u200b{cell}" if isinstance(cell, str) and cell[:1] in ("=", "#") else cell for cell in cells)]
        )
    workbook.save(path)
    expected = [
        {name: shown(cell).removeprefix("\u200b") for name, cell in zip("ABC", cells, strict=True) if shown(cell)}
        for cells in rows
    ]
    found = [
        {name: value.removeprefix("\u200b") for name, value in row.values.items() if name != "Mobile"}
        for row in read_rows(path)
    ]
    assert found == expected
