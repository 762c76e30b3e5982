"""How a message ended, in CleverTap's words: its events and its codes 900 to 920.

The codes: https://docs.clevertap.com/docs/generic-sms (Delivery report callback, error codes).
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, case, literal

from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages


@dataclass(frozen=True, slots=True)
class End:
    """A status, with one of these error codes (none: whatever code), and what CleverTap is told."""

    status: Status
    error_codes: tuple[str, ...]
    code: str | None
    description: str


# The first that fits counts. 914 and not 905 for UNDELIV: networks say it when their tries came to nothing, and
# give no reason that would put it on the subscriber.
ENDS: Final = (
    End(Status.DELIVERED, (), None, "Delivered to the handset."),
    End(Status.UNDELIVERED, (), "914", "The phone network could not deliver it."),
    End(Status.EXPIRED, (), "916", "The phone could not be reached for as long as the network tried."),
    End(Status.REJECTED, (), "915", "The phone network rejected it."),
    End(Status.SUPPRESSED, ("trial",), "903", "The service is on trial and texts only the numbers on its list."),
    End(Status.SUPPRESSED, (), "903", "The recipient opted out."),
    End(Status.FAILED, ("expired_unsent",), "917", "It could not be sent while it was still of use."),
    End(Status.FAILED, ("511", "invalid_country_code", "7", "8"), "910", "The number or its country cannot be texted."),
    End(
        Status.FAILED,
        ("409", "506", "duplicate_resource", "request_already_exists"),
        "918",
        "The SMS gateway took it for a second copy.",
    ),
    End(
        Status.FAILED,
        ("400", "bad_request", "1", "6", "text_too_long"),  # the short ones are SMSC's
        "915",
        "The SMS gateway refused it: check the number, the sender id and the registered text.",
    ),
    End(
        Status.FAILED,
        ("401", "501", "unauthorized", "invalid_customer_id"),
        "904",
        "The SMS gateway does not accept the credentials.",
    ),
    End(
        Status.FAILED,
        ("3", "508", "800", "805", "insufficient_credits", "maximum_limit_reached"),
        "904",
        "The account at the SMS gateway has no credits left or is at its limit.",
    ),
    End(Status.FAILED, ("resolved_failed",), "900", "A person found that it was not sent."),
    End(Status.FAILED, (), "904", "The SMS gateway could not send it."),
    End(Status.CANCELED, ("duplicate",), "918", "A second copy of a message that was accepted before."),
    End(Status.CANCELED, (), "915", "It was canceled before it was sent."),
    End(Status.UNKNOWN, (), "900", "Nobody said in time what became of it."),
    End(Status.UNCONFIRMED, (), "900", "It is not known whether it went out."),
)


def is_told() -> ColumnElement[bool]:
    """Whether this row's status is one that CleverTap is told.

    An unconfirmed message still has a deadline as long as a receipt or a person may settle it.
    """
    ends = {end.status for end in ENDS} - {Status.UNCONFIRMED}
    past_deadline = and_(messages.c.status == Status.UNCONFIRMED.value, messages.c.deadline_at.is_(None))
    return messages.c.status.in_(sorted(ends)) | past_deadline


def event() -> ColumnElement[str]:
    """The event for a row of `messages`."""
    return case((messages.c.status == Status.DELIVERED.value, "delivered"), else_="failed")


def code() -> ColumnElement[str | None]:
    """The code for a row of `messages`; NULL where it was delivered."""
    return case(*((_fits(end), end.code) for end in ENDS if end.code), else_=None)


def description() -> ColumnElement[str]:
    """The description for a row of `messages`; nothing of its text or number is in it."""
    return case(*((_fits(end), end.description) for end in ENDS), else_=literal(""))


def _fits(end: End) -> ColumnElement[bool]:
    same = messages.c.status == end.status.value
    return and_(same, messages.c.error_code.in_(end.error_codes)) if end.error_codes else same
