"""Where the demo leaves what it leaves."""

from pathlib import Path

import pytest

from connectors.demo.keepsakes import keepsakes


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_an_earlier_demo_left_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    found = keepsakes()
    assert found.workbook == Path("var/demo/people.xlsx")
    found.workbook.write_text("old")
    found.report.write_text("old")
    found.pipedrive_report.write_text("old")
    other = tmp_path / "var" / "demo" / "notes.txt"
    other.write_text("mine")
    assert keepsakes() == found
    assert [path.name for path in found.workbook.parent.iterdir()] == ["notes.txt"]


def test_the_folder_that_may_hold_the_services_data_is_closed_to_others(tmp_path: Path) -> None:
    keepsakes()
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("obstacle", ["var", "var/demo", "var/demo/people.xlsx/folder"])
def test_where_that_is_impossible_they_stay_among_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    blocked = tmp_path / obstacle
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("in the way")
    found = keepsakes()
    assert found.report.parent == found.workbook.parent == found.pipedrive_report.parent
    assert found.report.parent.name.startswith("connectors-demo-")
    found.report.write_text("can be written")
