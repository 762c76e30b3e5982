"""What the schemas of the pages' API are made of."""

from collections.abc import Callable
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from connectors.shared.kept_text import holds_unkept
from connectors.shared.messages.composing import InvalidMessage

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 500
LONGEST_CURSOR: Final = 200
LARGEST_ID: Final = 2**63 - 1

# Printable ASCII: neither database nor log has trouble with what is compared against ids of ours.
PRINTABLE: Final = validate.Regexp(r"^[ -~]+$(?!\n)", error="Only printable ASCII characters occur here.")
PRINTS: Final = validate.Predicate("isprintable", error="Only characters that a person can read occur here.")


def checked(check: Callable[[str], object]) -> Callable[[str], None]:
    """Let a field say what the composer would say of it, so that every field at fault is named at once."""

    def validator(value: str) -> None:
        try:
            check(value)
        except InvalidMessage as error:
            raise ValidationError(str(error)) from None

    return validator


def kept(value: str) -> None:
    """Check that a text can be kept. Raises ValidationError."""
    if holds_unkept(value):
        raise ValidationError("It holds a character that no phone can show (NUL, or half of a character).")


def an_id(**options: Any) -> fields.Integer:
    """Return a field for one of Pipedrive's ids."""
    return fields.Integer(validate=validate.Range(1, LARGEST_ID, error="This is no id of Pipedrive's."), **options)


class PageQuerySchema(Schema):
    """Which page of a list."""

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, LARGEST_LIMIT))
    cursor = fields.String(validate=[validate.Length(1, LONGEST_CURSOR), PRINTABLE])
