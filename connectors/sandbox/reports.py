"""CleverTap's side of delivery reports: the shape it demands, and a book of what came."""

import threading
from collections import Counter, deque
from itertools import islice
from typing import Any

EVENTS = frozenset({"delivered", "failed", "clicked", "replied"})
ENDS = frozenset({"delivered", "failed"})
MANDATORY = {"failed": ("code", "description"), "replied": ("incomingText",), "clicked": ("url",)}


class BadReport(ValueError):
    """CleverTap would answer 400; the text says why, and holds nothing of what was sent."""


def read_reports(body: object) -> list[dict[str, Any]]:
    """Return one flat record a report. Raise BadReport where CleverTap would refuse the whole post."""
    if not isinstance(body, list):
        raise BadReport("the body must be a JSON array")
    return [report for group in body for report in _read_group(group)]


def _read_group(group: object) -> list[dict[str, Any]]:
    if not isinstance(group, dict):
        raise BadReport("each element must be an object")
    event, data = group.get("event"), group.get("data")
    if not isinstance(event, str) or event not in EVENTS:
        raise BadReport("event must be delivered, failed, clicked or replied")
    if not isinstance(data, list):
        raise BadReport("data must be an array")
    return [{"event": event, **_read_record(event, record)} for record in data]


def _read_record(event: str, record: object) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise BadReport("each element of data must be an object")
    if not isinstance(record.get("ts"), int) or isinstance(record["ts"], bool):
        raise BadReport("ts must be Unix seconds")
    for key in ("meta", *MANDATORY.get(event, ())):
        if not isinstance(record.get(key), str) or not record[key]:
            raise BadReport(f"{key} is missing or no text")
    return record


class Reports:
    """The newest reports, and how often each message was reported on."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._reports: deque[dict[str, Any]] = deque(maxlen=capacity)
        self._ends: Counter[str] = Counter()
        self.total = 0

    def keep(self, reports: list[dict[str, Any]], account: str, at: str) -> None:
        with self._lock:
            for report in reports:
                self._reports.append({**report, "account": account, "at": at})
                self.total += 1
                self._ends[report["meta"]] += report["event"] in ENDS

    def duplicates(self) -> int:
        """Return how many reports of an end came for a message whose end had been reported."""
        with self._lock:
            return self._duplicates()

    def since(self, index: int) -> dict[str, Any]:
        """Return the reports from this one on, counted from 0, and how often each message ended."""
        with self._lock:
            skip = max(0, index - (self.total - len(self._reports)))
            return {
                "items": list(islice(self._reports, skip, None)),
                "next": self.total,
                "by_meta": dict(self._ends),
                "duplicates": self._duplicates(),
            }

    def clear(self) -> None:
        with self._lock:
            self._reports.clear()
            self._ends.clear()
            self.total = 0

    def _duplicates(self) -> int:
        return sum(count - 1 for count in self._ends.values() if count > 1)
