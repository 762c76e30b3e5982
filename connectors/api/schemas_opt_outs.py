"""The shapes of opt-outs."""

from typing import Any, Final

from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

from connectors.shared.opt_outs.importing import INVALID_SHOWN, MOST_ROWS
from connectors.shared.opt_outs.store import Scope
from connectors.shared.web.shapes import moment, next_page, one_of, text

LONGEST_HEADER: Final = 200

_NUMBER: Final = "A phone number in E.164; a national one is read as of the account's country."
_SCOPE: Final = "`promotional`: no promotional messages. `all`: none at all, but one-time codes."


class File(Upload):  # type: ignore[misc]  # flask-smorest has no types
    """A file of a form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> FileStorage:
        if not isinstance(value, FileStorage) or not value.filename:
            raise ValidationError("Send a file, with its name.")
        return value


def _count(description: str, example: int) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description, "example": example})


def _scope() -> fields.Enum[Scope]:
    return fields.Enum(
        Scope,
        by_value=fields.String(),
        load_default=Scope.PROMOTIONAL,
        metadata={"description": _SCOPE, "example": Scope.PROMOTIONAL.value},
    )


class NewOptOutSchema(Schema):
    """Who does not want to be texted, and what."""

    number = fields.String(
        required=True, validate=validate.Length(1, 40), metadata={"description": _NUMBER, "example": "+919816111111"}
    )
    scope = _scope()


class OptOutSchema(Schema):
    """A number that has opted out."""

    number = text("It in E.164; null once erased, which leaves it opted out.", "+919816111111", nullable=True)
    scope = text(_SCOPE, Scope.PROMOTIONAL.value, validate=one_of(Scope))
    source = text("Where it was said.", "api")
    created_at = moment("When it was first said.", "2026-11-21T08:00:00Z", nullable=False)


class OptOutPageSchema(Schema):
    """Opt-outs, newest first."""

    items = fields.List(fields.Nested(OptOutSchema), required=True, metadata={"description": "The opt-outs."})
    next = next_page()


class OptOutFileSchema(Schema):
    """A list from elsewhere. A field that is left empty is not given."""

    file = File(
        required=True,
        metadata={
            "description": f"An .xlsx or .csv with a column of numbers: at most {MOST_ROWS:,} rows and 5 MB.",
            "example": "opted-out.csv",
        },
    )
    scope = _scope()
    mobile_column = fields.String(
        validate=validate.Length(max=LONGEST_HEADER),
        metadata={
            "description": "The header of the numbers' column; else it is found by its name.",
            "example": "",
        },
    )
    country_column = fields.String(
        validate=validate.Length(max=LONGEST_HEADER),
        metadata={"description": "The header of the calling codes' column, if there is one.", "example": ""},
    )


class InvalidRowSchema(Schema):
    """A row that could not be read."""

    row = _count("Its number, as the spreadsheet shows it.", 17)
    error = text("Why, for a person.", "The phone number is empty.")


class ImportedSchema(Schema):
    """What became of the file."""

    total = _count("Rows that were read, blank ones aside.", 120)
    added = _count("Numbers that are opted out now and were not before.", 101)
    already = _count("Rows whose number was opted out, or in the file, before.", 18)
    invalid = fields.List(
        fields.Nested(InvalidRowSchema),
        required=True,
        metadata={"description": f"The other rows: the first {INVALID_SHOWN} of them."},
    )
