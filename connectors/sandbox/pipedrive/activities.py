"""Reads an activity that is to be made, with API v2's strict types."""

import re
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from connectors.sandbox.pipedrive.answers import Refusal
from connectors.sandbox.pipedrive.records import ACTIVITY_TYPES

TYPES = [key for key, *_ in ACTIVITY_TYPES]
CLOCK = validate.Regexp(re.compile(r"\d\d:\d\d(:\d\d)?\Z"))


class Flag(fields.Boolean):
    """true or false, and neither 1 nor "true"."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Participant(Schema):
    class Meta:
        unknown = EXCLUDE

    person_id = fields.Integer(strict=True, required=True, validate=validate.Range(1))
    primary = Flag()


class ActivitySchema(Schema):
    """What is read of the body. `person_id` is not: v2 takes it from the primary one of `participants`."""

    class Meta:
        unknown = EXCLUDE

    subject = fields.String(validate=validate.Length(max=255))
    type = fields.String(validate=validate.OneOf(TYPES), load_default=TYPES[0])
    done = Flag()
    busy = Flag()
    due_date = fields.String(validate=validate.Regexp(re.compile(r"\d{4}-\d\d-\d\d\Z")))
    due_time = fields.String(validate=CLOCK)
    duration = fields.String(validate=CLOCK)
    note = fields.String()
    public_description = fields.String()
    owner_id = fields.Integer(strict=True)
    deal_id = fields.Integer(strict=True)
    org_id = fields.Integer(strict=True)
    lead_id = fields.UUID()
    priority = fields.Integer(strict=True)
    participants = fields.List(fields.Nested(Participant))


def read_activity(given: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be kept. Raises Refusal in Pipedrive's manner, with 400."""
    present = {name: value for name, value in given.items() if value is not None}
    try:
        loaded: dict[str, Any] = ActivitySchema().load(present)
    except ValidationError as problem:
        raise Refusal(400, f"Validation failed: {problem.messages}") from None
    return loaded
