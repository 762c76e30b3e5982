"""One HTTP exchange, as its two ends see it: a reply, or none."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.shared.message_central.outcomes import Outcome

_DELAY_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `target` is the path with its query, which holds the text, the numbers or the password."""

    method: str
    target: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; `retry_after` in seconds."""

    http_status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NoReply:
    """No whole answer: NOT_CONNECTED, NO_ANSWER or UNREADABLE, and why in words of ours."""

    outcome: Outcome
    reason: str
    http_status: int | None = None


def read_retry_after(value: str | None) -> float | None:
    """Seconds to wait, from either form of https://www.rfc-editor.org/rfc/rfc9110#field.retry-after."""
    if value is None:
        return None
    if _DELAY_SECONDS.fullmatch(value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # "-0000" gives a time without a zone; HTTP dates are GMT.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
