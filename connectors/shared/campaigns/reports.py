"""The report of a campaign: every number with what became of it, and the rows that were left out with why.

Names and vendors' words come from strangers, so nothing in a report is ever a formula: in a workbook every cell is
typed as text, and in CSV what Excel would take for one has an apostrophe before it
(https://owasp.org/www-community/attacks/CSV_Injection). That goes for the plus of a number too, which would otherwise
be read as a figure and shown as 9.19816E+11.
"""

import csv
import heapq
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from string import ascii_uppercase
from typing import IO, TYPE_CHECKING, Any, cast

from openpyxl import Workbook
from sqlalchemy import Connection, select

from connectors.shared.campaigns.tables import campaign_skips, campaigns
from connectors.shared.clock import to_rfc3339
from connectors.shared.database import Database
from connectors.shared.errors import NotFound
from connectors.shared.message_central.workbook import text_cell
from connectors.shared.messages.tables import messages

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

SLICE = 2_000
HEADER = ("Row", "Number", "Status", "Sent", "Finished", "Segments", "Code", "Reason")
WIDTHS = (8, 18, 14, 22, 22, 10, 18, 80)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Line = tuple[int, str, str, str, str, str, str, str]
Reader = Callable[[Connection, int], list[Line]]

_SKIPPED = {
    "invalid": "The number or the text cannot be used.",
    "no_number": "There is no number in this row.",
    "missing_variable": "A value that the text needs is missing in this row.",
    "duplicate": "The same number with the same text is in the file already.",
    "opted_out": "This number has opted out.",
}


def report_lines(database: Database, account_id: int, campaign_id: str) -> Iterator[Line]:
    """Yield the lines of a report in the order of the file, read a slice at a time. Raises NotFound at once."""
    with database.read() as connection:
        statement = select(campaigns.c.id).where(campaigns.c.id == campaign_id, campaigns.c.account_id == account_id)
        if connection.scalar(statement) is None:
            raise NotFound("There is no such campaign.")
    sent = _slices(database, lambda connection, after: _messages(connection, campaign_id, after))
    skipped = _slices(database, lambda connection, after: _skips(connection, campaign_id, after))
    return heapq.merge(sent, skipped, key=itemgetter(0))


def write_csv(lines: Iterable[Sequence[Any]], header: Sequence[str] = HEADER) -> Iterator[str]:
    """Yield a report as comma-separated text, some lines at a time; a connector may have columns of its own."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for line in lines:
        writer.writerow([_inert(cell) for cell in line])
        if buffer.tell() > 32_768:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(
    lines: Iterable[Sequence[Any]], file: IO[bytes], header: Sequence[str] = HEADER, widths: Sequence[int] = WIDTHS
) -> None:
    """Write a report as a workbook; rows go to the disk as they come. A line is its row's number and then texts."""
    workbook = Workbook(write_only=True)
    sheet = cast("WriteOnlyWorksheet", workbook.create_sheet("Report"))
    for index, width in enumerate(widths):
        sheet.column_dimensions[ascii_uppercase[index]].width = width  # type: ignore[attr-defined]  # it has them
    sheet.freeze_panes = "A2"
    try:
        sheet.append(list(header))
        for row, *texts in lines:
            sheet.append([row, *(text_cell(sheet, text) for text in texts)])
    finally:
        # Until then the rows are in a file of openpyxl's, which would stay behind where the database goes away.
        workbook.save(file)


def _slices(database: Database, read: Reader) -> Iterator[Line]:
    after = -1
    while True:
        with database.read() as connection:
            lines = read(connection, after)
        yield from lines
        if len(lines) < SLICE:
            return
        after = lines[-1][0]


def _messages(connection: Connection, campaign_id: str, after: int) -> list[Line]:
    columns = messages.c
    statement = (
        select(
            columns.campaign_row,
            columns.recipient,
            columns.status,
            columns.sent_at,
            columns.finished_at,
            columns.segments,
            columns.error_code,
            columns.error_message,
        )
        .where(columns.campaign_id == campaign_id, columns.campaign_row > after)
        .order_by(columns.campaign_row)
        .limit(SLICE)
    )
    return [
        (
            int(row.campaign_row),
            _number(row.recipient),
            row.status,
            to_rfc3339(row.sent_at) or "",
            to_rfc3339(row.finished_at) or "",
            str(row.segments),
            row.error_code or "",
            row.error_message or "",
        )
        for row in connection.execute(statement)
    ]


def _skips(connection: Connection, campaign_id: str, after: int) -> list[Line]:
    columns = campaign_skips.c
    statement = (
        select(columns.row, columns.recipient, columns.reason, columns.detail)
        .where(columns.campaign_id == campaign_id, columns.row > after)
        .order_by(columns.row)
        .limit(SLICE)
    )
    return [
        (
            int(row.row),
            _number(row.recipient),
            "skipped",
            "",
            "",
            "",
            row.reason,
            row.detail or _SKIPPED.get(row.reason, ""),
        )
        for row in connection.execute(statement)
    ]


def _number(digits: str | None) -> str:
    return f"+{digits}" if digits else ""


def _inert(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
