"""What every gateway promises: take messages that say the same, answer with one of a closed list of results.

The list says for every result whether it may be sent again, whose fault it is, and what to tell a person; the
dispatcher acts on the result alone and knows no vendor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Fault(Enum):
    """Who has to do something about it."""

    NOBODY = "nobody"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    ACCOUNT = "account"
    VENDOR = "vendor"
    NETWORK = "network"


class Verdict(Enum):
    """What the ledger does with the messages of a call."""

    ACCEPTED = "accepted"  # the vendor took them: sent
    TRY_AGAIN = "try again"  # known not to have gone out, and may work later
    REFUSED = "refused"  # known not to have gone out, and never will as it is: failed
    ACCOUNT_REFUSED = "account refused"  # known not to have gone out: nothing of this account will, for now
    IN_DOUBT = "in doubt"  # may have gone out: unconfirmed, never sent again by itself


@dataclass(frozen=True, slots=True)
class SendResult:
    """The end of one call."""

    verdict: Verdict
    fault: Fault
    code: str | None = None
    """The vendor's code, or a word of ours such as `no_answer`."""
    explanation: str | None = None
    """For a person: what happened and what to do. Holds nothing secret."""
    transaction_id: str | None = None
    retry_after: float | None = None
    """Seconds the vendor asked us to wait."""
    split: bool = False
    """REFUSED, perhaps because of one recipient: try halves until the bad ones are alone."""
    exceptions: tuple[tuple[int, "SendResult"], ...] = ()
    """Recipients (by their place in the call) for whom it ended otherwise: one of a hundred refused, say."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where one message goes: calling code and national number, both digits.

    In a personalised call it has its values, in one of differing texts its own text.
    """

    country_code: str
    national: str = field(repr=False)
    variables: tuple[str, ...] = field(default=(), repr=False)
    text: str | None = field(default=None, repr=False)

    @property
    def digits(self) -> str:
        """The whole number: the digits of E.164."""
        return self.country_code + self.national


@dataclass(frozen=True, slots=True)
class Captcha:
    """What a person read from the vendor's picture, and from which address: see SMSC's `imgcode` and `userip`."""

    imgcode: str = field(repr=False)
    userip: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a call says: everything that its messages have in common.

    In a personalised one `text` has the placeholders `##var##`, `##var2##`, `##var3##`, filled for each recipient.
    """

    text: str = field(repr=False)
    sender_id: str
    channel: str
    message_type: str
    template_id: str | None
    entity_id: str | None
    first_try: bool = True
    """Whether none of these messages was in a call before. A duplicate refused on a second try is in doubt."""
    personalised: bool = False
    differing: bool = False
    """Each recipient reads its own text; `text` is empty. Only for gateways that list (`Gateway.lists`)."""
    captcha: Captcha | None = None


class Gateway(Protocol):
    """A vendor behind the seam.

    Its threads are many: whatever it keeps is safe to share. It sends each call once and repeats none by itself.
    """

    name: str
    most_at_once: int
    """Calls of one connection that may be in flight together in one process; 0: as many as there are threads."""
    fills_patterns: bool
    """Whether a call may carry a campaign's pattern and the values of each recipient (`Outgoing.personalised`)."""

    def send(self, connection_id: int, outgoing: Outgoing, recipients: Sequence[Recipient]) -> SendResult:
        """Send one text to one or many; never raises for what a vendor or a network can do."""
        ...

    def most_recipients(self, outgoing: Outgoing) -> int:
        """Return how many recipients one call may carry for this text: 1 where each must go singly."""
        ...

    def lists(self, text: str) -> bool:
        """Tell whether this text may travel beside others that differ from it, in one call."""
        ...

    def prove(self, connection_id: int, timeout: float | None = None) -> SendResult:
        """Try the connection's credentials without sending anything; `timeout` in seconds."""
        ...
