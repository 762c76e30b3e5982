"""The shapes of what asks for campaigns."""

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.pipedrive.campaigns.selections import SelectionSchema
from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.campaigns.drafting import LONGEST_NAME, LONGEST_TEXT
from connectors.shared.messages.composing import check_dlt_id, check_sender_id, read_channel
from connectors.shared.messages.states import Status
from connectors.shared.web.moments import DueAt
from connectors.shared.web.shapes import PRINTS, PageQuerySchema, checked

LONGEST_NUMBER: Final = 100
SKIPPED: Final = "skipped"
IMPORTING: Final = "importing"
"""Of somebody whom Pipedrive named, and whose message is not made yet."""
STATUSES: Final = (*(status.value for status in Status), SKIPPED, IMPORTING)


class CampaignTextSchema(Schema):
    """What is said to whom; what is left out or null is as the template, the company or its account has it."""

    name = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_NAME), PRINTS])
    text = fields.String(allow_none=True, validate=validate.Length(1, LONGEST_TEXT))
    template = fields.String(allow_none=True, validate=[validate.Length(1, 100), PRINTS])
    selection = fields.Nested(SelectionSchema, required=True)
    sender_id = fields.String(allow_none=True, validate=checked(check_sender_id))
    message_type = fields.String(allow_none=True, validate=validate.OneOf(MESSAGE_TYPES))
    channel = fields.String(allow_none=True, validate=checked(read_channel))
    template_id = fields.String(allow_none=True, validate=checked(lambda given: check_dlt_id("template_id", given)))
    entity_id = fields.String(allow_none=True, validate=checked(lambda given: check_dlt_id("entity_id", given)))
    due_at = DueAt("When to send it; in the past, null, or left out: now.", allow_none=True)
    expected_count = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, 2**31 - 1))

    @validates_schema
    def _has_one_text(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("text") is None) == (data.get("template") is None):
            raise ValidationError("Give either text or template.", "text")


class CampaignTrySchema(CampaignTextSchema):
    """The same, and a number of one's own."""

    to = fields.String(required=True, validate=validate.Length(1, LONGEST_NUMBER))


class RecipientQuerySchema(PageQuerySchema):
    """Which page of which people of a campaign."""

    status = fields.String(validate=validate.OneOf(STATUSES))
