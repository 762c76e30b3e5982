"""What a campaign would send, row by row, as the import would read them. Sends nothing and keeps nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.shared.campaigns.reading import RowReader, Skip, SkipReason, next_slice, screened_out
from connectors.shared.campaigns.sheets import SheetOptions, open_sheet
from connectors.shared.messages.accept import NewMessage
from connectors.shared.opt_outs.store import Scope, blocks
from connectors.shared.templates.rendering import compile_text

FIRST = 10
MOST_ERRORS = 10_000
MOST_CHARACTERS = 20

OptedOut = Callable[[Sequence[str]], dict[str, Scope]]


@dataclass(slots=True)
class _Findings:
    """What is known after some rows."""

    first: list[NewMessage] = field(default_factory=list)
    longest: NewMessage | None = None
    recipients: int = 0
    segments: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    characters: dict[str, None] = field(default_factory=dict)
    errors: list[Skip] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def add(self, new: NewMessage) -> None:
        """Count a message that would go."""
        self.recipients += 1
        self.segments += new.segments.count
        self.encodings[new.segments.encoding] += 1
        self.characters |= dict.fromkeys(new.segments.unicode_characters)
        if len(self.first) < FIRST:
            self.first.append(new)
        if self.longest is None or new.segments.units > self.longest.segments.units:
            self.longest = new

    def leave_out(self, skip: Skip) -> None:
        """Count a row that would be left out."""
        self.skipped[skip.reason] += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(skip)


def preview(
    path: Path, kind: str, options: SheetOptions, campaign: dict[str, Any], opted_out: OptedOut
) -> dict[str, Any]:
    """Return the preview in the API's shape. `campaign` has the columns of one. Raises SheetRefused."""
    sheet = open_sheet(path, kind, options)
    try:
        read = RowReader(campaign, compile_text(campaign["text"], sheet.header))
        findings = _Findings()
        rows = sheet.rows()
        ended = False
        while not ended:
            gathered = next_slice(rows, read)
            ended = gathered.ended
            _judge(findings, campaign["message_type"], gathered.messages, gathered.skips, opted_out)
        return _present(findings) | {
            "columns": list(sheet.header),
            "mobile_column": sheet.mobile_column,
            "country_column": sheet.country_column,
        }
    finally:
        sheet.close()


def _judge(
    findings: _Findings, message_type: str, wanted: Sequence[NewMessage], skips: Sequence[Skip], opted_out: OptedOut
) -> None:
    scopes = opted_out([new.recipient.digits for new in wanted])
    left_out = list(skips)
    for new in wanted:
        number = new.recipient.digits
        same = hash((number, None if new.whatever_the_text else new.text))
        if number in scopes and blocks(scopes[number], message_type):
            left_out.append(screened_out(new, SkipReason.OPTED_OUT))
        elif same in findings.seen:
            left_out.append(screened_out(new, SkipReason.DUPLICATE))
        else:
            findings.seen.add(same)
            findings.add(new)
    for skip in sorted(left_out, key=lambda skip: skip.row):
        findings.leave_out(skip)


def _present(findings: _Findings) -> dict[str, Any]:
    skipped = sum(findings.skipped.values())
    return {
        "total": findings.recipients + skipped,
        "recipients": findings.recipients,
        "skipped": {reason.value: findings.skipped[reason] for reason in SkipReason},
        "first": [_rendered(new) for new in findings.first],
        "longest": None if findings.longest is None else _rendered(findings.longest),
        "segments": findings.segments,
        "encodings": {encoding: findings.encodings[encoding] for encoding in ("GSM-7", "UCS-2")},
        "characters": list(findings.characters)[:MOST_CHARACTERS],
        "errors": [{"row": skip.row, "reason": skip.reason.value, "message": skip.detail} for skip in findings.errors],
        "errors_left_out": skipped - len(findings.errors),
    }


def _rendered(new: NewMessage) -> dict[str, Any]:
    return {
        "row": new.campaign_row,
        "to": new.recipient.e164,
        "text": new.text,
        "encoding": new.segments.encoding,
        "segments": new.segments.count,
    }
