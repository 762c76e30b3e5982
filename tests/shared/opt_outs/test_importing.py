"""Lists from elsewhere: every row is added, known already, or told."""

from pathlib import Path

import openpyxl
import pytest

from connectors.service import Service
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.campaigns.sheets import SheetOptions, SheetRefused
from connectors.shared.opt_outs import importing, store
from connectors.shared.opt_outs.importing import Imported, import_file
from connectors.shared.opt_outs.store import Scope

ANN = "919816111111"
BEN = "919816222222"


class Importer:
    """Imports lists into one account."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.path = folder / "list"
        with service.database.write() as connection:
            self.account_id = add_account(connection, service.secrets, Login("C-ONE", "password"), Defaults())

    def csv(self, *lines: str, scope: Scope = Scope.PROMOTIONAL, column: str | None = None) -> Imported:
        self.path.write_text("\n".join(lines) + "\n")
        return self.give("csv", SheetOptions(column), scope)

    def give(self, kind: str, options: SheetOptions | None = None, scope: Scope = Scope.PROMOTIONAL) -> Imported:
        service, given = self.service, options or SheetOptions()
        return import_file(
            service.database,
            service.secrets,
            self.account_id,
            self.path,
            kind,
            given,
            scope=scope,
            country_code="91",
        )

    def of(self, *numbers: str) -> dict[str, Scope]:
        with self.service.database.read() as connection:
            return store.opted_out(connection, self.service.secrets, self.account_id, numbers)


@pytest.fixture
def importer(service: Service, tmp_path: Path) -> Importer:
    return Importer(service, tmp_path)


def test_every_row_is_counted_once(importer: Importer) -> None:
    importer.csv("Mobile", ANN)
    outcome = importer.csv(
        "Name,Mobile",
        "Ann,+91 98161 11111",
        "Ben,9816222222",
        "Ben again,919816222222",
        "",
        "Dan,nobody knows",
        "Eve,",
        "Fay,9.19816E+11",
        scope=Scope.ALL,
    )
    assert (outcome.total, outcome.added, outcome.already) == (6, 1, 2)
    assert [entry["row"] for entry in outcome.invalid] == [6, 7, 8]
    assert all(entry["error"] for entry in outcome.invalid)
    assert "nobody" not in str(outcome.invalid)
    assert importer.of(ANN, BEN) == {ANN: Scope.ALL, BEN: Scope.ALL}


def test_a_workbook_is_read_too(importer: Importer) -> None:
    workbook = openpyxl.Workbook()
    for line in (("Who", "Phone"), ("Ann", float(ANN)), (None, None), ("Ben", "'+919816222222")):
        workbook.active.append(line)  # type: ignore[union-attr]
    workbook.save(importer.path)
    outcome = importer.give("xlsx")
    assert (outcome.total, outcome.added, outcome.invalid) == (2, 2, [])
    assert importer.of(ANN, BEN).keys() == {ANN, BEN}


def test_the_column_may_be_named(importer: Importer) -> None:
    lines = ("Old,Left us", f"{BEN},{ANN}")
    assert importer.csv(*lines, column="left us").added == 1
    assert importer.of(ANN, BEN) == {ANN: Scope.PROMOTIONAL}
    with pytest.raises(SheetRefused):
        importer.csv(*lines, column="Telephone")


def test_more_than_one_slice(importer: Importer) -> None:
    numbers = [f"9198{index:08}" for index in range(store.SLICE + 1)]
    outcome = importer.csv("Mobile", *numbers)
    assert (outcome.total, outcome.added, outcome.already) == (len(numbers), len(numbers), 0)
    assert importer.of(*numbers).keys() == set(numbers)
    again = importer.csv("Mobile", *numbers)
    assert (again.added, again.already) == (0, len(numbers))


def test_only_the_first_faults_are_told(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "INVALID_SHOWN", 2)
    outcome = importer.csv("Mobile", "1", "2", "3", ANN)
    assert (outcome.total, outcome.added, len(outcome.invalid)) == (4, 1, 2)


@pytest.mark.parametrize("bound", ["LARGEST_FILE", "MOST_ROWS", "LARGEST_UNPACKED"])
def test_of_what_is_too_large_nothing_is_kept(importer: Importer, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(importing, bound, 1)
    workbook = openpyxl.Workbook()
    for line in (("Phone",), (ANN,), (BEN,)):
        workbook.active.append(line)  # type: ignore[union-attr]
    workbook.save(importer.path)
    with pytest.raises(SheetRefused) as refused:
        importer.give("xlsx")
    assert refused.value.code == "too_large"
    assert importer.of(ANN, BEN) == {}


def test_what_is_no_list_is_refused(importer: Importer) -> None:
    importer.path.write_bytes(b"PK\x03\x04 is no workbook")
    with pytest.raises(SheetRefused):
        importer.give("xlsx")
