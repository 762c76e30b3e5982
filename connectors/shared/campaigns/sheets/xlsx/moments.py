"""Dates and times as people write them in a message: `21 Nov 2026`, `21 Nov 2026 14:30`, `14:30`.

What the cell's own format would show depends on the country of who looks (Excel's short date is 11/21/2026 here and
21/11/2026 there), and a message is read by others: so a date is written one way, with the month as a word.
"""

import re
from datetime import date, datetime, time, timedelta

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS_AND_MARKS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def date_of_number(value: float, format_code: str, *, from_1904: bool, is_duration: bool) -> str:
    """Raises ValueError or OverflowError for a number that is no date, as which Excel shows #####."""
    if value < 0 and not is_duration:
        raise ValueError(value)
    # To the whole minute: a fraction of a day is seldom exact.
    rounded = round(value * 1440) / 1440
    epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
    return _written(from_excel(rounded, epoch, timedelta=is_duration), format_code)


def date_of_text(value: str, format_code: str) -> str:
    """Of ISO 8601, as strict workbooks write it. Raises ValueError."""
    if "-" not in value:
        return _written(time.fromisoformat(value), format_code)
    return _written(datetime.fromisoformat(value), format_code)


def _written(moment: object, format_code: str) -> str:
    letters = _WORDS_AND_MARKS.sub("", format_code).lower()
    with_time = "h" in letters or "s" in letters or letters == "general"
    if isinstance(moment, timedelta):
        minutes = round(moment.total_seconds() / 60)
        return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
    if isinstance(moment, datetime):
        shows_day = not with_time or "d" in letters or "y" in letters or letters == "general"
        parts = [_date(moment, letters)] if shows_day else []
        if with_time and (moment.time() != time() or not parts):
            parts.append(_time(moment.time(), letters))
        return " ".join(parts)
    if isinstance(moment, date):
        return _date(moment, letters)
    if isinstance(moment, time):
        return _time(moment, letters)
    raise ValueError(moment)


def _date(day: date, letters: str) -> str:
    month = f"{_MONTHS[day.month - 1]} {day.year}"
    return month if "y" in letters and "d" not in letters else f"{day.day} {month}"


def _time(moment: time, letters: str) -> str:
    if "am/pm" in letters:
        return f"{moment.hour % 12 or 12}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"
    return f"{moment.hour:02}:{moment.minute:02}"
