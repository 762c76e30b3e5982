"""Recipients that came over the API, kept as we write them: one JSON object a line."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from connectors.shared.campaigns.sheets.refusals import SheetRefused
from connectors.shared.campaigns.sheets.rows import SheetLayout, SheetRow

LAYOUT = SheetLayout(header=(), mobile_column="to", country_column=None, rows_expected=None)
_LONGEST_LINE = 4_000_000


def read_spool(path: Path) -> Iterator[SheetRow]:
    """Rows from 1: `{"to": …, "variables": {…}}`."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            yield _row(number, line)


def _row(number: int, line: bytes) -> SheetRow:
    try:
        recipient = orjson.loads(line)
        to = recipient["to"]
        return SheetRow(number, None if to is None else str(to).strip() or None, None, recipient.get("variables") or {})
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise SheetRefused(f"Recipient {number} cannot be read.") from None
