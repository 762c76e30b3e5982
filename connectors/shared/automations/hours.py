"""When an automation may text somebody: by the clock of where their phone is."""

from functools import cache
from typing import Final

import phonenumbers

from connectors.shared.automations.states import Hours
from connectors.shared.messages.hours import PromotionalHours, Window

DAY: Final = Window(9 * 60, 20 * 60)
"""The narrowest that we know of for promotions, in parts of the United States: it is decent everywhere."""


def opens_at(hours: Hours, digits: str, now: int, promotional: PromotionalHours) -> int | None:
    """Return when a number (digits of E.164) may be texted: None for now, else UTC milliseconds.

    `promotional` are the countries' own hours for promotions; where a country has none, `marketing` means by day.
    """
    if hours is Hours.ANY:
        return None
    if hours is Hours.MARKETING and promotional.has(digits):
        return promotional.opens_at(digits, now)
    return _by_day().opens_at(digits, now)


@cache
def _by_day() -> PromotionalHours:
    return PromotionalHours(dict.fromkeys(phonenumbers.SUPPORTED_REGIONS, DAY))
