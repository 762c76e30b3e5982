"""What SMSC answered, typed: a result or a refusal.

With `fmt=3` a refusal is `{"error": "…", "error_code": N}` (and `id`, for the errors 3, 6, 7 and 8 of a send), mostly
with HTTP 200: the body decides over the HTTP status. Numbers come as numbers or as texts, one thing as an object or as
an array of one (https://smscentre.com/api/http/send/sms_answer). Amounts stay the vendor's decimal texts.
"""

from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """Why there is no result."""

    REFUSED = "refused"
    """The vendor said no; `code` is its error code, None where it named none."""
    BOUNDED = "bounded"
    """We did not ask: one more call would be over the vendor's limit for a minute."""
    THROTTLED = "throttled"
    """HTTP 429."""
    UNAVAILABLE = "unavailable"
    """HTTP 503."""
    HTTP_DENIED = "http_denied"
    """HTTP 401 or 403, by somebody before the vendor's own code."""
    HTTP_REFUSED = "http_refused"
    """Any other 4xx, likewise."""
    NOT_CONNECTED = "not_connected"
    """No connection was made: the request is known not to have gone out."""
    NO_ANSWER = "no_answer"
    """The request may have gone out, and no whole answer came in time."""
    UNREADABLE = "unreadable"
    """An answer came that makes no sense: what became of the request is unknown."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """No result. `words` are the vendor's or ours, without secrets and numbers; `retry_after` in seconds."""

    outcome: Outcome
    code: int | None = None
    words: str = ""
    id: str | None = None
    http_status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class SentPhone:
    """What a send with `op=1` says of one number: `error` is None where it was taken."""

    phone: str = field(repr=False)
    error: str | None
    status: int | None = None
    cost: str | None = None
    mccmnc: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message was taken; `count` is in parts (SMS), over all its numbers. `id` covers all numbers too."""

    id: str
    count: int | None
    cost: str | None = None
    balance: str | None = None
    phones: tuple[SentPhone, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a send would cost, and in how many parts it would go; nothing was sent."""

    cost: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Money left; `credit` where the account may go below zero."""

    balance: str
    credit: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """What became of one message to one number: https://smscentre.com/api/http/status_messages/statuses.

    `changed_at` is in UTC milliseconds. `details` is all that the vendor says, by its own names.
    """

    id: str | None
    phone: str | None = field(repr=False)
    status: int
    error: int | None = None
    changed_at: int | None = None
    details: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """A message from a phone, or a confirming call, as `get_answers` tells it; `phone` may be empty.

    `received_at` is in UTC milliseconds.
    """

    id: str | None
    phone: str = field(repr=False)
    message: str = field(repr=False)
    to_phone: str
    received_at: int | None


@dataclass(frozen=True, slots=True)
class DedicatedNumber:
    """A number that can be rented: `cost` for a whole month, `current_cost` to the end of this one.

    `type`: 1 and 4 are virtual, 2 is a SIM at the vendor's.
    """

    phone: str
    type: int | None
    cost: str | None
    current_cost: str | None
    info: str | None


@dataclass(frozen=True, slots=True)
class Rented:
    """A number was rented; `cost` is what was debited, None where the vendor does not say."""

    cost: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, and the vendor said nothing worth keeping."""


@dataclass(frozen=True, slots=True)
class WaitedCall:
    """The number (digits) that the person has to call within 15 minutes, and all that it could have been."""

    phone: str
    all_phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A deferred task: `status` 0 pending, 1 running, 2 done (only then is there a file), 3 canceled, 4 failed.

    `created` and `time` (of its start) are as the vendor writes them.
    """

    id: str
    name: str | None
    status: int | None
    created: str | None
    time: str | None
    file: str | None
