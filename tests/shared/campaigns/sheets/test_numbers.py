"""The columns with the number and the country, as people and Excel fill them."""

from pathlib import Path

import pytest

from connectors.shared.phone_numbers import read_number
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


def test_a_number_that_is_complete_in_its_country_is_not_taken_for_anothers(path: Path) -> None:
    save_rows(path, ("Country", "Mobile"), (91, 6591234567), ("+91", "065912 34567"))
    for recipient in read_rows(path):
        assert recipient.number is not None
        assert read_number(recipient.number, recipient.country).e164 == "+916591234567"


@pytest.mark.parametrize("written", ["IN", "India", "india ", "+91", "0091", "91", 91, 91.0, "India (+91)", "'91"])
def test_countries_as_people_write_them(path: Path, written: object) -> None:
    save_rows(path, ("Phone", "Country"), ("98161 11111", written))
    assert read_rows(path)[0].country == "91"


def test_an_unknown_country_matters_only_for_a_national_number(path: Path) -> None:
    save_rows(
        path, ("Phone", "Country"), ("9816111111", "Atlantis"), ("+919816111111", "Atlantis"), ("9816111111", None)
    )
    unknown, international, blank = read_rows(path)
    assert "country" in (unknown.problem or "")
    assert (international.problem, international.country) == (None, None)
    assert (blank.problem, blank.country) == (None, None)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("919816111111", "919816111111"),
        ("9.19816111111E11", "919816111111"),
        ("919816111111.0", "919816111111"),
        ("1234567", "1234567"),
    ],
)
def test_numbers_of_number_cells(path: Path, stored: str, expected: str) -> None:
    save_parts(path, parts_of(header("Mobile") + row(number(stored))))
    assert read_rows(path)[0].number == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("'+91 98161-11111", "+91 98161-11111"),
        ("919816111111.0", "919816111111"),
        ('="919816111111"', "919816111111"),
        ("  ", None),
        ("call me", "call me"),
    ],
)
def test_numbers_of_text_cells(path: Path, written: str, expected: str | None) -> None:
    save_parts(path, parts_of(header("Mobile", "Name") + row(text(written) + text("Amit"))))
    assert [(found.number, found.problem) for found in read_rows(path)] == [(expected, None)]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (text("9.19816E+11"), "9.19816E+11"),
        (text("9,19816E+11"), "Format the column as Text"),
        (text("9.2E11"), "Format the column as Text"),
        (number("9198161111110000"), "15"),
        (number("98161.5"), "decimals"),
        (number("-9816111111"), "negative"),
        (number("46347", style=1), "date"),
        ('<c t="e"><v>#N/A</v></c>', "Mobile shows the error #N/A"),
        ("<c><f>A1</f></c>", "open the workbook in a spreadsheet program"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(path: Path, cell: str, words: str) -> None:
    save_parts(path, parts_of(header("Mobile") + row(cell), formats=["yyyy-mm-dd"]))
    (found,) = read_rows(path)
    assert found.number is None
    assert words in (found.problem or "")


def test_a_format_that_pads_with_zeros_is_part_of_the_number(path: Path) -> None:
    save_parts(path, parts_of(header("Mobile") + row(number("415551234", style=1)), formats=["0000000000"]))
    assert read_rows(path)[0].number == "0415551234"
