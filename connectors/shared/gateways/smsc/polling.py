"""Messages from phones, asked for: https://smscentre.com/api/http/get_data/inbox.

SMSC also calls us with each. Polling brings what came while nobody answered its calls, and all of it where it was given
no URL to call.
"""

from collections.abc import Callable, Sequence
from typing import Final

from connectors.shared.clock import MINUTE, now_ms
from connectors.shared.errors import NotFound, StoreUnavailable
from connectors.shared.gateways.smsc.answers import Answered, Outcome, Refusal
from connectors.shared.gateways.smsc.bounded import BoundedSmsc
from connectors.shared.gateways.smsc.client import MOST_HOURS
from connectors.shared.incoming.message import IncomingMessage
from connectors.shared.incoming.source import IsKnown, Polled
from connectors.shared.secrets import SecretUnreadable

FIRST_LOOK_HOURS: Final = MOST_HOURS
"""As far back as SMSC goes: who wrote STOP before the account was connected here meant it too."""
PAGE_SIZES: Final = (1_000, 100, 10)
"""The largest first; an answer that is too long to be read is asked for in smaller pieces."""
MOST_PAGES: Final = 10
CALL_MARK: Final = "[waitcall]"
CALL_GOOD_FOR_MS: Final = 15 * MINUTE
"""An older call confirms nothing any more: it may be of another day, and found at the first look."""
LONGEST_ID: Final = 64

ConfirmCall = Callable[[int, str, str, int], object]
"""Told of a call: the connection's id, who called, which number (both digits), and when (UTC milliseconds)."""


class SmscIncoming:
    """Asks SMSC for what came after the last one known; its id is the cursor."""

    def __init__(self, bounded: BoundedSmsc, confirm_call: ConfirmCall) -> None:
        self._bounded = bounded
        self._confirm_call = confirm_call

    def poll(self, connection_id: int, cursor: str | None, is_known: IsKnown) -> Polled:
        """Ask for what is new; calls that confirm a number are handed on, and are no messages."""
        messages: list[IncomingMessage] = []
        try:
            for _ in range(MOST_PAGES):
                found, full = self._page(connection_id, cursor)
                if isinstance(found, Refusal):
                    # Held back by ourselves, which is as it should be: the next look asks.
                    return Polled(messages, cursor, None if found.outcome is Outcome.BOUNDED else _failure(found))
                new = [answered for answered in found if _is_after(answered, cursor)]
                self._hand_on(connection_id, new)
                messages += [_message(answered) for answered in new if answered.phone and not _is_call(answered)]
                before, cursor = cursor, _last_id(new, cursor)
                if not full or cursor == before:
                    break
        except (NotFound, SecretUnreadable, StoreUnavailable) as error:
            return Polled(messages, cursor, str(error))
        return Polled(messages, cursor)

    def _page(self, connection_id: int, cursor: str | None) -> tuple[list[Answered] | Refusal, bool]:
        hours = FIRST_LOOK_HOURS if cursor is None else None
        found: list[Answered] | Refusal = []
        for size in PAGE_SIZES:
            found = self._bounded.answers(connection_id, after=cursor, hours=hours, count=size)
            if not isinstance(found, Refusal):
                return found, len(found) >= size
            if found.outcome is not Outcome.UNREADABLE or found.http_status != 200:
                break
        return found, False

    def _hand_on(self, connection_id: int, new: Sequence[Answered]) -> None:
        moment = now_ms()
        for answered in filter(_is_call, new):
            called_at = answered.received_at
            if answered.phone and called_at is not None and moment - called_at < CALL_GOOD_FOR_MS:
                self._confirm_call(connection_id, answered.phone, answered.to_phone, min(called_at, moment))


def _is_call(answered: Answered) -> bool:
    return answered.message.lstrip().startswith(CALL_MARK)


def _message(answered: Answered) -> IncomingMessage:
    known = answered.received_at
    return IncomingMessage(
        sender=answered.phone,
        recipient=answered.to_phone,
        text=answered.message,
        # A clock that is ahead of ours would let this message outrank whatever comes after it.
        happened_at=None if known is None else min(known, now_ms()),
        vendor_id=answered.id if answered.id is not None and len(answered.id) <= LONGEST_ID else None,
    )


def _is_after(answered: Answered, cursor: str | None) -> bool:
    number, last = _number(answered.id), _number(cursor)
    return number is None or last is None or number > last


def _last_id(new: Sequence[Answered], cursor: str | None) -> str | None:
    numbers = [number for answered in new if (number := _number(answered.id)) is not None]
    return str(max(numbers)) if numbers else cursor


def _number(value: str | None) -> int | None:
    usable = value is not None and value.isascii() and value.isdigit() and len(value) < 20
    return int(value) if usable and value is not None else None


def _failure(refusal: Refusal) -> str:
    code = "" if refusal.code is None else f" ({refusal.code})"
    return f"SMSC did not tell its messages{code}: {refusal.words or refusal.outcome.value}"
