"""Octets changed at random: whatever comes of it, a file is read or refused in words."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused, check_file
from tests.shared.campaigns.sheets.workbooks import PARTS, good_parts, read_rows, save_parts


def try_to_read(path: Path) -> None:
    for kind in ("xlsx", "csv"):
        try:
            check_file(path, kind, SheetOptions())
            read_rows(path, kind)
        except SheetRefused:
            continue


@settings(max_examples=150, deadline=None)
@given(octets=st.binary(max_size=300), as_zip=st.booleans())
def test_no_octets_make_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, octets: bytes, as_zip: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "octets"
    path.write_bytes(b"PK\x03\x04" * as_zip + octets)
    try_to_read(path)


CHANGES = st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 255)), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(changes=CHANGES, stored=st.booleans())
def test_no_altered_workbook_makes_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], stored: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "altered.xlsx"
    save_parts(path, good_parts(), zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    octets = bytearray(path.read_bytes())
    for position, value in changes:
        octets[position % len(octets)] = value
    path.write_bytes(octets)
    try_to_read(path)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(PARTS),
    changes=CHANGES,
    inserted=st.sampled_from(["", "<", "&", "<row>", "</row>", "<c>", "<v>", '"', "<t>", "<rPh>", "</sheetData>"]),
)
def test_no_altered_part_makes_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: list[tuple[int, int]], inserted: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "part.xlsx"
    parts = good_parts()
    content = bytearray(str(parts[name]).encode())
    at = changes[0][0] % len(content)
    content[at:at] = inserted.encode()
    for position, value in changes[1:]:
        content[position % len(content)] = value
    try_to_read(save_parts(path, parts | {name: bytes(content)}))
