"""What whoever verifies numbers promises: the vendor, or ourselves by one of its messages or calls.

Like `gateways.base` it answers with one of a closed list of results, and who asks knows no vendor.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from connectors.shared.gateways.base import SendResult

NO_SUCH_CHANNEL: Final = "no_such_channel"
"""The word of ours beside REFUSED where a vendor lacks the channel."""


class StartVerdict(Enum):
    """What became of a wish to have a code sent."""

    TAKEN = "taken"  # the vendor sends it
    EXISTS = "exists"  # nothing was sent: the number still has a code that is good
    REFUSED = "refused"  # nothing was sent, by this channel never will be; another may do
    NUMBER_REFUSED = "number refused"  # nothing was sent, nor will be by any channel
    TOO_MANY = "too many"  # nothing was sent: the vendor's own limit
    UNAVAILABLE = "unavailable"  # nothing was sent, and it may work later
    ACCOUNT_REFUSED = "account refused"  # nothing was sent: nothing of this account will, for now
    IN_DOUBT = "in doubt"  # it may have gone out, and nobody could check it


class CheckVerdict(Enum):
    """What the vendor says of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"  # it was verified before
    EXPIRED = "expired"
    TOO_MANY = "too many"  # the vendor takes no more guesses
    UNKNOWN = "unknown"  # the vendor knows no such verification
    UNAVAILABLE = "unavailable"  # no verdict
    ACCOUNT_REFUSED = "account refused"  # no verdict


@dataclass(frozen=True, slots=True)
class StartResult:
    """The end of one wish."""

    verdict: StartVerdict
    code: str | None = None
    """The vendor's code, or a word of ours such as `no_answer`."""
    explanation: str = ""
    """For a person: what happened and what to do. Holds nothing secret."""
    vendor_id: str | None = None
    """What the vendor knows the code by; always there where it is TAKEN."""
    transaction_id: str | None = None
    """What its receipts say."""
    timeout_seconds: float | None = None
    """How long the code is good."""
    retry_after: float | None = None
    """Seconds the vendor asked us to wait."""
    call_number: str | None = None
    """By the channel CALL: the number (digits) that the person has to call."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The end of one check. `message` is the vendor's own words; for the others see StartResult."""

    verdict: CheckVerdict
    code: str | None = None
    message: str = ""
    explanation: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Whom a code is for, by which channel (SMS, WHATSAPP, RCS, CALL, PIN), and how many digits it has (4 to 8).

    `language` is the caller's word for it ("en", "pt-BR"), `ttl_seconds` how long the code is to be good; None: as
    the vendor, or we, have it.
    """

    country_code: str
    national: str = field(repr=False)
    channel: str
    code_length: int
    language: str | None = None
    ttl_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CallToConfirm:
    """Which number (digits) a person has to call within `seconds`; or, with no number, why not."""

    number: str | None
    seconds: float
    result: SendResult


class CallConfirmation(Protocol):
    """A vendor that confirms a number by a call from it: SMSC's `wait_call.php`."""

    def ask(self, connection_id: int, number: str) -> CallToConfirm:
        """Ask which number this one (digits of E.164) is to call; never raises for what a vendor can do."""
        ...


@dataclass(frozen=True, slots=True)
class SentPin:
    """A PIN that the vendor made, sent and told us; or, with none, why not."""

    pin: str | None = field(repr=False)
    result: SendResult


class PinSender(Protocol):
    """A vendor that makes a PIN, sends it and tells it: Ogangi's `sendSMSPinMobileNumberConfirm`."""

    def send_pin(self, connection_id: int, number: str, text: str, length: int) -> SentPin:
        """Have a PIN of so many characters sent (digits of E.164); never raises for what a vendor can do."""
        ...


class Verifier(Protocol):
    """Who verifies numbers for the connections of a gateway."""

    name: str
    channels: tuple[str, ...]
    """By which channels it can; it refuses the others without asking anybody (`refused_channel`)."""

    def start(self, connection_id: int, request: CodeRequest) -> StartResult:
        """Have a code made and sent; never raises for what a vendor or a network can do."""
        ...

    def check(self, connection_id: int, vendor_id: str, code: str, language: str | None) -> CheckResult:
        """Ask whether this is the code; never raises for what a vendor or a network can do."""
        ...


def refused_channel(title: str, channels: tuple[str, ...], channel: str) -> StartResult | None:
    """Return the refusal of a channel that a vendor lacks, in words naming those that it has; else None."""
    if channel in channels:
        return None
    words = f"{title} verifies no numbers by {channel}. It can by {', '.join(channels)}."
    return StartResult(StartVerdict.REFUSED, NO_SUCH_CHANNEL, words)
