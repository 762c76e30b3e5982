"""The recipients of a campaign that come in JSON, up to ten thousand in one request."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

MOST_RECIPIENTS: Final = 10_000
LONGEST_NUMBER: Final = 100
MOST_VARIABLES: Final = 100
MOST_FAULTS: Final = 20
"""Recipients that one refusal names."""

_RECIPIENT: Final = "A recipient is an object with `to` and, if the text has any, `variables`."
_SCALARS: Final = (str, int, float, bool, type(None))


class RecipientSchema(Schema):
    """One recipient, for the document; `Recipients` reads them."""

    to = fields.String(
        required=True,
        metadata={
            "description": "The number in E.164; a national one is read as of the account's country.",
            "example": "+919816111111",
            "maxLength": LONGEST_NUMBER,
        },
    )
    variables = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(metadata={"type": ["string", "number", "boolean", "null"]}),
        metadata={
            "description": "What the text's variables stand for.",
            "example": {"first_name": "Asha"},
            "maxProperties": MOST_VARIABLES,
        },
    )


class Recipients(fields.List):  # type: ignore[type-arg]  # generic for the type checker alone
    """Up to 10,000 recipients. A number that cannot be used is left out later, and hurts no other one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            fields.Nested(RecipientSchema),
            validate=validate.Length(1, MOST_RECIPIENTS, error=f"Give 1 to {MOST_RECIPIENTS:,} recipients, or a file."),
            **options,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> list[Any]:
        """By hand: a schema of its own for each of ten thousand takes a second."""
        if not isinstance(value, list):
            raise ValidationError("Give a list of recipients.")
        if len(value) <= MOST_RECIPIENTS:  # else that is what is wrong with it
            faults = ((index, found) for index, entry in enumerate(value) if (found := _fault(entry)))
            errors = dict(islice(faults, MOST_FAULTS))
            if errors:
                raise ValidationError(errors)
        return value


def _fault(entry: Any) -> list[str] | None:
    if not isinstance(entry, dict) or not entry.keys() <= {"to", "variables"} or "to" not in entry:
        return [_RECIPIENT]
    number, variables = entry["to"], entry.get("variables", {})
    if not isinstance(number, str) or len(number) > LONGEST_NUMBER:
        return ['Write `to` as a text, for example "+919876543210".']
    if not isinstance(variables, dict) or len(variables) > MOST_VARIABLES:
        return [f"`variables` is an object of at most {MOST_VARIABLES} names and their values."]
    if not all(isinstance(value, _SCALARS) for value in variables.values()):
        return ["A variable's value is a text, a number, true or false."]
    return None
