"""The shapes of events in the REST API."""

from typing import Final

from marshmallow import Schema, fields, validate

from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.web.shapes import PRINTABLE, UUID, PageQuerySchema, moment, next_page, one_of, text
from connectors.shopify.tables import EventState

_MOMENT: Final = "2026-11-21T08:00:00Z"


class EventQuerySchema(PageQuerySchema):
    """Which events."""

    topic = fields.String(
        validate=[validate.Length(1, 100), PRINTABLE],
        metadata={"description": "Only events of this topic.", "example": "orders/create"},
    )


class ShopifyOutcomeSchema(Schema):
    """What came of an event: a text that was sent, waits, was stopped, or why there was none."""

    trigger = text("The automation.", "order_placed")
    status = fields.String(
        required=True,
        validate=one_of(StepStatus),
        metadata={"description": "Where it stands.", "example": "sent"},
    )
    reason = fields.String(
        required=True,
        allow_none=True,
        # With null among them, as the description of the API says of what may be null.
        validate=validate.OneOf([*(str(reason) for reason in Reason), None]),
        metadata={"description": "Why nobody was texted; null where somebody was, or will be.", "example": None},
    )
    detail = text("The same for a person; no number in it.", None, nullable=True)
    due_at = moment("When it is, or was, to be sent; null where it never was.", _MOMENT)
    message_id = text("The message, once there is one.", UUID, nullable=True)


class ShopifyEventSchema(Schema):
    """Something that Shopify told us."""

    id = text("Its id.", UUID)
    topic = text("What it is about, as Shopify names it.", "orders/create")
    received_at = moment("When it came.", _MOMENT, nullable=False)
    triggered_at = moment("When it happened.", _MOMENT, nullable=False)
    state = fields.String(
        required=True,
        validate=one_of(EventState),
        metadata={
            "description": "Where it stands: pending until it is worked off; failed where that went wrong.",
            "example": "done",
        },
    )
    test = fields.Boolean(
        required=True, metadata={"description": "Whether it was sent to try the webhook.", "example": False}
    )
    replayed_at = moment("When somebody last had it worked off again.", None)
    replayable = fields.Boolean(
        required=True, metadata={"description": "Whether what it said is still kept.", "example": True}
    )
    outcomes = fields.List(
        fields.Nested(ShopifyOutcomeSchema),
        required=True,
        metadata={"description": "What came of it, oldest first."},
    )


class ShopifyEventPageSchema(Schema):
    """Events, newest first."""

    items = fields.List(fields.Nested(ShopifyEventSchema), required=True, metadata={"description": "The events."})
    next = next_page()
