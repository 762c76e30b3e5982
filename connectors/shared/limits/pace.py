"""The arithmetic of a rate: the generic cell rate algorithm (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).

All that it has to remember of a caller is one moment: when what they used of their rate has come back. So a slot of
eight octets is enough for each, and nothing has to be reset by a clock.
"""

from dataclasses import dataclass
from typing import Final

SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of asking once; seconds are whole, rounded up."""

    allowed: bool
    remaining: int
    full_in_seconds: int
    wait_seconds: int


class Pace:
    """So many turns a second, and at once as many as a second gives."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.step_ns = SECOND_NS // rate

    def take(self, back_at: int, now: int) -> tuple[Turn, int]:
        """Return what comes of asking at `now`, and the moment to remember instead of `back_at` (nanoseconds)."""
        # Later than a whole second ahead was never written by this clock: the machine was started anew since.
        used = back_at - now if now < back_at <= now + SECOND_NS else 0
        wanted = used + self.step_ns
        if wanted > SECOND_NS:
            return self.refused(used), now + used
        return self.granted(wanted), now + wanted

    def granted(self, used: int) -> Turn:
        """Return the turn after which this much of a second (nanoseconds) is used."""
        return Turn(True, (SECOND_NS - used) // self.step_ns, _whole_seconds(used), 0)

    def refused(self, used: int) -> Turn:
        """Return the refusal where this much of a second is used."""
        wait = max(1, _whole_seconds(used + self.step_ns - SECOND_NS))
        return Turn(False, 0, max(1, _whole_seconds(used)), wait)


def _whole_seconds(nanoseconds: int) -> int:
    return -(-nanoseconds // SECOND_NS)
