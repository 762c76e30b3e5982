"""The states of a verification."""

from enum import StrEnum

MOST_WRONG_CODES = 5
LANGUAGE_PATTERN = r"^[A-Za-z0-9_-]{1,16}$(?!\n)"
CHANNELS = ("SMS", "WHATSAPP", "RCS")


class VerificationStatus(StrEnum):
    """Whether somebody proved to have the phone."""

    PENDING = "pending"  # a code is out
    APPROVED = "approved"
    EXPIRED = "expired"
    LOCKED = "locked"  # too many wrong codes
