"""What CleverTap sends us: its fields, checked and put into our words.

The names are those of the vendor's own guide ("CleverTap CRM Integration", step v), for which this endpoint is a
drop-in. Keys that nobody asked for are ignored, since marketers may add their own to any campaign.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from connectors.shared.message_central import CARRIED_FLOW_TYPES

LONGEST_MID = 1_000
LONGEST_SENDER_ID = 15
LONGEST_DLT_ID = 64
LONGEST_ECHO = 40

_UNFILLED = re.compile(r"\$\$\w+", re.ASCII).fullmatch
_NO_NUMBER = 'mobileNumber is missing. In CleverTap it is "$$To".'
_NO_TEXT = 'messageText is missing. In CleverTap it is "$$Body".'
_MESSAGE_TYPES = {
    "TRANSACTION": "TRANSACTION",
    "TRANSACTIONAL": "TRANSACTION",  # what public clients of the vendor send
    "PROMOTIONAL": "PROMOTIONAL",
    "OTP": "OTP",
}


class Words(fields.Field[str | None]):
    """A string, or a number written without quotes; at most `longest` characters, none of them NUL.

    An empty value, and a placeholder that CleverTap left unfilled, count as absent. `verbatim` keeps outer spaces.
    """

    def __init__(self, *, longest: int | None = None, verbatim: bool = False) -> None:
        super().__init__(load_default=None, allow_none=True)
        self.longest = longest
        self.verbatim = verbatim

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str | None:
        text = _as_text(value, attr)
        stripped = text.strip()
        if not stripped or _UNFILLED(stripped):
            return None
        if self.longest is not None and len(text) > self.longest:
            raise ValidationError(f"{attr} has {len(text)} characters; at most {self.longest} are possible.")
        return text if self.verbatim else stripped


class Channel(Words):
    """`flowType`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str | None:
        given = super()._deserialize(value, attr, data)
        if given is None or given in CARRIED_FLOW_TYPES:
            return given
        if given.upper() == "SAUTH":
            raise ValidationError("SAUTH (silent authentication) carries no text. Use SMS, WHATSAPP or RCS.")
        if given.upper() not in CARRIED_FLOW_TYPES:
            raise ValidationError("flowType must be SMS, WHATSAPP or RCS.")
        return given.upper()


class MessageType(Words):
    """`messageType`, in the vendor's spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str | None:
        given = super()._deserialize(value, attr, data)
        if given is not None and given.upper() not in _MESSAGE_TYPES:
            raise ValidationError("messageType must be TRANSACTION, PROMOTIONAL or OTP.")
        return given and _MESSAGE_TYPES[given.upper()]


class Type(Words):
    """`type`: this endpoint is for messages, not for Verify Now."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str | None:
        given = super()._deserialize(value, attr, data)
        if given is not None and given.upper() != "SMS":
            raise ValidationError('type must be "SMS" here.')
        return given


class MessageText(fields.Field[str]):
    """The text, kept as it comes."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        text = _as_text(value, attr)
        stripped = text.strip()
        if not stripped:
            raise ValidationError(_NO_TEXT)
        if _UNFILLED(stripped):
            raise ValidationError(f"CleverTap left {stripped[:LONGEST_ECHO]} unfilled: this campaign has no text.")
        return text


class MobileNumber(fields.Field[str | int]):
    """A phone number as people and programs write it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str | int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValidationError("mobileNumber must be a text like +919816111111.")
        if isinstance(value, str):
            stripped = value.strip()
            if not stripped:
                raise ValidationError(_NO_NUMBER)
            if _UNFILLED(stripped):
                raise ValidationError(
                    f"CleverTap left {stripped[:LONGEST_ECHO]} unfilled: this profile has no phone number."
                )
        return value


class SmsSchema(Schema):
    """One message as CleverTap describes it."""

    class Meta:
        unknown = EXCLUDE

    flowType = Channel()
    type = Type()
    mobileNumber = MobileNumber(required=True, error_messages={"required": _NO_NUMBER, "null": _NO_NUMBER})
    messageText = MessageText(required=True, error_messages={"required": _NO_TEXT, "null": _NO_TEXT})
    senderId = Words(longest=LONGEST_SENDER_ID)
    mid = Words(longest=LONGEST_MID, verbatim=True)
    messageType = MessageType()
    templateId = Words(longest=LONGEST_DLT_ID)
    entityId = Words(longest=LONGEST_DLT_ID)


def _as_text(value: Any, name: str | None) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValidationError(f"{name} must be a text.")
    if "\x00" in value:
        raise ValidationError(f"{name} holds a character (NUL) that no phone can show. Remove it.")
    return value
