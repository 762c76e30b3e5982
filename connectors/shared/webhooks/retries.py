"""When what was not taken is posted again, and when no more."""

import random
from typing import Final

from connectors.shared.clock import DAY, HOUR, MINUTE, SECOND

PAUSES_MS: Final = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)
GIVE_UP_MS: Final = DAY
LONGEST_ASKED_MS: Final = HOUR
_JITTER: Final = 0.2


def next_attempt(attempts: int, failing_since: int, moment: int, retry_after: float | None = None) -> int | None:
    """Return when to post again after so many failures before this one; None: a day has gone by since the first.

    `retry_after` is what the receiver asked for, in seconds: heeded up to an hour. The last attempt is
    at the day's end.
    """
    end = failing_since + GIVE_UP_MS
    if moment >= end:
        return None
    asked = min(LONGEST_ASKED_MS, int((retry_after or 0.0) * SECOND))
    pause = max(asked, PAUSES_MS[min(attempts, len(PAUSES_MS) - 1)])
    spread = 1.0 + _JITTER * random.random()  # noqa: S311 - spreads attempts, guards nothing
    return min(end, moment + int(pause * spread))
