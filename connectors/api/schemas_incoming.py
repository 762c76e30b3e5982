"""The shapes of incoming messages."""

from typing import Final

from marshmallow import Schema, fields, validate

from connectors.shared.web.shapes import UUID, PageQuerySchema, moment, next_page
from connectors.shared.web.shapes import text as _text

FROM: Final = "from"
LONGEST: Final = 40


class IncomingQuerySchema(PageQuerySchema):
    """Which incoming messages."""

    sender = fields.String(
        data_key=FROM,
        validate=validate.Length(1, LONGEST),
        metadata={
            "description": (
                "Only those from this number, in E.164 or as of the account's country, or from this short code or name."
            ),
            "example": "+919816111111",
        },
    )


class IncomingSchema(Schema):
    """A message from a phone."""

    id = _text("Its id; grows with time.", UUID)
    sender = _text(
        "Who wrote it: a number in E.164, a short code or a name; null once erased.",
        "+919816111111",
        nullable=True,
        data_key=FROM,
        attribute=FROM,
    )
    to = _text("Your number or short code that it was sent to, as the vendor says it.", "4545", nullable=True)
    text = _text("Its text, of ten segments at most; null once erased.", "STOP", nullable=True)
    received_at = moment(
        "When the vendor received it; where it does not say so, when we did.", "2026-11-21T08:00:00Z", nullable=False
    )
    gateway = _text("The gateway that it came by.", "smsc")


class IncomingPageSchema(Schema):
    """Incoming messages, newest first."""

    items = fields.List(
        fields.Nested(IncomingSchema), required=True, metadata={"description": "The incoming messages."}
    )
    next = next_page()
