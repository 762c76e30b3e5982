"""The shapes of what asks for campaigns."""

from collections.abc import Callable
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.pipedrive.campaigns.selections import SelectionSchema
from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.campaigns.drafting import LONGEST_NAME, LONGEST_TEXT
from connectors.shared.messages.composing import InvalidMessage, check_dlt_id, check_sender_id, read_channel
from connectors.shared.messages.states import Status
from connectors.shared.web.moments import DueAt

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 500
LONGEST_CURSOR: Final = 200
LONGEST_NUMBER: Final = 100
SKIPPED: Final = "skipped"
IMPORTING: Final = "importing"
"""Of somebody whom Pipedrive named, and whose message is not made yet."""
STATUSES: Final = (*(status.value for status in Status), SKIPPED, IMPORTING)

_PRINTS = validate.Predicate("isprintable", error="Only characters that a person can read occur here.")
_PRINTABLE = validate.Regexp(r"^[ -~]+$(?!\n)", error="Only printable ASCII characters occur here.")


def _checked(check: Callable[[str], object]) -> Callable[[str], None]:
    """Let a field say what the composer would say of it, so that every field at fault is named at once."""

    def validator(value: str) -> None:
        try:
            check(value)
        except InvalidMessage as error:
            raise ValidationError(str(error)) from None

    return validator


class CampaignTextSchema(Schema):
    """What is said to whom; what is left out or null is as the template, the company or its account has it."""

    name = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_NAME), _PRINTS])
    text = fields.String(allow_none=True, validate=validate.Length(1, LONGEST_TEXT))
    template = fields.String(allow_none=True, validate=[validate.Length(1, 100), _PRINTS])
    selection = fields.Nested(SelectionSchema, required=True)
    sender_id = fields.String(allow_none=True, validate=_checked(check_sender_id))
    message_type = fields.String(allow_none=True, validate=validate.OneOf(MESSAGE_TYPES))
    channel = fields.String(allow_none=True, validate=_checked(read_channel))
    template_id = fields.String(allow_none=True, validate=_checked(lambda given: check_dlt_id("template_id", given)))
    entity_id = fields.String(allow_none=True, validate=_checked(lambda given: check_dlt_id("entity_id", given)))
    due_at = DueAt("When to send it; in the past, null, or left out: now.", allow_none=True)
    expected_count = fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, 2**31 - 1))

    @validates_schema
    def _has_one_text(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("text") is None) == (data.get("template") is None):
            raise ValidationError("Give either text or template.", "text")


class CampaignTrySchema(CampaignTextSchema):
    """The same, and a number of one's own."""

    to = fields.String(required=True, validate=validate.Length(1, LONGEST_NUMBER))


class PageQuerySchema(Schema):
    """Which page of a list."""

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, LARGEST_LIMIT))
    cursor = fields.String(validate=[validate.Length(1, LONGEST_CURSOR), _PRINTABLE])


class RecipientQuerySchema(PageQuerySchema):
    """Which page of which people of a campaign."""

    status = fields.String(validate=validate.OneOf(STATUSES))
