"""What the schemas of the API are made of: fields that are alike everywhere, pages of lists, and problems."""

from collections.abc import Callable
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from connectors.shared.messages.composing import InvalidMessage

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 500
LONGEST_CURSOR: Final = 200
UUID: Final = "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50"
"""An id of ours, for examples."""

# Printable ASCII: neither database nor log has trouble with what is compared against ids of ours.
PRINTABLE: Final = validate.Regexp(r"^[ -~]+$(?!\n)", error="Only printable ASCII characters occur here.")
PRINTS: Final = validate.Predicate("isprintable", error="Only characters that a person can read occur here.")


def text(description: str, example: str | None, *, nullable: bool = False, **options: Any) -> fields.String:
    """Return a text of an answer."""
    metadata = {"description": description, "example": example}
    return fields.String(required=True, allow_none=nullable, metadata=metadata, **options)


def moment(description: str, example: str | None, *, nullable: bool = True) -> fields.String:
    """Return a moment of an answer."""
    metadata = {"description": description, "format": "date-time", "example": example}
    return fields.String(required=True, allow_none=nullable, metadata=metadata)


def one_of(kind: Any) -> validate.OneOf:
    """Return a check that a value is one of an enumeration."""
    return validate.OneOf([str(value) for value in kind])


def checked(check: Callable[[str], object]) -> Callable[[str], None]:
    """Let a field say what the composer would say of it, so that every field at fault is named at once."""

    def validator(value: str) -> None:
        try:
            check(value)
        except InvalidMessage as error:
            raise ValidationError(str(error)) from None

    return validator


class PageQuerySchema(Schema):
    """Which page of a list."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, LARGEST_LIMIT),
        metadata={"description": "How many to return at most.", "example": DEFAULT_LIMIT},
    )
    cursor = fields.String(
        validate=[validate.Length(1, LONGEST_CURSOR), PRINTABLE],
        metadata={"description": "The `next` of the page before; good for the account that got it."},
    )


def next_page() -> fields.String:
    """Return the field of a page that leads to the page after."""
    return text("Give it as `cursor` for the next page; null at the end.", None, nullable=True)


class ProblemSchema(Schema):
    """A problem document (RFC 9457)."""

    type = text("What kind of problem this is.", "about:blank")
    title = text("The name of the status.", "Unprocessable Entity")
    status = fields.Integer(required=True, metadata={"description": "The HTTP status.", "example": 422})
    detail = text("What is wrong and what to do, for a person.", "Check limit.")
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "On 422: what is wrong, by the name of the field.",
            "example": {"limit": ["Must be greater than or equal to 1 and less than or equal to 500."]},
        },
    )
