"""When a promotional message may go: by the clock of whoever gets it, wherever in their country they may be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from connectors.shared.clock import MINUTE, SECOND

_MINUTES_A_DAY: Final = 24 * 60
_LONGEST_SEARCH: Final = 2 * _MINUTES_A_DAY
_WINDOW = re.compile(r"([A-Za-z]{2})\s*=\s*(\d\d?):([0-5]\d)\s*-\s*(\d\d?):([0-5]\d)", re.ASCII).fullmatch
_EXAMPLE: Final = "Write it as IN=10:00-21:00,US=08:00-21:00."


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes since local midnight: open from the first, closed again at the second."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class _Place:
    """The hours of a number, and every time zone that it may be in."""

    window: Window
    zones: tuple[str, ...]


class PromotionalHours:
    """The hours of each country (ISO code); a country that is not listed has none, and takes promotions at any time."""

    def __init__(self, windows: Mapping[str, Window]) -> None:
        self._windows = dict(windows)
        # Calling codes that need a look: of all others the answer is known by their digits.
        self._regions = {
            str(code): regions
            for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
            if any(region in self._windows for region in regions)
        }
        self._uniform = {
            code: _Place(self._windows[regions[0]], TIMEZONE_DATA[code])
            for code, regions in self._regions.items()
            # The bare code's zones are all that any of its numbers is in.
            if len(regions) == 1 and len(TIMEZONE_DATA.get(code, ())) == 1
        }

    def opens_at(self, digits: str, moment_ms: int) -> int | None:
        """Return when a number (digits of E.164) may be sent a promotion: None for now, else UTC milliseconds.

        Where no moment within two days suits every time zone of the number, it is the next opening of the zone that
        opens last; asked again then, it is closed still: rather is a promotion not sent than into somebody's night.
        """
        place = self._place(digits)
        if place is None:
            return None
        minute = moment_ms // MINUTE
        opening = _opening(place, minute)
        return None if opening == minute else opening * MINUTE

    def has(self, digits: str) -> bool:
        """Whether the country of a number (digits of E.164) is listed."""
        return self._place(digits) is not None

    def _place(self, digits: str) -> _Place | None:
        code = next((digits[:length] for length in (1, 2, 3) if digits[:length] in self._regions), None)
        if code is None:
            return None
        return self._uniform.get(code) or self._look_up(_number(code, digits[len(code) :]), code)

    def _look_up(self, number: phonenumbers.PhoneNumber, code: str) -> _Place | None:
        # A number of no known range, as new ones are for a while, keeps the hours of its code's main country.
        region = phonenumbers.region_code_for_number(number) or self._regions[code][0]
        window = self._windows.get(region)
        return None if window is None else _Place(window, _zones(number))


def read_hours(text: str) -> PromotionalHours:
    """Read `IN=10:00-21:00,US=08:00-21:00`; an empty text: no hours anywhere. Raises ValueError in words."""
    windows: dict[str, Window] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        region, window = _read_window(entry)
        if region in windows:
            raise ValueError(f"names {region} twice. {_EXAMPLE}")
        windows[region] = window
    return PromotionalHours(windows)


def _read_window(entry: str) -> tuple[str, Window]:
    found = _WINDOW(entry)
    if found is None:
        raise ValueError(f"cannot be read at {entry!r}. {_EXAMPLE}")
    region = found[1].upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"names {region}, which is no country's ISO code. {_EXAMPLE}")
    opens, closes = int(found[2]) * 60 + int(found[3]), int(found[4]) * 60 + int(found[5])
    if not opens < closes <= _MINUTES_A_DAY:
        raise ValueError(f"has {entry!r}, which does not open before it closes, within a day. {_EXAMPLE}")
    return region, Window(opens, closes)


def _number(code: str, national: str) -> phonenumbers.PhoneNumber:
    """Put a number together from its parts: parsing it again takes longer than all the rest."""
    zeros = len(national) - len(national.lstrip("0"))
    return phonenumbers.PhoneNumber(
        country_code=int(code),
        national_number=int(national),
        italian_leading_zero=zeros > 0 or None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def _zones(number: phonenumbers.PhoneNumber) -> tuple[str, ...]:
    zones: tuple[str, ...] = timezone.time_zones_for_number(number)
    if timezone.UNKNOWN_TIMEZONE in zones:
        # In no known range: by the digits it begins with, which are at least its country's.
        zones = timezone.time_zones_for_geographical_number(number)
    return zones


@lru_cache(maxsize=4_096)
def _opening(place: _Place, minute: int) -> int:
    """Return the first minute (UTC, since 1970) from `minute` on when every zone is open.

    Each zone's own next opening is the earliest that all can share, so the latest of them is where to look next.
    """
    zones = [_zone(name) for name in place.zones]
    found = first = max(_opening_in(zone, place.window, minute) for zone in zones)
    while found - minute <= _LONGEST_SEARCH:
        following = max(_opening_in(zone, place.window, found) for zone in zones)
        if following == found:
            return found
        found = following
    return first


def _opening_in(zone: ZoneInfo, window: Window, minute: int) -> int:
    """Return the first minute from `minute` on when one zone is open; it opens once a day."""
    if _is_open(zone, window, minute):
        return minute
    today = _local(zone, minute).date()
    for day in (today + timedelta(days=ahead) for ahead in range(4)):
        for candidate in _minutes_of_opening(zone, window, day):
            if candidate >= minute and _is_open(zone, window, candidate):
                return candidate
    return minute + _MINUTES_A_DAY  # no zone skips its window on four days: only that this always answers


def _minutes_of_opening(zone: ZoneInfo, window: Window, day: date) -> Iterator[int]:
    """Yield the minutes when a window may open on a local day.

    It is one, but where clocks are put back over it two, and where they are put forward over it any between the two
    ways to read it (https://peps.python.org/pep-0495/).
    """
    wall = datetime(day.year, day.month, day.day, window.opens // 60, window.opens % 60, tzinfo=zone)
    first, last = sorted(int(wall.replace(fold=fold).timestamp()) * SECOND // MINUTE for fold in (0, 1))
    yield from range(first, last + 1)


def _is_open(zone: ZoneInfo, window: Window, minute: int) -> bool:
    local = _local(zone, minute)
    return window.opens <= local.hour * 60 + local.minute < window.closes


def _local(zone: ZoneInfo, minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE // SECOND, UTC).astimezone(zone)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    # Names as in phonenumbers' data, former ones among them ("Asia/Calcutta"): where a slim system lacks them, the
    # package tzdata has them (https://docs.python.org/3/library/zoneinfo.html#data-sources).
    return ZoneInfo(name)
