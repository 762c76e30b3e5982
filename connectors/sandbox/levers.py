"""Bodies of the sandbox's own calls."""

from typing import Any

from flask import abort, request
from marshmallow import Schema, ValidationError

from connectors.sandbox.answers import json_answer


def read_body(schema: Schema) -> dict[str, Any]:
    """Return what was posted as JSON. Answer 400 with the fields where something does not validate."""
    try:
        body: Any = request.get_json(force=True, silent=True)
        read: dict[str, Any] = schema.load(body)
    except ValidationError as problem:
        abort(json_answer({"status": 400, "errors": problem.messages}, 400))
    return read
