"""The shapes of templates and of counting segments."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from connectors.shared.accounts.store import MESSAGE_TYPES
from connectors.shared.kept_text import holds_unkept
from connectors.shared.messages.composing import (
    DLT_ID_PATTERN,
    SENDER_ID_PATTERN,
    check_dlt_id,
    check_sender_id,
)
from connectors.shared.templates.rendering import LONGEST_TEXT
from connectors.shared.web.shapes import PRINTS, UUID, checked, moment, next_page, one_of
from connectors.shared.web.shapes import text as told

LONGEST_NAME: Final = 100
LONGEST_REGISTERED: Final = 2_000

_DESCRIPTIONS: Final = {
    "text": "What to send, with variables like {{ name }} (Liquid).",
    "sender_id": "Who such messages are from; null: as the account has it.",
    "message_type": "What such messages are for; null: as the account has it.",
    "entity_id": "The DLT id of the business (India); null: as the account has it.",
    "template_id": "The DLT id of the registered text (India).",
    "registered_text": "The text as registered for DLT, with {#var#} or the typed tags where the text has variables.",
}
_TEXT: Final = "Dear {{ name }}, your order {{ order_id }} has been shipped."
_REGISTERED: Final = "Dear {#var#}, your order {#alphanumeric#} has been shipped."


def _kept(value: str) -> None:
    if holds_unkept(value):
        raise ValidationError("It holds a character that no phone can show (NUL, or half of a character).")


def _name(**options: Any) -> fields.String:
    return fields.String(
        validate=[
            validate.Length(1, LONGEST_NAME),
            validate.Regexp(r"^\S(?:.*\S)?$", error="Give it a name without spaces at its ends."),
            PRINTS,
        ],
        metadata={"description": "Its name, one of a kind in the account.", "example": "order shipped"},
        **options,
    )


def _text(field: str, example: str, longest: int, **options: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(1, longest), _kept],
        metadata={"description": _DESCRIPTIONS[field], "example": example},
        **options,
    )


def _optional(field: str, example: str, check: Callable[[str], object], **shape: Any) -> fields.String:
    metadata = {"description": _DESCRIPTIONS[field], "example": example, **shape}
    return fields.String(allow_none=True, validate=check, metadata=metadata)


def _dlt_id(field: str, example: str) -> fields.String:
    return _optional(field, example, checked(partial(check_dlt_id, field)), pattern=DLT_ID_PATTERN)


def _shown(field: str, example: str) -> fields.String:
    return told(_DESCRIPTIONS[field], example, nullable=True)


class TemplateChangesSchema(Schema):
    """What to change of a template; what is left out stays."""

    name = _name()
    text = _text("text", _TEXT, LONGEST_TEXT)
    sender_id = _optional("sender_id", "UTOMOB", checked(check_sender_id), pattern=SENDER_ID_PATTERN)
    message_type = _optional("message_type", "TRANSACTION", one_of(MESSAGE_TYPES))
    entity_id = _dlt_id("entity_id", "1101456789012345678")
    template_id = _dlt_id("template_id", "1107161234567890123")
    registered_text = _text("registered_text", _REGISTERED, LONGEST_REGISTERED, allow_none=True)


class NewTemplateSchema(TemplateChangesSchema):
    """A template to keep."""

    name = _name(required=True)
    text = _text("text", _TEXT, LONGEST_TEXT, required=True)


class TemplateSchema(Schema):
    """A template."""

    id = told("Its id.", UUID)
    name = told("Its name, one of a kind in the account.", "order shipped")
    text = told(_DESCRIPTIONS["text"], _TEXT)
    variables = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The variables that the text may have to show.", "example": ["name", "order_id"]},
    )
    sender_id = _shown("sender_id", "UTOMOB")
    message_type = _shown("message_type", "TRANSACTION")
    entity_id = _shown("entity_id", "1101456789012345678")
    template_id = _shown("template_id", "1107161234567890123")
    registered_text = _shown("registered_text", _REGISTERED)
    created_at = moment("When it was made.", "2026-11-21T08:00:00Z", nullable=False)
    updated_at = moment("When it was last changed.", "2026-11-21T08:00:00Z", nullable=False)


class TemplatePageSchema(Schema):
    """Templates, newest first."""

    items = fields.List(fields.Nested(TemplateSchema), required=True, metadata={"description": "The templates."})
    next = next_page()


class TextSchema(Schema):
    """A text, as it would be sent."""

    text = fields.String(
        required=True,
        validate=[validate.Length(1, LONGEST_TEXT), _kept],
        metadata={"description": "The text, with nothing left to fill in.", "example": "Für 5 € – heute"},
    )


class SegmentsSchema(Schema):
    """How a text travels."""

    encoding = fields.String(
        required=True,
        validate=one_of(("GSM-7", "UCS-2")),
        metadata={"description": "How it is encoded.", "example": "UCS-2"},
    )
    segments = fields.Integer(
        required=True, attribute="count", metadata={"description": "How many SMS it is billed as.", "example": 1}
    )
    units = fields.Integer(
        required=True,
        metadata={"description": "Its length: septets in GSM-7, 16-bit units in UCS-2.", "example": 15},
    )
    characters = fields.List(
        fields.String(),
        required=True,
        attribute="unicode_characters",
        metadata={"description": "The characters that force UCS-2, at most 20.", "example": ["–"]},
    )
