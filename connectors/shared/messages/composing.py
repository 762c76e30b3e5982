"""Composing a message: what is asked, completed by the account's defaults and checked, in words for whoever asked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.shared.accounts.senders import Sender
from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.clock import DAY, now_ms
from connectors.shared.errors import NotUnderstood
from connectors.shared.gateways.base import Captcha
from connectors.shared.gateways.installed import features_of
from connectors.shared.kept_text import holds_unkept
from connectors.shared.message_central.sms import UnsupportedFlowType, carried_flow_type
from connectors.shared.messages.accept import PROMOTIONAL_HOURS, NewMessage
from connectors.shared.phone_numbers import InvalidNumber, PhoneNumber, read_local_number
from connectors.shared.segments import Segments, count_segments

MOST_SEGMENTS: Final = 10
LATEST_DUE_DAYS: Final = 90
LONGEST_DLT_ID: Final = 30
LONGEST_EXTERNAL_ID: Final = 255
# A name has eleven characters on the air, a number fifteen digits (3GPP TS 23.040, 9.1.2.5).
SENDER_ID_PATTERN: Final = r"^(?:\+?[0-9]{1,15}|[A-Za-z0-9.&_-](?:[A-Za-z0-9 .&_-]{0,9}[A-Za-z0-9.&_-])?)$"
DLT_ID_PATTERN: Final = rf"^[0-9]{{1,{LONGEST_DLT_ID}}}$"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
# RFC 3339, 5.6: narrower than what fromisoformat() takes, and an offset is a must.
_IS_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?"
).fullmatch
_IS_SENDER_ID = re.compile(SENDER_ID_PATTERN).fullmatch
_IS_DLT_ID = re.compile(DLT_ID_PATTERN).fullmatch


class InvalidMessage(NotUnderstood):
    """A message cannot be sent as it is asked; `field` names what is at fault, the text what to do."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)


def compose(
    sender: Sender,
    *,
    to: str,
    text: str,
    source: str,
    sender_id: str | None = None,
    message_type: str | None = None,
    channel: str | None = None,
    template_id: str | None = None,
    entity_id: str | None = None,
    due_at: int | None = None,
    external_id: str | None = None,
    captcha: Captcha | None = None,
) -> NewMessage:
    """Return a message ready to be accepted; None takes the account's default. `due_at` is UTC milliseconds.

    Raises InvalidMessage.
    """
    kind = read_message_type(sender.message_type if message_type is None else message_type)
    check_dlt_ids(sender, template_id, entity_id)
    if external_id is not None:
        check_external_id(external_id)
    return NewMessage(
        account_id=sender.account_id,
        connection_id=sender.connection_id,
        recipient=_recipient(to, sender.country_code),
        text=text,
        segments=check_text(text),
        sender_id=choose_sender_id(sender, sender_id),
        source=source,
        channel=read_channel("SMS" if channel is None else channel),
        message_type=kind,
        # A template id belongs to the text that it was registered for: the account's is for texts without their own.
        template_id=template_id or sender.template_id,
        entity_id=entity_id or sender.entity_id,
        external_id=external_id,
        due_at=due_at if due_at is None else check_due(due_at),
        hours=PROMOTIONAL_HOURS if kind == "PROMOTIONAL" else None,
        captcha=captcha,
    )


def check_text(text: str) -> Segments:
    """Return how a text travels. Raises InvalidMessage for one that cannot be sent."""
    if not text.strip():
        raise InvalidMessage("text", "The text is empty. Write what the recipient is to read.")
    if holds_unkept(text):
        raise InvalidMessage("text", "The text holds a character that no phone can show (NUL, or half of a character).")
    segments = count_segments(text)
    if segments.count > MOST_SEGMENTS:
        raise InvalidMessage(
            "text",
            f"The text needs {segments.count} SMS ({segments.encoding}); at most {MOST_SEGMENTS} are possible. "
            "Shorten it.",
        )
    return segments


def choose_sender_id(sender: Sender, given: str | None) -> str:
    """Return the sender id that is asked for, or the account's; empty where its gateway needs none.

    Raises InvalidMessage where there is none and one is needed.
    """
    if given is not None:
        return check_sender_id(given)
    if not sender.sender_id and needs_sender_id(sender):
        raise InvalidMessage("sender_id", "Give a sender_id: the account has none of its own.")
    return sender.sender_id or ""


def needs_sender_id(sender: Sender) -> bool:
    """Whether a message must name its sender id; else the vendor has one for who names none."""
    return features_of(sender.gateway).sender_id_needed


def check_sender_id(given: str) -> str:
    """Return a sender id that a phone can show. Raises InvalidMessage."""
    if not _IS_SENDER_ID(given):
        raise InvalidMessage(
            "sender_id",
            "A sender id has 1 to 11 letters, digits, spaces or any of . - _ & and no space at its ends, "
            "or is a number of up to 15 digits.",
        )
    return given


def read_channel(given: str) -> str:
    """Return a channel as the vendor spells it. Raises InvalidMessage."""
    try:
        return carried_flow_type(given)
    except UnsupportedFlowType as error:
        raise InvalidMessage("channel", str(error)) from None


def read_message_type(given: str) -> str:
    """Return a message type as the vendor spells it. Raises InvalidMessage."""
    if given.upper() not in MESSAGE_TYPES:
        raise InvalidMessage("message_type", f"Choose one of {', '.join(MESSAGE_TYPES)}.")
    return given.upper()


def check_dlt_ids(sender: Sender, template_id: str | None, entity_id: str | None) -> None:
    """Check the ids of India's DLT: the vendor takes both or neither. Raises InvalidMessage."""
    if template_id is not None:
        check_dlt_id("template_id", template_id)
    if entity_id is not None:
        check_dlt_id("entity_id", entity_id)
    if template_id is not None and not (entity_id or sender.entity_id):
        raise InvalidMessage(
            "entity_id", "Give the entity_id that the template_id belongs to: the account has none of its own."
        )
    if entity_id is not None and not (template_id or sender.template_id):
        raise InvalidMessage(
            "template_id", "Give the template_id of the text, too: the vendor takes both, and the account has none."
        )


def check_dlt_id(field: str, given: str) -> None:
    """Check one id of India's DLT. Raises InvalidMessage."""
    if not _IS_DLT_ID(given):
        raise InvalidMessage(field, f"A DLT id has digits only, at most {LONGEST_DLT_ID}, as on the DLT portal.")


def check_external_id(given: str) -> None:
    """Check the caller's own id of a message. Raises InvalidMessage."""
    if not 1 <= len(given) <= LONGEST_EXTERNAL_ID or holds_unkept(given):
        raise InvalidMessage(
            "external_id", f"An external id has 1 to {LONGEST_EXTERNAL_ID} characters, none of them NUL."
        )


def read_moment(text: str) -> int:
    """Return an RFC 3339 moment as UTC milliseconds. Raises ValueError in words for a person."""
    found = _IS_MOMENT(text)
    if found is None:
        raise ValueError("Write a moment like 2026-11-21T08:00:00Z or 2026-11-21T13:30:00+05:30.")
    if found["offset"] is None:
        raise ValueError("Give its offset from UTC too, as in 2026-11-21T08:00:00Z or 2026-11-21T13:30:00+05:30.")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("There is no such day or time. Write it like 2026-11-21T08:00:00Z.") from None
    return (moment - _EPOCH) // _MILLISECOND


def check_due(moment: int) -> int | None:
    """Return when a message is to go: None for now, which is what a moment in the past means. Raises InvalidMessage."""
    now = now_ms()
    if moment > now + LATEST_DUE_DAYS * DAY:
        raise InvalidMessage("due_at", f"This is too far ahead: at most {LATEST_DUE_DAYS} days are possible.")
    return moment if moment > now else None


def _recipient(to: str, country_code: str | None) -> PhoneNumber:
    try:
        return read_local_number(to, country_code)
    except InvalidNumber as error:
        raise InvalidMessage("to", str(error)) from None
