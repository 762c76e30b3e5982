"""When promotions may go: moments are given, so that no test waits for an hour of the day."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import timezone

from connectors.settings import read_settings
from connectors.shared.clock import MINUTE
from connectors.shared.errors import SettingsError
from connectors.shared.messages.hours import PromotionalHours, read_hours

DEFAULT = read_hours("IN=10:00-21:00,US=08:00-21:00")

INDIA = "919816111111"
NEW_YORK = "12125551212"
HONOLULU = "18085551212"
TOLL_FREE = "18005551212"
TORONTO = "14165551212"
PUERTO_RICO = "17875551212"
LONDON = "447400123456"


def ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1_000)


def opening(digits: str, moment: str, hours: PromotionalHours = DEFAULT) -> str | None:
    """The answer as it reads, None for now."""
    found = hours.opens_at(digits, ms(moment))
    return None if found is None else datetime.fromtimestamp(found / 1_000, ZoneInfo("UTC")).isoformat()[:19] + "Z"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-21T09:59:59+05:30", "2026-11-21T04:30:00Z"),
        ("2026-11-21T10:00:00+05:30", None),
        ("2026-11-21T20:59:59.999+05:30", None),
        ("2026-11-21T21:00:00+05:30", "2026-11-22T04:30:00Z"),
        ("2026-12-31T23:00:00+05:30", "2027-01-01T04:30:00Z"),
    ],
)
def test_india_has_one_clock(moment: str, expected: str | None) -> None:
    assert opening(INDIA, moment) == expected


def test_every_minute_of_a_day_in_india() -> None:
    midnight = ms("2026-11-21T00:00:00+05:30")
    allowed = [minute for minute in range(24 * 60) if DEFAULT.opens_at(INDIA, midnight + minute * MINUTE) is None]
    assert allowed == list(range(10 * 60, 21 * 60))


@pytest.mark.parametrize(
    ("digits", "moment", "expected"),
    [
        # Before, on and after the days when clocks are put forward and back (8 March and 1 November 2026).
        (NEW_YORK, "2026-03-07T02:00:00-05:00", "2026-03-07T13:00:00Z"),
        (NEW_YORK, "2026-03-08T01:59:00-05:00", "2026-03-08T12:00:00Z"),
        (NEW_YORK, "2026-03-08T08:00:00-04:00", None),
        (NEW_YORK, "2026-11-01T00:30:00-04:00", "2026-11-01T13:00:00Z"),
        (NEW_YORK, "2026-11-01T20:59:00-05:00", None),
        (NEW_YORK, "2026-11-01T21:00:00-05:00", "2026-11-02T13:00:00Z"),
        (HONOLULU, "2026-07-01T12:00:00Z", "2026-07-01T18:00:00Z"),
        # Anywhere from Guam to Newfoundland: it closes in St. John's 90 minutes after it opens in Guam.
        (TOLL_FREE, "2026-11-21T15:00:00Z", "2026-11-21T22:00:00Z"),
        (TOLL_FREE, "2026-11-22T00:29:00Z", None),
        (TOLL_FREE, "2026-11-22T00:30:00Z", "2026-11-22T22:00:00Z"),
        (TOLL_FREE, "2026-07-01T23:29:00Z", None),
        (TOLL_FREE, "2026-07-01T23:30:00Z", "2026-07-02T22:00:00Z"),
    ],
)
def test_the_united_states_have_many(digits: str, moment: str, expected: str | None) -> None:
    assert opening(digits, moment) == expected


@pytest.mark.parametrize("digits", [TORONTO, PUERTO_RICO, LONDON, "39", "88812345678", "0"])
def test_elsewhere_it_is_never_too_late(digits: str) -> None:
    assert opening(digits, "2026-11-21T03:00:00-05:00") is None


@pytest.mark.parametrize(
    ("hours", "digits", "expected"),
    [
        ("CA=09:00-20:00", TORONTO, "2026-11-21T14:00:00Z"),
        ("CA=09:00-20:00", NEW_YORK, None),
        ("GB=09:00-20:00", LONDON, "2026-11-21T09:00:00Z"),
        # Its zeros belong to it.
        ("IT=09:00-20:00", "390612345678", "2026-11-21T08:00:00Z"),
        # Of no range that is known: its code's main country, and every zone there.
        ("US=09:00-20:00", "12120551212", "2026-11-21T14:00:00Z"),
        ("GB=09:00-20:00", "440000000000", "2026-11-21T09:00:00Z"),
        # Mobile numbers in Australia are from anywhere between the Cocos Islands and Lord Howe.
        ("AU=09:00-20:00", "61412345678", "2026-11-22T02:30:00Z"),
    ],
)
def test_the_country_is_the_number_s(hours: str, digits: str, expected: str | None) -> None:
    moment = "2026-11-21T12:00:00Z" if digits.startswith("61") else "2026-11-21T06:00:00Z"
    assert opening(digits, moment, read_hours(hours)) == expected


def test_where_no_moment_suits_all_it_stays_closed() -> None:
    hours = read_hours("US=08:00-09:00")
    last = opening(TOLL_FREE, "2026-11-21T12:00:00Z", hours)
    assert last is not None
    assert opening(TOLL_FREE, last, hours) is not None
    assert opening(NEW_YORK, "2026-11-21T13:30:00Z", hours) is None


@pytest.mark.parametrize(
    ("window", "moment", "expected"),
    [
        # 02:00 to 03:00 does not exist on 8 March: what opens within it opens when it has passed, or the next day.
        ("02:30-12:00", "2026-03-08T00:00:00-05:00", "2026-03-08T07:00:00Z"),
        ("02:10-02:50", "2026-03-08T00:00:00-05:00", "2026-03-09T06:10:00Z"),
        # 01:00 to 02:00 comes twice on 1 November.
        ("01:30-01:45", "2026-11-01T00:00:00-04:00", "2026-11-01T05:30:00Z"),
        ("01:30-01:45", "2026-11-01T01:50:00-04:00", "2026-11-01T06:30:00Z"),
        ("00:00-24:00", "2026-03-08T02:00:00-05:00", None),
    ],
)
def test_windows_within_the_hours_that_clocks_skip_or_repeat(window: str, moment: str, expected: str | None) -> None:
    assert opening(NEW_YORK, moment, read_hours(f"US={window}")) == expected


def zones_of(digits: str) -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in timezone.time_zones_for_number(phonenumbers.parse(f"+{digits}"))]


def open_everywhere(digits: str, moment_ms: int, opens: int, closes: int) -> bool:
    """The rule once more, by the clock on each wall."""
    moment = datetime.fromtimestamp(moment_ms // 1_000, ZoneInfo("UTC"))
    walls = [moment.astimezone(zone) for zone in zones_of(digits)]
    return all(
        timedelta(hours=opens) <= timedelta(hours=w.hour, minutes=w.minute) < timedelta(hours=closes) for w in walls
    )


@given(
    moment=st.integers(ms("2026-01-01T00:00:00Z"), ms("2028-01-01T00:00:00Z")),
    digits=st.sampled_from([INDIA, NEW_YORK, HONOLULU, TOLL_FREE]),
)
def test_the_answer_is_the_first_moment_that_is_allowed(moment: int, digits: str) -> None:
    opens = 10 if digits == INDIA else 8
    answer = DEFAULT.opens_at(digits, moment)
    assert (answer is None) == open_everywhere(digits, moment, opens, 21)
    if answer is not None:
        assert answer > moment
        assert DEFAULT.opens_at(digits, answer) is None
        assert open_everywhere(digits, answer, opens, 21)
        assert DEFAULT.opens_at(digits, answer - 1) == answer
        # Windows are much longer than this: between now and then there was none.
        assert not any(open_everywhere(digits, at, opens, 21) for at in range(moment, answer, 30 * MINUTE))


def test_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    night = "2026-11-21T03:00:00+05:30"
    assert opening(INDIA, night, read_settings().promotional_hours) == "2026-11-21T04:30:00Z"
    monkeypatch.setenv("CONNECTORS_PROMOTIONAL_HOURS", " in = 9:00 - 24:00 , ")
    assert opening(INDIA, night, read_settings().promotional_hours) == "2026-11-21T03:30:00Z"
    monkeypatch.setenv("CONNECTORS_PROMOTIONAL_HOURS", "")
    assert opening(INDIA, night, read_settings().promotional_hours) is None


@pytest.mark.parametrize(
    "text",
    ["IN", "IN=10-21", "IN=10:00", "IN=21:00-10:00", "IN=10:00-10:00", "IN=10:00-24:01", "IN=10:60-21:00",
     "XX=10:00-21:00", "India=10:00-21:00", "IN=10:00-21:00;US=08:00-21:00", "IN=10:00-21:00,in=09:00-21:00"],
)  # fmt: skip
def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTORS_PROMOTIONAL_HOURS", text)
    with pytest.raises(SettingsError, match=r"CONNECTORS_PROMOTIONAL_HOURS.*IN=10:00-21:00,US"):
        read_settings()
