"""The judge of the campaign from a workbook: right for what must be, wrong for each thing that can go wrong."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.demo.people import numbered, people
from connectors.demo.workbook_figures import Line, WorkbookSeen, workbook_figures

ROWS = people()
TEXTED = [row for row in ROWS if row.text is not None]
FIRST = (TEXTED[0].number or "", TEXTED[0].text or "")


def report() -> list[Line]:
    """The lines as the service writes them."""
    lines: list[Line] = []
    for number, row in numbered(ROWS):
        if row.text is None:
            lines.append((number, row.number, "skipped", None, None, None, row.end, "why"))
        else:
            code = None if row.end == "delivered" else "UNDELIV"
            lines.append((number, row.number, row.end, "2026-11-21T08:00:00Z", "2026-11-21T08:00:01Z", "1", code, None))
    return lines


def as_it_must_be() -> WorkbookSeen:
    counts = Counter(row.end for row in TEXTED) | Counter()
    skipped = Counter(row.end for row in ROWS if row.text is None)
    return WorkbookSeen(
        preview={"segments": 495, "first": [{"to": row.number, "text": row.text} for row in TEXTED[:10]]},
        campaign={"total": 500, "counts": {"sent": 0, "failed": 0, **counts}, "skipped": dict(skipped)},
        texts=Counter((row.number or "", row.text or "") for row in TEXTED),
        calls=1,
        report=report(),
    )


def wrong(seen: WorkbookSeen) -> list[str]:
    return [figure.meaning for figure in workbook_figures(ROWS, seen) if not figure.right]


def counting(seen: WorkbookSeen, kind: str, **changes: int) -> WorkbookSeen:
    """The same with other counts or skips."""
    changed: dict[str, Any] = {**seen.campaign[kind], **changes}
    return replace(seen, campaign={**seen.campaign, kind: changed})


def reporting(seen: WorkbookSeen, index: int, column: int, value: Any) -> WorkbookSeen:
    """The same with another cell in the report."""
    lines = [list(line) for line in seen.report]
    lines[index][column] = value
    return replace(seen, report=[tuple(line) for line in lines])


CASES: list[tuple[str, Callable[[WorkbookSeen], WorkbookSeen]]] = [
    ("preview told", lambda seen: replace(seen, preview={**seen.preview, "segments": 990})),
    ("as the preview showed", lambda seen: replace(seen, preview={**seen.preview, "first": []})),
    ("as the preview showed", lambda seen: replace(seen, texts=seen.texts - Counter([FIRST]))),
    ("rows read", lambda seen: replace(seen, campaign={**seen.campaign, "total": 499})),
    ("short of them", lambda seen: replace(seen, campaign={**seen.campaign, "total": 499})),
    ("short of them", lambda seen: counting(seen, "counts", failed=1)),
    ("delivered", lambda seen: counting(seen, "counts", delivered=1)),
    ("with another end", lambda seen: counting(seen, "counts", sent=1)),
    ("with another end", lambda seen: counting(seen, "skipped", invalid=2)),
    ("Excel has shortened", lambda seen: counting(seen, "skipped", invalid=0)),
    ("the same number", lambda seen: counting(seen, "skipped", duplicate=0)),
    ("right text", lambda seen: replace(seen, texts=seen.texts - Counter([FIRST]))),
    ("SMS twice", lambda seen: replace(seen, texts=seen.texts + Counter([FIRST]))),
    ("nobody asked", lambda seen: replace(seen, texts=seen.texts + Counter([("+911", "spam")]))),
    ("calls to the vendor", lambda seen: replace(seen, calls=495)),
    ("their end", lambda seen: replace(seen, report=seen.report[1:])),
    ("other rows", lambda seen: replace(seen, report=[*seen.report, seen.report[0]])),
    ("their end", lambda seen: reporting(seen, 0, 1, 919_820_001_000)),
    ("their end", lambda seen: reporting(seen, 0, 2, "sent")),
    ("their end", lambda seen: reporting(seen, 8, 6, "invalid")),
]


def test_as_it_must_be_nothing_is_wrong() -> None:
    assert wrong(as_it_must_be()) == []


@pytest.mark.parametrize(("meaning", "change"), CASES)
def test_whatever_goes_wrong_shows(meaning: str, change: Callable[[WorkbookSeen], WorkbookSeen]) -> None:
    assert any(meaning in found for found in wrong(change(as_it_must_be())))
