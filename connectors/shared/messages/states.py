"""The states of a message, and which way they move.

    scheduled → queued → sending → sent → delivered | undelivered | expired | rejected | unknown

and the ends that need no gateway: failed, canceled, suppressed; and unconfirmed: the call went out, no answer came.
"""

from enum import StrEnum


class Status(StrEnum):
    """Where a message stands; the values are those of the REST API."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELED = "canceled"
    SUPPRESSED = "suppressed"
    UNCONFIRMED = "unconfirmed"


WAITING = frozenset({Status.SCHEDULED, Status.QUEUED})
"""Not yet with the vendor: may be canceled, may run out of validity."""

AWAITING_RECEIPT = frozenset({Status.SENDING, Status.SENT, Status.UNCONFIRMED, Status.UNKNOWN})
"""Out, perhaps or surely, and a receipt by number alone may belong to it."""

ENDS_BY_RECEIPT = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED})

ENDS = ENDS_BY_RECEIPT | {Status.FAILED, Status.CANCELED, Status.SUPPRESSED, Status.UNKNOWN}
"""What the connector that asked is told, once."""

OPEN_TO_DELIVERED = AWAITING_RECEIPT | {Status.UNDELIVERED, Status.EXPIRED, Status.REJECTED, Status.FAILED}
"""A late positive receipt is common and is believed; `delivered` itself is never undone."""
