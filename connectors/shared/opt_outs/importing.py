"""A file of numbers that have opted out, from wherever the list was kept before."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from connectors.shared.campaigns.sheets import (
    SheetOptions,
    SheetRefused,
    SheetRow,
    check_file,
    open_sheet,
    phone_number_of,
)
from connectors.shared.campaigns.sheets.refusals import TOO_LARGE
from connectors.shared.database import Database
from connectors.shared.opt_outs import store
from connectors.shared.opt_outs.store import Scope
from connectors.shared.phone_numbers import InvalidNumber
from connectors.shared.secrets import SecretBox

LARGEST_FILE: Final = 5_000_000
LARGEST_UNPACKED: Final = 100_000_000
MOST_ROWS: Final = 100_000
INVALID_SHOWN: Final = 100
SOURCE: Final = "file"
_SPLIT: Final = "Split the file and import the parts one after the other."


@dataclass(slots=True)
class Imported:
    """What became of a file. Every row that is not blank is one of `added`, `already` and the invalid ones."""

    total: int = 0
    added: int = 0
    already: int = 0
    invalid: list[dict[str, Any]] = field(default_factory=list)
    """The first of the rows that could not be read: {"row": as the spreadsheet numbers it, "error": in words}."""


def import_file(
    database: Database,
    secrets: SecretBox,
    account_id: int,
    path: Path,
    kind: str,
    options: SheetOptions,
    *,
    scope: Scope,
    country_code: str | None,
) -> Imported:
    """Opt out every number of a file; national ones are read as of `country_code`. Raises SheetRefused.

    It is read to its end before the first number is kept, then committed in slices: what broke off is given again.
    """
    _check_size(path, kind, options)
    outcome = Imported()
    numbers = _read(path, kind, options, country_code, outcome)
    for start in range(0, len(numbers), store.SLICE):
        with database.write() as connection:
            slice_ = numbers[start : start + store.SLICE]
            outcome.added += store.add_all(connection, secrets, account_id, slice_, scope, SOURCE)
    outcome.already -= outcome.added
    return outcome


def _check_size(path: Path, kind: str, options: SheetOptions) -> None:
    if path.stat().st_size > LARGEST_FILE:
        raise SheetRefused(f"The file is larger than {LARGEST_FILE // 1_000_000} MB. {_SPLIT}", TOO_LARGE)
    check_file(path, kind, options)
    if kind == "xlsx":
        # A campaign's file may hold far more: a child of the dispatcher reads that, and whoever asked waits for this.
        with ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise SheetRefused(f"There is too much in this workbook. {_SPLIT}", TOO_LARGE)


def _read(path: Path, kind: str, options: SheetOptions, country_code: str | None, outcome: Imported) -> list[str]:
    """Return each number once; counts all that can be read as `already`, until it is known which are new."""
    numbers: dict[str, None] = {}
    sheet = open_sheet(path, kind, options)
    try:
        for row in sheet.rows():
            outcome.total += 1
            if outcome.total > MOST_ROWS:
                raise SheetRefused(f"The file has more than {MOST_ROWS:,} rows. {_SPLIT}", TOO_LARGE)
            _take(row, country_code, numbers, outcome)
    finally:
        sheet.close()
    return list(numbers)


def _take(row: SheetRow, country_code: str | None, numbers: dict[str, None], outcome: Imported) -> None:
    try:
        numbers[_digits(row, country_code)] = None
        outcome.already += 1
    except InvalidNumber as error:
        if len(outcome.invalid) < INVALID_SHOWN:
            outcome.invalid.append({"row": row.row, "error": str(error)})


def _digits(row: SheetRow, country_code: str | None) -> str:
    if row.problem is not None:
        raise InvalidNumber(row.problem)
    return phone_number_of(row, country_code).digits
