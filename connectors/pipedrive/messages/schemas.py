"""The shapes of what asks for a message to a contact, and of templates."""

from functools import partial
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.pipedrive.shapes import an_id, kept
from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.messages.composing import check_dlt_id, check_sender_id, read_channel, read_message_type
from connectors.shared.templates.rendering import LONGEST_TEXT
from connectors.shared.web.moments import DueAt
from connectors.shared.web.shapes import PRINTS, PageQuerySchema, checked

LONGEST_NUMBER: Final = 40
LONGEST_NAME: Final = 100
LONGEST_REGISTERED: Final = 2_000
_A_NUMBER: Final = 'Write the number as a text, for example "+919876543210".'


class NewMessageSchema(Schema):
    """A message to a contact: `text` or `template`, either with merge fields.

    What is left out or null is as the template, the company or its account has it.
    """

    person_id = an_id(required=True, strict=True)
    to = fields.String(
        allow_none=True, validate=validate.Length(1, LONGEST_NUMBER), error_messages={"invalid": _A_NUMBER}
    )
    text = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_TEXT), kept])
    template = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_NAME), PRINTS])
    sender_id = fields.String(allow_none=True, validate=checked(check_sender_id))
    message_type = fields.String(allow_none=True, validate=checked(read_message_type))
    channel = fields.String(allow_none=True, validate=checked(read_channel))
    template_id = fields.String(allow_none=True, validate=checked(partial(check_dlt_id, "template_id")))
    entity_id = fields.String(allow_none=True, validate=checked(partial(check_dlt_id, "entity_id")))
    due_at = DueAt("When to send it; in the past, null, or left out: now.", allow_none=True)

    @validates_schema(skip_on_field_errors=False)
    def _has_one_text(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("text") is not None and data.get("template") is not None:
            raise ValidationError("Give either text or template, not both.", "template")

    @validates_schema
    def _has_a_text(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("text") is None and data.get("template") is None:
            raise ValidationError("Write a text, or choose a template.", "text")

    @post_load
    def _given(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None}


class HistoryQuerySchema(PageQuerySchema):
    """Whose messages to list."""

    person_id = an_id(required=True)


class TemplateChangesSchema(Schema):
    """What to change of a template; what is left out stays, null clears."""

    name = fields.String(
        validate=[
            validate.Length(1, LONGEST_NAME),
            validate.Regexp(r"^\S(?:.*\S)?$", error="Give it a name without spaces at its ends."),
            PRINTS,
        ]
    )
    text = fields.String(validate=[validate.Length(1, LONGEST_TEXT), kept])
    sender_id = fields.String(allow_none=True, validate=checked(check_sender_id))
    message_type = fields.String(allow_none=True, validate=validate.OneOf(MESSAGE_TYPES))
    entity_id = fields.String(allow_none=True, validate=checked(partial(check_dlt_id, "entity_id")))
    template_id = fields.String(allow_none=True, validate=checked(partial(check_dlt_id, "template_id")))
    registered_text = fields.String(allow_none=True, validate=[validate.Length(1, LONGEST_REGISTERED), kept])


class NewTemplateSchema(TemplateChangesSchema):
    """A template to keep."""

    @validates_schema(skip_on_field_errors=False)
    def _is_whole(self, data: dict[str, Any], **_: Any) -> None:
        words = {"name": "Give it a name.", "text": "Write what is to be sent."}
        missing = {name: [text] for name, text in words.items() if name not in data}
        if missing:
            raise ValidationError(missing)
