"""One HTTP exchange, as its two ends see it: a reply, or none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.shared.message_central.outcomes import Outcome

_DELAY_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
# https://www.rfc-editor.org/rfc/rfc9110#name-field-values; spaces at the ends would be lost on the way.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_HEADER_VALUE = re.compile("[\x21-\x7e\xa0-\xff]([\t\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?")


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `target` is the path with its query, which holds the text, the numbers or the password.

    `headers` are the vendor's own, such as `Authorization`. Raises ValueError, without the value, for what no header
    can carry: line breaks, characters beyond Latin-1.
    """

    method: str
    target: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)

    def __post_init__(self) -> None:
        """Refuse a header here: what the libraries would raise for it repeats the value, which may be a secret."""
        for name, value in self.headers.items():
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
                raise ValueError("a header has a name or a value that cannot be sent")


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
