"""The inbox of phones: one page, and the JSON that keeps it live."""

from functools import lru_cache

import phonenumbers
from flask import Blueprint, Response, render_template, request
from marshmallow import Schema, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.gateways import GATEWAY_NAMES, answer_by_gateway
from connectors.sandbox.levers import read_body
from connectors.sandbox.magic_numbers import MAGIC_NUMBERS
from connectors.sandbox.state import current_sandbox

MOST_PHONES = 200
LONGEST_ANSWER = 1_000

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class AnswerSchema(Schema):
    """What POST /sandbox/inbox/answers takes."""

    from_ = fields.String(required=True, data_key="from")
    text = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_ANSWER))


blueprint = Blueprint("page", __name__, static_folder="static")


@blueprint.after_request
def harden(response: Response) -> Response:
    """Guard what a browser shows: the page, its parts and its JSON."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/")
def index() -> str:
    url = request.host_url.rstrip("/")
    return render_template("inbox.html", magic_numbers=MAGIC_NUMBERS, most_phones=MOST_PHONES, url=url)


@blueprint.get("/sandbox/inbox")
def inbox() -> Response:
    """Return the newest phones, or none (`phones` is null) where nothing changed since `version`."""
    sandbox = current_sandbox()
    version = sandbox.inbox.version
    phones = None
    if request.args.get("version", type=int) != version:
        phones = sandbox.inbox.phones(request.args.get("search", "").strip(), MOST_PHONES)
        for phone in phones:
            phone["name"] = readable_number(phone["to"])
            for message in phone["messages"]:
                message["carried_by"] = GATEWAY_NAMES[message["gateway"]]
    return json_answer({"version": version, "phones": phones, "stats": sandbox.stats()})


@blueprint.post("/sandbox/inbox/answers")
def answer() -> Response:
    """Write something on a phone: it goes back by the gateway that the phone's last message came by."""
    body = read_body(AnswerSchema())
    if answer_by_gateway(current_sandbox(), body["from_"], body["text"]):
        return Response(status=204)
    return json_answer({"status": 409, "error": "The last message here came by a gateway without answers."}, 409)


@lru_cache(maxsize=4096)
def readable_number(number: str) -> str:
    """Return `+91 98161 11111` for `+919816111111`."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
