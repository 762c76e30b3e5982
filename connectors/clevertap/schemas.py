"""What CleverTap sends us: its fields, checked and put into our words.

The names are those of the vendor's own guide ("CleverTap CRM Integration", step v), for which this endpoint is a
drop-in. Keys that nobody asked for are ignored, since marketers may add their own to any campaign.
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load

from connectors.shared.message_central import CARRIED_FLOW_TYPES

LONGEST_MID = 1_000
LONGEST_SENDER_ID = 15
LONGEST_DLT_ID = 64

_UNFILLED = re.compile(r"\$\$\w+", re.ASCII)
_MESSAGE_TYPES = {
    "TRANSACTION": "TRANSACTION",
    "TRANSACTIONAL": "TRANSACTION",  # what public clients of the vendor send
    "PROMOTIONAL": "PROMOTIONAL",
    "OTP": "OTP",
}


class Words(fields.Field[str]):
    """A string, or a number written without quotes; at most `longest` characters, none of them NUL."""

    def __init__(self, *, longest: int | None = None, **kwargs: Any) -> None:
        super().__init__(load_default=None, allow_none=True, **kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError(f"{attr} must be a text.")
        if "\x00" in value:
            raise ValidationError(f"{attr} holds a character (NUL) that no phone can show. Remove it.")
        if self.longest is not None and len(value) > self.longest:
            raise ValidationError(f"{attr} has {len(value)} characters; at most {self.longest} are possible.")
        return value


class MobileNumber(fields.Field[str | int]):
    """A phone number as people and programs write it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str | int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValidationError("mobileNumber must be a text like +919816111111.")
        return value


class SmsSchema(Schema):
    """One message as CleverTap describes it."""

    class Meta:
        unknown = EXCLUDE

    flowType = Words()
    type = Words()
    mobileNumber = MobileNumber(load_default=None, allow_none=True)
    messageText = Words()
    senderId = Words(longest=LONGEST_SENDER_ID)
    mid = Words(longest=LONGEST_MID)
    messageType = Words()
    templateId = Words(longest=LONGEST_DLT_ID)
    entityId = Words(longest=LONGEST_DLT_ID)

    @pre_load
    def forget_blanks(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """Take an empty value for an absent one, and so an optional placeholder that CleverTap left unfilled."""
        return {key: value for key, value in data.items() if not _is_absent(key, value)}

    @post_load
    def check(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Check what can be checked without knowing the customer."""
        data["flowType"] = _flow_type(data["flowType"])
        data["messageType"] = _message_type(data["messageType"])
        if (data["type"] or "SMS").upper() != "SMS":
            raise ValidationError('type must be "SMS" here.', "type")
        if data["mobileNumber"] is None:
            raise ValidationError('mobileNumber is missing. In CleverTap it is "$$To".', "mobileNumber")
        if _is_placeholder(data["mobileNumber"]):
            raise ValidationError(
                f"CleverTap left {data['mobileNumber']} unfilled: this profile has no phone number.",
                "mobileNumber",
            )
        if not (data["messageText"] or "").strip():
            raise ValidationError('messageText is missing. In CleverTap it is "$$Body".', "messageText")
        if _is_placeholder(data["messageText"]):
            raise ValidationError(
                f"CleverTap left {data['messageText']} unfilled: this campaign has no text.", "messageText"
            )
        return data


def _is_absent(key: str, value: Any) -> bool:
    if value is None or value == "":
        return True
    return key not in ("mobileNumber", "messageText") and _is_placeholder(value)


def _is_placeholder(value: Any) -> bool:
    return isinstance(value, str) and _UNFILLED.fullmatch(value.strip()) is not None


def _flow_type(given: str | None) -> str:
    flow_type = (given or "SMS").upper()
    if flow_type == "SAUTH":
        raise ValidationError("SAUTH (silent authentication) carries no text. Use SMS, WHATSAPP or RCS.", "flowType")
    if flow_type not in CARRIED_FLOW_TYPES:
        raise ValidationError("flowType must be SMS, WHATSAPP or RCS.", "flowType")
    return flow_type


def _message_type(given: str | None) -> str | None:
    if given is None:
        return None
    if given.upper() not in _MESSAGE_TYPES:
        raise ValidationError("messageType must be TRANSACTION, PROMOTIONAL or OTP.", "messageType")
    return _MESSAGE_TYPES[given.upper()]
