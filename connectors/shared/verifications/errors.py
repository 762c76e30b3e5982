"""Why a code was not sent or not checked, in words for a person. None of them holds a code or a whole number."""

import math
from typing import NoReturn

from connectors.shared.clock import SECOND
from connectors.shared.errors import ConnectorsError, NotUnderstood
from connectors.shared.gateways.verifier import NO_SUCH_CHANNEL, StartResult, StartVerdict

LATER_SECONDS = 5
ACCOUNT_SECONDS = 60
LIMIT_SECONDS = 300
"""The vendor does not say when its limit ends."""
VENDOR_TIMEOUT_SECONDS = 60.0
"""The documents' own example, where an answer names none."""


class RecipientRefused(NotUnderstood):
    """No code can be sent to this number."""


class ChannelRefused(RecipientRefused):
    """No gateway of the account verifies numbers by such a channel."""


class InvalidCode(NotUnderstood):
    """What was typed can be no code."""


class TooManyCodes(ConnectorsError):
    """Enough codes for now; `retry_after` in whole seconds."""

    def __init__(self, words: str, retry_after: float) -> None:
        super().__init__(words)
        self.retry_after = whole_seconds(retry_after)


class VendorUnavailable(ConnectorsError):
    """The vendor did not do it, and may later; `retry_after` in whole seconds."""

    def __init__(self, words: str, retry_after: float) -> None:
        super().__init__(words)
        self.retry_after = whole_seconds(retry_after)


def whole_seconds(seconds: float) -> int:
    """Return at least one second, and at most an hour: a vendor's word for how long to wait is not trusted further."""
    return math.ceil(min(max(seconds, 1.0), 3_600.0))


def seconds_until(moment_ms: int, now: int) -> float:
    return (moment_ms - now) / SECOND


def refuse(result: StartResult) -> NoReturn:
    """Raise what a wish that was not granted means to the caller."""
    asked = result.retry_after
    match result.verdict:
        case StartVerdict.REFUSED if result.code == NO_SUCH_CHANNEL:
            raise ChannelRefused(result.explanation)
        case StartVerdict.REFUSED | StartVerdict.NUMBER_REFUSED:
            raise RecipientRefused(result.explanation)
        case StartVerdict.EXISTS:
            raise TooManyCodes(result.explanation, asked or result.timeout_seconds or VENDOR_TIMEOUT_SECONDS)
        case StartVerdict.TOO_MANY:
            raise TooManyCodes(result.explanation, asked or (LIMIT_SECONDS if result.code == "800" else LATER_SECONDS))
        case StartVerdict.ACCOUNT_REFUSED:
            raise VendorUnavailable(result.explanation, asked or ACCOUNT_SECONDS)
        case _:
            raise VendorUnavailable(result.explanation, asked or LATER_SECONDS)
