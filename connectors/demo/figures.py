"""Each figure of the demo beside what it must be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.demo.audience import Sms
from connectors.demo.clevertap import Answer

INVALID_NUMBER = 511
"""The vendor's code for a number that cannot be texted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `title` is the heading it stands under."""

    title: str
    meaning: str
    seen: int
    expected: int
    at_most: bool = False
    """Whether less would be as right."""

    @property
    def right(self) -> bool:
        """Whether it is what it must be."""
        return self.seen <= self.expected if self.at_most else self.seen == self.expected


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was observed from outside once everything had its end, or time was up."""

    answers: Sequence[Answer]
    """To the test SMS and the campaign, in the order of what was sent."""
    original: Answer
    copy: Answer
    """The answer to a message that had been sent before, and to its second copy."""
    refused: Sequence[Answer]
    texts: Counter[tuple[str, str]] = field(repr=False)
    messages: Sequence[dict[str, Any]] = field(repr=False)
    reports: Sequence[dict[str, Any]] = field(repr=False)


def figures(sent: Sequence[Sms], seen: Seen) -> list[Figure]:
    """Return every figure of a run."""
    return [
        Figure(title, *entry)
        for title, entries in (
            ("CleverTap asks", _of_requests(sent, seen)),
            ("On the phones", of_phones(_wanted(sent), seen.texts)),
            ("In the ledger", _of_ledger(sent, seen)),
            ("CleverTap is told", _of_reports(sent, seen)),
        )
        for entry in entries
    ]


def of_phones(wanted: Counter[tuple[str, str]], texts: Counter[tuple[str, str]]) -> Iterator[tuple[str, int, int]]:
    """Yield what phones must show beside what they show: texts by number, each wanted once."""
    yield "SMS with the right text on the right phone", len(wanted & texts), len(wanted)
    yield "SMS twice on a phone", sum(count - 1 for count in texts.values()), 0
    yield "SMS that nobody asked for", len(texts - wanted), 0


def of_ends(
    campaign: Mapping[str, Any], texted: Counter[str], left_out: Counter[str], words: Mapping[str, str]
) -> Iterator[tuple[str, int, int]]:
    """Yield how many of a campaign's people must meet each end; `words` tell why they are left out."""
    counts, skipped = Counter(campaign["counts"]), Counter(campaign["skipped"])
    for status, count in texted.most_common():
        yield status, counts[status], count
    for reason, count in left_out.items():
        yield words[reason], skipped[reason], count
    yield "with another end", (counts - texted).total() + (skipped - left_out).total(), 0
    yield "beyond those, or short of them", (campaign["total"] or 0) - counts.total() - skipped.total(), 0


def _of_requests(sent: Sequence[Sms], seen: Seen) -> Iterator[tuple[str, int, int]]:
    yield "messages accepted with 200", sum(answer.accepted for answer in seen.answers), len(sent)
    recognised = seen.copy.accepted and seen.copy.transaction_id == seen.original.transaction_id
    yield "second copies recognised (same mid: first id)", int(recognised), 1
    refused = sum(answer.status == 400 and answer.code == INVALID_NUMBER for answer in seen.refused)
    yield "bad numbers refused with 400 and 511", refused, len(seen.refused)


def _wanted(sent: Sequence[Sms]) -> Counter[tuple[str, str]]:
    return Counter((sms.number, sms.text) for sms in sent if sms.fate.receipts)


def _of_ledger(sent: Sequence[Sms], seen: Seen) -> Iterator[tuple[str, int, int]]:
    found = Counter(message["status"] for message in seen.messages)
    wanted = Counter(sms.fate.status for sms in sent)
    for status, count in wanted.most_common():
        yield status, found.pop(status, 0), count
    lost = max(0, len(sent) - len(seen.messages))
    yield "lost, in doubt, or still on their way", lost + found.total(), 0
    by_mid = {sms.mid: sms.fate.status for sms in sent}
    wrong = sum(by_mid.get(message["external_id"]) != message["status"] for message in seen.messages)
    yield "with another end than their number forces", wrong, 0


def _of_reports(sent: Sequence[Sms], seen: Seen) -> Iterator[tuple[str, int, int]]:
    found = Counter(_told(report) for report in seen.reports)
    meanings = {sms.fate.code: sms.fate.meaning for sms in sent}
    for code, count in Counter(sms.fate.code for sms in sent).most_common():
        meaning = f"failed, code {code}: {meanings[code]}" if code else "delivered"
        yield meaning, found[code], count
    by_mid = {sms.mid: sms.fate.code for sms in sent}
    wrong = sum(by_mid.get(report["meta"], "") != _told(report) for report in seen.reports)
    yield "of the wrong message or with the wrong end", wrong, 0
    yield "told twice", len(seen.reports) - len({report["meta"] for report in seen.reports}), 0


def _told(report: dict[str, Any]) -> str | None:
    """Return the code of a report, None where it says delivered."""
    return None if report["event"] == "delivered" else report.get("code", "")
