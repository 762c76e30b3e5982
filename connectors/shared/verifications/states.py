"""The states of a verification."""

from enum import StrEnum

MOST_WRONG_CODES = 5
LANGUAGE_PATTERN = r"^[A-Za-z0-9_-]{1,16}$(?!\n)"

SMS = "SMS"
CALL = "CALL"
"""Nothing is sent: the person calls a number that the vendor names."""
PIN = "PIN"
"""The vendor makes the code, sends it and tells us."""
CHANNELS = (SMS, "WHATSAPP", "RCS", CALL, PIN)


class VerificationStatus(StrEnum):
    """Whether somebody proved to have the phone."""

    PENDING = "pending"  # a code is out
    APPROVED = "approved"
    EXPIRED = "expired"
    LOCKED = "locked"  # too many wrong codes
