"""What the schemas of the pages' API are made of, beside what all APIs of ours have in common."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from connectors.shared.kept_text import holds_unkept

LARGEST_ID: Final = 2**63 - 1


def kept(value: str) -> None:
    """Check that a text can be kept. Raises ValidationError."""
    if holds_unkept(value):
        raise ValidationError("It holds a character that no phone can show (NUL, or half of a character).")


def an_id(**options: Any) -> fields.Integer:
    """Return a field for one of Pipedrive's ids."""
    return fields.Integer(validate=validate.Range(1, LARGEST_ID, error="This is no id of Pipedrive's."), **options)
