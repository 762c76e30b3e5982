"""The shapes of one-time codes in the API."""

from typing import Final

from marshmallow import Schema, ValidationError, fields, validate

from connectors.shared.verifications.checking import CODE_PATTERN
from connectors.shared.verifications.states import CHANNELS, LANGUAGE_PATTERN, VerificationStatus
from connectors.shared.web.shapes import UUID, moment, one_of, text

LONGEST_TTL_SECONDS: Final = 86_400
DEFAULT_CODE_LENGTH: Final = 6

_STATUSES = one_of(VerificationStatus)
_STATUS = (
    "`pending`: a code is out. `approved`: the right one was given. `expired`: it is no longer good. `locked`: too "
    "many wrong ones were given."
)


def _no_duplicates(channels: list[str]) -> None:
    if len(set(channels)) < len(channels):
        raise ValidationError("Name each channel once.")


class NewVerificationSchema(Schema):
    """A number to be verified."""

    to = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={
            "description": "The number; a national one is read as of the account's country.",
            "example": "+919816111111",
        },
    )
    channels = fields.List(
        fields.String(validate=validate.OneOf(CHANNELS)),
        load_default=["SMS"],
        validate=[validate.Length(1, len(CHANNELS)), _no_duplicates],
        metadata={
            "description": (
                "By what the code travels: the first at once, the next where the vendor refuses one, where a receipt "
                "says that it was not delivered, and on `resend`. `CALL`: the person calls a number (SMSC). `PIN`: the "
                "vendor makes the code (Ogangi). By which gateways the others travel is in docs/gateways.md."
            ),
            "example": ["SMS", "WHATSAPP"],
            "uniqueItems": True,
        },
    )
    code_length = fields.Integer(
        strict=True,
        load_default=DEFAULT_CODE_LENGTH,
        validate=validate.Range(4, 8),
        metadata={"description": "How many digits the code has.", "example": DEFAULT_CODE_LENGTH},
    )
    ttl_seconds = fields.Integer(
        strict=True,
        validate=validate.Range(1, LONGEST_TTL_SECONDS),
        metadata={
            "description": "For how long a code is good; never longer than for the vendor, and as long without this.",
            "example": 60,
        },
    )
    language = fields.String(
        validate=[validate.Length(1, 16), validate.Regexp(LANGUAGE_PATTERN, error="Such as en.")],
        metadata={
            "description": "Of the text around a code of ours (`pt-BR`), or the vendor's `langId`.",
            "example": "en",
        },
    )


class VerificationErrorSchema(Schema):
    """What went wrong."""

    code = text("The vendor's code, or a word of ours.", "wrong_codes")
    message = text("The reason, for a person.", "Too many wrong codes.", nullable=True)


class CallSchema(Schema):
    """A call that proves who has the phone."""

    number = text("The number to call, in E.164, from the number that is verified.", "+74950000000")
    expires_at = moment("Until when.", "2026-11-21T08:15:00Z", nullable=False)


class VerificationSchema(Schema):
    """A number that is being verified, or was."""

    id = text("Its id; grows with time.", UUID)
    status = text(_STATUS, "pending", validate=_STATUSES)
    to = text("The number, in E.164; null once erased.", "+919816111111", nullable=True)
    channel = text("By what the last code was sent.", "SMS", validate=validate.OneOf(CHANNELS))
    channels = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The channels, in the order to try.", "example": ["SMS", "WHATSAPP"]},
    )
    code_length = fields.Integer(
        required=True, metadata={"description": "How many digits the code has.", "example": DEFAULT_CODE_LENGTH}
    )
    language = text("As asked; null: English, or the vendor's own.", None, nullable=True)
    call = fields.Nested(
        CallSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What the person has to call, where the channel is `CALL`; else null."},
    )
    error = fields.Nested(
        VerificationErrorSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why it ended, or why the last code did not arrive; null where nothing is wrong."},
    )
    created_at = moment("When it began.", "2026-11-21T08:00:00Z", nullable=False)
    sent_at = moment("When the last code was sent.", "2026-11-21T08:00:00Z", nullable=False)
    expires_at = moment("Until when the last code is good.", "2026-11-21T08:01:00Z", nullable=False)
    finished_at = moment("When it ended; null while it is pending.", None)


class CodeSchema(Schema):
    """What somebody typed."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(CODE_PATTERN, error="A code has 4 to 8 digits, and nothing else."),
        metadata={"description": "The code, as a text: it may begin with zeros.", "example": "049216"},
    )


class VendorAnswerSchema(Schema):
    """The vendor's own words."""

    code = text("The vendor's response code.", "702", nullable=True)
    message = text("What it says.", "WRONG_OTP_PROVIDED")


class CheckedSchema(Schema):
    """What a check ended in."""

    id = text("The verification's id.", UUID)
    status = text(f"{_STATUS} Let nobody in but on `approved`.", "pending", validate=_STATUSES)
    vendor = fields.Nested(
        VendorAnswerSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What the vendor said; null where it was not asked, as for codes of ours."},
    )
    tries_left = fields.Integer(required=True, metadata={"description": "How many wrong codes more.", "example": 4})
    detail = text("What happened and what to do, for a person.", "The code is wrong.")
