"""Each figure of the campaign from a workbook beside what it must be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from connectors.demo.figures import Figure, of_ends, of_phones
from connectors.demo.people import Row, numbered

MOST_CALLS = 5
"""One takes them all, unless the sending begins before everybody waits for it."""
LEFT_OUT = {
    "no_number": "left out: no number in the row",
    "invalid": "left out: a number that Excel has shortened",
    "missing_variable": "left out: no first name, which the text needs",
    "duplicate": "left out: the same number with the same text",
    "opted_out": "left out: does not want to be texted",
}

Line = tuple[Any, ...]
"""Row, number, status, sent, finished, segments, code and reason."""


@dataclass(frozen=True, slots=True)
class WorkbookSeen:
    """All that was observed of the campaign from outside."""

    preview: dict[str, Any] = field(repr=False)
    campaign: dict[str, Any] = field(repr=False)
    texts: Counter[tuple[str, str]] = field(repr=False)
    calls: int
    report: Sequence[Line] = field(repr=False)


def read_report(path: Path) -> list[Line]:
    """Return the lines of a report, without the header."""
    book = load_workbook(path, read_only=True)
    try:
        return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    finally:
        book.close()


def workbook_figures(rows: Sequence[Row], seen: WorkbookSeen) -> list[Figure]:
    """Return every figure of the campaign."""
    texted = Counter((row.number or "", row.text) for row in rows if row.text is not None)
    title = "On the people's phones"
    return [
        *(Figure("A workbook's campaign", *entry) for entry in _of_campaign(rows, seen)),
        *(Figure(title, *entry) for entry in of_phones(texted, seen.texts)),
        Figure(title, "calls to the vendor for all of them", seen.calls, MOST_CALLS, at_most=True),
        *(Figure("In its report", *entry) for entry in _of_report(rows, seen)),
    ]


def _of_campaign(rows: Sequence[Row], seen: WorkbookSeen) -> Iterator[tuple[str, int, int]]:
    texted = Counter(row.end for row in rows if row.text is not None)
    left_out = Counter(row.end for row in rows if row.text is None)
    # Each of the texts is one SMS long.
    yield "SMS that the preview told", seen.preview["segments"], texted.total()
    as_shown = sum((entry["to"], entry["text"]) in seen.texts for entry in seen.preview["first"])
    yield "messages that came as the preview showed them", as_shown, 10
    yield "rows read, blank ones aside", seen.campaign["total"], len(rows)
    yield from of_ends(seen.campaign, texted, left_out, LEFT_OUT)


def _of_report(rows: Sequence[Row], seen: WorkbookSeen) -> Iterator[tuple[str, int, int]]:
    found = Counter(_told(line) for line in seen.report)
    wanted = Counter(
        (number, row.number, "skipped" if row.text is None else row.end, row.end if row.text is None else None)
        for number, row in numbered(rows)
    )
    yield "rows with their number and their end", (found & wanted).total(), len(rows)
    yield "other rows", (found - wanted).total(), 0


def _told(line: Line) -> tuple[Any, ...]:
    """Return row, number, status and why it was left out. What the network says of its own ends is another matter."""
    row, number, status, _, _, _, code, *_ = line
    return row, number, status, code if status == "skipped" else None
