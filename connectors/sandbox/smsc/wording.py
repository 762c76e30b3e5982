"""Characters and moments the way SMSC writes them (https://smscentre.com/api/http/)."""

from datetime import UTC, datetime, timedelta, timezone

DEFAULT_CHARSET = "windows-1251"
CHARSETS = {"windows-1251": "cp1251", "utf-8": "utf-8", "koi8-r": "koi8-r"}
"""What the `charset` parameter may say, and Python's names for it."""

MOSCOW = timezone(timedelta(hours=3))
"""The clock of the vendor: `tz` is counted from it, and dates carry no zone."""

LATIN_PART, LATIN_PARTS = 160, 153
OTHER_PART, OTHER_PARTS = 70, 67


def codec(charset: str) -> str:
    """Return Python's name of a charset; an unknown one is the default, as where none is named."""
    return CHARSETS.get(charset.lower(), CHARSETS[DEFAULT_CHARSET])


def dated(moment: datetime) -> str:
    """Return `DD.MM.YYYY hh:mm:ss` in Moscow."""
    return moment.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S")


def moment_of(rfc3339: str) -> datetime:
    return datetime.fromisoformat(rfc3339)


def now() -> datetime:
    return datetime.now(UTC)


def parts_of(text: str) -> int:
    """Return how many SMS a text is paid for: 160 Latin or 70 other characters in one, fewer where it is split."""
    latin = text.isascii()
    length = len(text) if latin else len(text.encode("utf-16-le")) // 2
    whole, split = (LATIN_PART, LATIN_PARTS) if latin else (OTHER_PART, OTHER_PARTS)
    return 1 if length <= whole else -(-length // split)
