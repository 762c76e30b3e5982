"""What people with phones do, for whoever runs the sandbox: they write to Ogangi's short codes."""

import re

from flask import Blueprint, Response
from marshmallow import Schema, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.levers import read_body
from connectors.sandbox.ogangi.incoming import SHORT_CODE, receive
from connectors.sandbox.state import current_sandbox

blueprint = Blueprint("ogangi-levers", __name__, url_prefix="/sandbox/ogangi")


class IncomingSchema(Schema):
    """What POST /sandbox/ogangi/incoming takes."""

    from_ = fields.String(required=True, data_key="from", validate=validate.Regexp(r"\+?\d{7,15}\Z"))
    to = fields.String(load_default=SHORT_CODE, validate=validate.Regexp(r"\+?[\w .-]{1,15}\Z"))
    text = fields.String(required=True, validate=validate.Length(min=1))


@blueprint.post("/incoming")
def incoming() -> Response:
    """Let somebody answer; getMOMessages lists it."""
    body = read_body(IncomingSchema())
    receive(current_sandbox(), _digits(body["from_"]), _digits(body["to"]), body["text"])
    return json_answer({"status": "received"}, 201)


def _digits(number: str) -> str:
    return re.sub(r"^\+", "", number)
