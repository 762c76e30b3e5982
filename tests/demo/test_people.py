"""Who is in the demo's workbook."""

from collections import Counter
from pathlib import Path

import openpyxl
import phonenumbers
import pytest

from connectors.demo.audience import campaign
from connectors.demo.people import HEADER, OPTED_OUT, TEXT, numbered, people, trouble_rows, write_workbook
from connectors.sandbox.magic_numbers import Answer, ReceiptStatus, outcome_of
from connectors.shared.campaigns.sheets import SheetOptions, open_sheet
from connectors.shared.segments import count_segments
from connectors.shared.templates.rendering import compile_text

ROWS = people()
TEXTED = [row for row in ROWS if row.text is not None]
WORDS = {
    ReceiptStatus.DELIVRD: "delivered",
    ReceiptStatus.UNDELIV: "undelivered",
    ReceiptStatus.EXPIRED: "expired",
    ReceiptStatus.REJECTD: "rejected",
}


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """The workbook, written."""
    path = tmp_path / "people.xlsx"
    write_workbook(ROWS, path)
    return path


def test_five_hundred_meet_every_end() -> None:
    assert len(ROWS) == 500
    assert {row.end for row in TEXTED} == {"delivered", "undelivered", "expired", "rejected"}
    assert Counter(row.end for row in ROWS if row.text is None) == Counter(
        ("no_number", "invalid", "missing_variable", "duplicate", "opted_out")
    )


def test_numbers_are_valid_and_nobody_elses() -> None:
    numbers = [row.number or "" for row in TEXTED]
    assert len(set(numbers)) == len(numbers)
    assert not {OPTED_OUT, *(sms.number for sms in campaign(20_000))} & set(numbers)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_each_end_is_what_the_sandbox_makes_of_the_number() -> None:
    for row in TEXTED:
        outcome = outcome_of(row.number or "")
        assert (outcome.answer, row.end) == (Answer.TAKEN, WORDS[outcome.receipts[-1]])


def test_the_texts_are_what_the_service_makes_of_the_workbook(workbook: Path) -> None:
    sheet = open_sheet(workbook, "xlsx", SheetOptions())
    try:
        text = compile_text(TEXT, sheet.header)
        expected = dict(numbered(ROWS))
        read = {row.row: row for row in sheet.rows()}
    finally:
        sheet.close()
    assert text.pattern  # and so all of them fit into one call
    assert (sheet.header, sheet.mobile_column, list(read)) == (HEADER, "Mobile", list(expected))
    for number, row in expected.items():
        if row.text is not None:
            assert text.render(read[number].values).text == row.text
            assert count_segments(row.text).count == 1


def test_whoever_opens_it_sees_the_trouble_and_how_numbers_are_written(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert {type(row[0]) for row in rows[1:]} == {int, str, type(None)}
    trouble = rows[trouble_rows().start - 1 : trouble_rows().stop]
    assert [row[0] for row in trouble[:2]] == [None, "9.19816E+11"]
    assert trouble[2][1] is None
    assert trouble[3][1:] == rows[1][1:]
    assert trouble[-1] == (None,) * len(HEADER)
