from datetime import UTC, datetime

import pytest

from connectors.shared.automations.hours import opens_at
from connectors.shared.automations.states import Hours
from connectors.shared.messages.hours import read_hours

PROMOTIONAL = read_hours("IN=10:00-21:00")
INDIA, NEW_YORK, GERMANY, SATELLITE = "919816111111", "12125550143", "4915112345678", "881612345678"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.mark.parametrize(
    ("hours", "digits", "now", "opens"),
    [
        (Hours.ANY, INDIA, "2026-11-21T20:00", None),
        (Hours.DAY, INDIA, "2026-11-21T03:30", None),  # 09:00
        (Hours.DAY, INDIA, "2026-11-21T03:29", "2026-11-21T03:30"),
        (Hours.DAY, INDIA, "2026-11-21T14:29", None),  # 19:59
        (Hours.DAY, INDIA, "2026-11-21T14:30", "2026-11-22T03:30"),
        # India's own hours for promotions begin later and end later than the day.
        (Hours.MARKETING, INDIA, "2026-11-21T03:30", "2026-11-21T04:30"),
        (Hours.MARKETING, INDIA, "2026-11-21T15:29", None),
        (Hours.MARKETING, INDIA, "2026-11-21T15:30", "2026-11-22T04:30"),
        # Germany has none: by day.
        (Hours.MARKETING, GERMANY, "2026-11-21T07:59", "2026-11-21T08:00"),
        (Hours.MARKETING, GERMANY, "2026-11-21T18:59", None),
        (Hours.DAY, GERMANY, "2026-07-21T18:30", "2026-07-22T07:00"),  # in summer
        (Hours.DAY, NEW_YORK, "2026-11-21T13:59", "2026-11-21T14:00"),
        (Hours.DAY, SATELLITE, "2026-11-21T03:00", None),  # of no country and no hour
    ],
)
def test_when_somebody_may_be_texted(hours: Hours, digits: str, now: str, opens: str | None) -> None:
    assert opens_at(hours, digits, at(now), PROMOTIONAL) == (None if opens is None else at(opens))
