"""The shapes of the API: what validates requests, dumps answers and makes the OpenAPI document."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from connectors.shared.accounts.states import ConnectionState
from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.messages.resolve import Resolution
from connectors.shared.messages.states import Status

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 500

# Printable ASCII: neither database nor log has trouble with what is compared against ids of ours.
_PRINTABLE = validate.Regexp(r"^[ -~]+$", error="Only printable ASCII characters occur here.")


def _moment(description: str, example: str | None, *, nullable: bool = True) -> fields.String:
    metadata = {"description": description, "format": "date-time", "example": example}
    return fields.String(required=True, allow_none=nullable, metadata=metadata)


def _text(description: str, example: str | None, *, nullable: bool = False, **options: Any) -> fields.String:
    metadata = {"description": description, "example": example}
    return fields.String(required=True, allow_none=nullable, metadata=metadata, **options)


def _one_of(kind: Any) -> validate.OneOf:
    return validate.OneOf([str(value) for value in kind])


class ProblemSchema(Schema):
    """A problem document (RFC 9457)."""

    type = _text("What kind of problem this is.", "about:blank")
    title = _text("The name of the status.", "Unprocessable Entity")
    status = fields.Integer(required=True, metadata={"description": "The HTTP status.", "example": 422})
    detail = _text("What is wrong and what to do, for a person.", "Check limit.")
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "On 422: what is wrong, by the name of the field.",
            "example": {"limit": ["Must be greater than or equal to 1 and less than or equal to 500."]},
        },
    )


class MessageErrorSchema(Schema):
    """Why a message did not arrive."""

    code = _text("The vendor's code, or a word of ours.", "511")
    message = _text("The reason, for a person.", "The mobile number is invalid.", nullable=True)


class MessageSchema(Schema):
    """A message."""

    id = _text("Its id; grows with time.", "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50")
    status = _text("Where it stands.", "delivered", validate=_one_of(Status))
    to = _text("The recipient, in E.164; null once erased.", "+919816111111", nullable=True)
    sender_id = _text("Who it is from, as the phone shows it.", "UTOMOB")
    text = _text("Its text; null once erased.", "Your order has been shipped.", nullable=True)
    channel = _text("How it travels: SMS, WHATSAPP or RCS.", "SMS")
    message_type = _text("What it is for.", "TRANSACTION", validate=_one_of(MESSAGE_TYPES))
    encoding = _text("How its text is encoded.", "GSM-7", validate=_one_of(("GSM-7", "UCS-2")))
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
    created_at = _moment("When it was accepted.", "2026-11-21T08:00:00Z", nullable=False)
    due_at = _moment("When it is to be sent; null: at once.", None)
    sent_at = _moment("When the vendor took it.", "2026-11-21T08:00:01Z")
    finished_at = _moment("When its end was known.", "2026-11-21T08:00:04Z")


class MessagePageSchema(Schema):
    """Messages, newest first."""

    items = fields.List(fields.Nested(MessageSchema), required=True, metadata={"description": "The messages."})
    next = _text("Give it as `cursor` for the next page; null at the end.", None, nullable=True)


class MessageQuerySchema(Schema):
    """Which messages to list."""

    status = fields.String(
        validate=_one_of(Status),
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
        validate=[validate.Length(1, 32), _PRINTABLE],
        metadata={"description": "Only messages that this connector asked for.", "example": "clevertap"},
    )
    campaign_id = fields.String(
        validate=[validate.Length(1, 36), _PRINTABLE],
        metadata={"description": "Only messages of this campaign.", "example": "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50"},
    )
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, LARGEST_LIMIT),
        metadata={"description": "How many to return at most.", "example": DEFAULT_LIMIT},
    )
    cursor = fields.String(
        validate=[validate.Length(1, 512), _PRINTABLE],
        metadata={"description": "The `next` of the page before; good for the account that got it."},
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


class ReasonSchema(Schema):
    """Why an account's messages do not go out."""

    code = _text("The vendor's code.", "508", nullable=True)
    message = _text("The reason, for a person.", "The account has no credit left.")


class AccountSchema(Schema):
    """An account and how it is."""

    customer_id = _text("The Message Central customer id.", "C-1234567890ABCDE")
    sender_id = _text("The sender id of messages without their own.", "UTOMOB", nullable=True)
    country_code = _text("The calling code by which national numbers are read.", "91", nullable=True)
    message_type = _text("The type of messages without their own.", "TRANSACTION", validate=_one_of(MESSAGE_TYPES))
    entity_id = _text("The DLT entity id.", "1101456789012345678", nullable=True)
    template_id = _text("The DLT template id.", "1107161234567890123", nullable=True)
    rate = fields.Float(required=True, metadata={"description": "Messages a second; 0: no limit.", "example": 0})
    bulk = fields.Boolean(required=True, metadata={"description": "Whether equal texts share a call.", "example": True})
    email = _text("The e-mail of the Message Central account.", "sms@example.com", nullable=True)
    state = _text("Whether its messages go out.", "active", validate=_one_of(ConnectionState))
    reason = fields.Nested(
        ReasonSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why it is paused or refused; null where it is not."},
    )
    retry_at = _moment("When a paused account is tried next.", None)
    last_receipt_at = _moment("When a delivery receipt last came for it.", "2026-11-21T08:00:04Z")
    unmatched_receipts = fields.Integer(
        required=True, metadata={"description": "Receipts that fit no message.", "example": 0}
    )
    waiting = fields.Integer(required=True, metadata={"description": "Messages not yet sent.", "example": 12})
    created_at = _moment("When the account was added.", "2026-11-01T09:30:00Z", nullable=False)
