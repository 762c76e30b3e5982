"""The shapes of messages: what validates requests, dumps answers and makes the OpenAPI document."""

from functools import partial
from ipaddress import ip_address
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.message_central import CARRIED_FLOW_TYPES
from connectors.shared.messages.composing import (
    DLT_ID_PATTERN,
    SENDER_ID_PATTERN,
    check_dlt_id,
    check_external_id,
    check_sender_id,
    check_text,
    read_channel,
)
from connectors.shared.messages.resolve import Resolution
from connectors.shared.messages.states import Status
from connectors.shared.web.moments import DueAt
from connectors.shared.web.shapes import PRINTABLE, PRINTS, UUID, PageQuerySchema, checked, moment, next_page, one_of
from connectors.shared.web.shapes import text as _text

LONGEST_CAPTCHA: Final = 32
LONGEST_ADDRESS: Final = 45
"""Of an IPv6 address that ends in an IPv4 one."""


class MessageErrorSchema(Schema):
    """Why a message did not arrive."""

    code = _text("The vendor's code, or a word of ours.", "511")
    message = _text("The reason, for a person.", "The mobile number is invalid.", nullable=True)


class MessageSchema(Schema):
    """A message."""

    id = _text("Its id; grows with time.", UUID)
    status = _text("Where it stands.", "delivered", validate=one_of(Status))
    to = _text("The recipient, in E.164; null once erased.", "+919816111111", nullable=True)
    sender_id = _text("Who it is from, as the phone shows it; empty: as its gateway has it.", "UTOMOB")
    text = _text("Its text; null once erased or redacted.", "Your order has been shipped.", nullable=True)
    channel = _text("How it travels: SMS, WHATSAPP or RCS.", "SMS")
    message_type = _text("What it is for.", "TRANSACTION", validate=one_of(MESSAGE_TYPES))
    encoding = _text("How its text is encoded.", "GSM-7", validate=one_of(("GSM-7", "UCS-2")))
    segments = fields.Integer(required=True, metadata={"description": "How many SMS it is billed as.", "example": 1})
    source = _text("The connector that asked for it.", "clevertap")
    external_id = _text("The id that the source gave it.", "1732175999_42", nullable=True)
    campaign_id = _text("The campaign it belongs to.", None, nullable=True)
    transaction_id = _text("The vendor's id for it.", "1732176000123", nullable=True)
    error = fields.Nested(
        MessageErrorSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why it did not arrive; null where nothing is wrong."},
    )
    created_at = moment("When it was accepted.", "2026-11-21T08:00:00Z", nullable=False)
    due_at = moment("When it is to be sent; null: at once.", None)
    sent_at = moment("When the vendor took it.", "2026-11-21T08:00:01Z")
    finished_at = moment("When its end was known.", "2026-11-21T08:00:04Z")


def _dlt_id(field: str, description: str, example: str) -> fields.String:
    return fields.String(
        validate=checked(partial(check_dlt_id, field)),
        metadata={"description": description, "example": example, "pattern": DLT_ID_PATTERN},
    )


class Channel(validate.OneOf):
    """A channel that carries a text; of others it says why not."""

    def __init__(self) -> None:
        super().__init__(CARRIED_FLOW_TYPES)

    def __call__(self, value: Any) -> Any:
        if value not in self.choices:
            checked(read_channel)(value)
        return super().__call__(value)


class SendingSchema(Schema):
    """How and when something is to be sent; what is left out is as the template or the account has it."""

    sender_id = fields.String(
        validate=checked(check_sender_id),
        metadata={
            "description": "Who it is from; else the template's or the account's.",
            "example": "UTOMOB",
            "pattern": SENDER_ID_PATTERN,
        },
    )
    message_type = fields.String(
        validate=one_of(MESSAGE_TYPES),
        metadata={"description": "What it is for; else the template's or the account's.", "example": "TRANSACTION"},
    )
    channel = fields.String(
        load_default="SMS", validate=Channel(), metadata={"description": "How it travels.", "example": "SMS"}
    )
    template_id = _dlt_id("template_id", "The DLT id of the registered text (India).", "1107161234567890123")
    entity_id = _dlt_id("entity_id", "The DLT id of the business (India).", "1101456789012345678")
    due_at = DueAt(
        "When to send it, at most 90 days ahead; in the past, or left out: now.", "2026-12-24T09:00:00+05:30"
    )


def _check_address(value: str) -> None:
    words = "Give the IP address of the person, such as 203.0.113.7."
    if "%" in value:  # an address within one machine
        raise ValidationError(words)
    try:
        ip_address(value)
    except ValueError:
        raise ValidationError(words) from None


class CaptchaSchema(Schema):
    """What a person read from the vendor's picture, where a stranger may cause the message."""

    imgcode = fields.String(
        required=True,
        validate=[validate.Length(1, LONGEST_CAPTCHA), PRINTS],
        metadata={"description": "The code that the person read from the picture.", "example": "7f3k"},
    )
    userip = fields.String(
        required=True,
        validate=[validate.Length(1, LONGEST_ADDRESS), _check_address],
        metadata={"description": "The IP address of the person.", "example": "203.0.113.7"},
    )


class NewMessageSchema(SendingSchema):
    """A message to send: `text`, or `template` with its `variables`."""

    to = fields.String(
        required=True,
        error_messages={"invalid": 'Write the number as a text, for example "+919876543210".'},
        metadata={
            "description": "The recipient in E.164; a national number is read as of the account's country.",
            "example": "+919816111111",
            "minLength": 1,
            "maxLength": 40,
        },
    )
    text = fields.String(
        validate=checked(check_text),
        metadata={
            "description": "What to send, at most 10 segments.",
            "example": "Your order has been shipped.",
            "minLength": 1,
            "maxLength": 1_530,
        },
    )
    template = fields.String(
        validate=[validate.Length(1, 100), PRINTS],
        metadata={"description": "The name or id of a template, instead of a text.", "example": "order shipped"},
    )
    variables = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        metadata={"description": "What the template's variables stand for.", "example": {"first_name": "Asha"}},
    )
    external_id = fields.String(
        validate=checked(check_external_id),
        metadata={"description": "Your own id for it.", "example": "order-1042", "minLength": 1, "maxLength": 255},
    )
    captcha = fields.Nested(
        CaptchaSchema,
        metadata={"description": "Only for a message that travels by a gateway with captchas. It is never shown."},
    )

    @validates_schema(skip_on_field_errors=False)
    def _has_one_text(self, data: dict[str, Any], **_: Any) -> None:
        if "text" in data and "template" in data:
            raise ValidationError("Give either text or template, not both.", "template")
        if "variables" in data and "text" in data:
            raise ValidationError("Variables are for a template; a text is sent as it is.", "variables")

    @validates_schema
    def _has_a_text(self, data: dict[str, Any], **_: Any) -> None:
        if "text" not in data and "template" not in data:
            raise ValidationError("Give a text, or a template.", "text")


class MessagePageSchema(Schema):
    """Messages, newest first."""

    items = fields.List(fields.Nested(MessageSchema), required=True, metadata={"description": "The messages."})
    next = next_page()


class MessageQuerySchema(PageQuerySchema):
    """Which messages to list."""

    status = fields.String(
        validate=one_of(Status),
        metadata={"description": "Only messages that stand here.", "example": "delivered"},
    )
    to = fields.String(
        validate=validate.Length(1, 40),
        metadata={
            "description": "Only messages to this number; a national one is read as of the account's country.",
            "example": "+919816111111",
        },
    )
    source = fields.String(
        validate=[validate.Length(1, 32), PRINTABLE],
        metadata={"description": "Only messages that this connector asked for.", "example": "clevertap"},
    )
    campaign_id = fields.String(
        validate=[validate.Length(1, 36), PRINTABLE],
        metadata={"description": "Only messages of this campaign.", "example": UUID},
    )


class ResolveSchema(Schema):
    """What is known, or wanted, of a message in doubt."""

    resolution = fields.Enum(
        Resolution,
        by_value=fields.String(),
        data_key="as",
        required=True,
        metadata={
            "description": (
                "`sent`: it went out. `failed`: it did not. `resend`: send it again, at the risk of a second copy."
            ),
            "example": "sent",
        },
    )
