"""The one place for time: UTC milliseconds since 1970 inside, RFC 3339 where people and programs read.

Integers compare, index and travel the same way through SQLite and PostgreSQL, and carry no time zone to get wrong.
"""

import time
from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_ahead_ms = 0


def now_ms() -> int:
    """Return this moment as UTC milliseconds since 1970."""
    return time.time_ns() // 1_000_000 + _ahead_ms


def set_ahead(milliseconds: int) -> None:
    """Have this process live so much later than it is: to see today what is due in a week."""
    global _ahead_ms
    _ahead_ms = milliseconds


def to_rfc3339(moment_ms: int | None) -> str | None:
    """Return `2026-11-21T08:00:00Z`, or None for no moment."""
    if moment_ms is None:
        return None
    return datetime.fromtimestamp(moment_ms // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_date(moment_ms: int) -> str:
    """Return `21 Nov 2026`, in UTC."""
    return datetime.fromtimestamp(moment_ms // SECOND, UTC).strftime("%-d %b %Y")


def first_id(moment_ms: int) -> str:
    """Return what every id (UUIDv7) made before a moment is less than: they begin with their milliseconds."""
    start = f"{moment_ms:012x}"
    return f"{start[:8]}-{start[8:]}"
