"""The levers of the stand-in for Shopify as JSON, for its pages and for whoever runs the sandbox as a process."""

from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.shopify import gate
from connectors.sandbox.shopify.grants import SHOP
from connectors.sandbox.shopify.topics import ENUMS

blueprint = Blueprint("shopify-levers", __name__, url_prefix="/sandbox/shopify")
blueprint.register_error_handler(KeyError, gate.not_there)


class LeversSchema(Schema):
    """What PUT /sandbox/shopify/levers may change; what is not named stays as it is.

    `unapproved` are topics that the app may not subscribe to, `denied` fields of the Admin API that it may not ask
    for, `throttled` is how many of its next calls are told to come later.
    """

    duplicates = fields.Integer(validate=validate.Range(1, 40))
    out_of_order = fields.Boolean()
    delay = fields.Float(validate=validate.Range(0, 3600))
    hold = fields.Boolean()
    unapproved = fields.List(fields.String(validate=validate.OneOf(list(ENUMS.values()))))
    denied = fields.List(fields.String())
    throttled = fields.Integer(validate=validate.Range(0, 1_000))


class SendSchema(Schema):
    """What POST /sandbox/shopify/send takes: any payload, signed by the shop's key unless `key` is given."""

    shop = fields.String(load_default=SHOP)
    topic = fields.String(required=True)
    payload = fields.Raw(required=True)
    key = fields.String()
    webhook_id = fields.String()
    triggered_at = fields.String()
    is_test = fields.Boolean()


@blueprint.errorhandler(ValidationError)
def refuse(problem: ValidationError) -> Response:
    return json_answer({"status": 400, "errors": problem.messages}, 400)


@blueprint.get("/levers")
def levers() -> Response:
    return json_answer(shown())


@blueprint.put("/levers")
def pull() -> Response:
    """Change what the body names; 400 with the fields where something does not validate."""
    changes: dict[str, Any] = LeversSchema().load(_body())
    book = gate.book()
    for name in ("unapproved", "denied"):
        if name in changes:
            setattr(book, name, frozenset(changes.pop(name)))
    book.throttled = changes.pop("throttled", book.throttled)
    book.sender.pull(**changes)
    return json_answer(shown())


@blueprint.get("/webhooks")
def webhooks() -> Response:
    """How many webhooks were sent, delivered, given up, and are on their way, of all shops."""
    log = gate.book().sender.log()
    states = [one.state for one in log]
    counts = {state: states.count(state) for state in ("delivered", "failed", "waiting")}
    answers = sum(len(one.answers) for one in log)
    return json_answer({"webhooks": len(log), "answers": answers, **counts})


@blueprint.post("/send")
def send() -> Response:
    """Send a webhook as it is given."""
    given: dict[str, Any] = SendSchema().load(_body())
    shop = gate.store(given.pop("shop")).shop.domain
    gate.book().send_as_is(shop, given.pop("topic"), orjson.dumps(given.pop("payload")), **given)
    return Response(status=204)


@blueprint.delete("/tokens")
def expire_tokens() -> Response:
    """Make every access token that is out too old; they can be refreshed."""
    gate.book().permissions.expire_access_tokens()
    return Response(status=204)


def shown() -> dict[str, Any]:
    """Return where the levers are."""
    book = gate.book()
    return asdict(book.sender.levers) | {
        "unapproved": sorted(book.unapproved),
        "denied": sorted(book.denied),
        "throttled": book.throttled,
    }


def _body() -> Any:
    return request.get_json(force=True, silent=True)
