"""What people with phones do, for whoever runs the sandbox: they write to SMSC's numbers, and call them."""

from dataclasses import replace

from flask import Blueprint, Response
from marshmallow import Schema, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.levers import read_body
from connectors.sandbox.smsc.book import Incoming
from connectors.sandbox.smsc.callbacks import CALL_TEXT, Event, call_event, incoming_event, posting
from connectors.sandbox.smsc.parameters import phone_of
from connectors.sandbox.state import Sandbox, current_sandbox

OWN_NUMBER = "79165550100"
"""Where an answer goes when nobody says to which number."""

NUMBER = validate.Regexp(r"\+?\d{7,15}\Z")

blueprint = Blueprint("smsc-levers", __name__, url_prefix="/sandbox/smsc")


class CallSchema(Schema):
    """What POST /sandbox/smsc/call takes: who calls, and the number that wait_call.php named."""

    from_ = fields.String(required=True, data_key="from", validate=NUMBER)
    to = fields.String(required=True, validate=NUMBER)


class IncomingSchema(Schema):
    """What POST /sandbox/smsc/incoming takes."""

    from_ = fields.String(required=True, data_key="from", validate=NUMBER)
    to = fields.String(load_default=OWN_NUMBER)
    text = fields.String(required=True, validate=validate.Length(min=1))


@blueprint.post("/incoming")
def incoming() -> Response:
    """Let somebody answer. The client's handler is told at once; get.php lists it."""
    body = read_body(IncomingSchema())
    received = receive(current_sandbox(), body["from_"], body["to"], body["text"])
    return json_answer({"id": received.number}, 201)


@blueprint.post("/call")
def call() -> Response:
    """Let somebody call a number, as wait_call.php asked for."""
    body = read_body(CallSchema())
    sandbox = current_sandbox()
    received = sandbox.smsc.receive(phone_of(body["from_"]) or "", phone_of(body["to"]) or "", CALL_TEXT)
    _tell(sandbox, call_event(received))
    return json_answer({"id": received.number}, 201)


def receive(sandbox: Sandbox, phone: str, to: str, text: str) -> Incoming:
    """Keep an incoming message, show it on its phone, and tell the client's handler."""
    received = sandbox.smsc.receive(phone_of(phone) or "", phone_of(to) or to, text)
    sandbox.inbox.answer(f"+{received.phone}", text)
    _tell(sandbox, incoming_event(received, sandbox.smsc.newest_sent_to(received.phone)))
    return received


def _tell(sandbox: Sandbox, event: Event) -> None:
    """Tell the client's handlers; none of it counts as a receipt."""
    urls = sandbox.settings.smsc_callback_urls
    sandbox.receipts.post(replace(posting(address, event), receipts=0) for address in urls)
