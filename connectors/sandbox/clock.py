"""Moments, as the sandbox's JSON shows them."""

from datetime import UTC, datetime


def now_rfc3339() -> str:
    """Return this moment as `2026-11-21T08:00:00.123Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
