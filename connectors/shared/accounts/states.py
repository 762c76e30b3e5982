"""The states of a gateway connection."""

from enum import StrEnum


class ConnectionState(StrEnum):
    """Whether a connection's messages go out."""

    UNPROVEN = "unproven"  # the vendor could not be asked yet: its messages wait on it alone
    ACTIVE = "active"
    PAUSED = "paused"  # the vendor refuses the account: messages wait, it is probed
    REFUSED = "refused"  # never proven, and the vendor says the credentials are wrong
    MERGED = "merged"  # proven, and taken over by the customer's own connection
