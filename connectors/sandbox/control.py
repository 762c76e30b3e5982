"""The sandbox's own JSON: what happened so far, and the switches."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields, validate

from connectors.sandbox.answers import json_answer
from connectors.sandbox.options import Outage, SandboxOptions
from connectors.sandbox.state import current_sandbox

blueprint = Blueprint("control", __name__, url_prefix="/sandbox")

SECONDS = validate.Range(min=0, max=3600)


class SettingsSchema(Schema):
    """What PUT /sandbox/settings may change; what is not named stays as it is."""

    callback_urls = fields.List(fields.Url(schemes={"http", "https"}, require_tld=False))
    smsc_callback_urls = fields.List(fields.Url(schemes={"http", "https"}, require_tld=False))
    receipt_delay = fields.Float(validate=SECONDS)
    receipt_lists = fields.Boolean()
    latency = fields.Float(validate=SECONDS)
    accounts = fields.Dict(keys=fields.String(), values=fields.String())
    outage = fields.Enum(Outage, by_value=True, allow_none=True)
    token_lifetime = fields.Float()
    otp_timeout = fields.Float(validate=SECONDS)
    pipedrive_app_url = fields.Url(schemes={"http", "https"}, require_tld=False)
    shopify_app_url = fields.Url(schemes={"http", "https"}, require_tld=False)


@blueprint.get("/messages")
def messages() -> Response:
    """Everything that reached phones, oldest first; `since` is the index of the first one wanted."""
    items, following = current_sandbox().inbox.since(_since())
    return json_answer({"items": [asdict(message) for message in items], "next": following})


@blueprint.get("/calls")
def calls() -> Response:
    items, following = current_sandbox().calls.since(_since())
    return json_answer({"items": items, "next": following})


@blueprint.get("/reports")
def reports() -> Response:
    return json_answer(current_sandbox().reports.since(_since()))


@blueprint.get("/stats")
def stats() -> Response:
    return json_answer(current_sandbox().stats())


@blueprint.get("/settings")
def settings() -> Response:
    return json_answer(_shown(current_sandbox().settings))


@blueprint.put("/settings")
def change_settings() -> Response:
    """Change what the body names; 400 with the fields where something does not validate."""
    body: Any = request.get_json(force=True, silent=True)
    try:
        changes = SettingsSchema().load(body)
    except ValidationError as problem:
        return json_answer({"status": 400, "errors": problem.messages}, 400)
    for name in {"callback_urls", "smsc_callback_urls"} & changes.keys():
        changes[name] = tuple(changes[name])
    return json_answer(_shown(current_sandbox().change_settings(**changes)))


@blueprint.delete("/tokens")
def revoke_tokens() -> Response:
    """Make every token that is out worthless: the next call with one is a 401."""
    current_sandbox().tokens.revoke_all()
    return Response(status=204)


@blueprint.delete("")
def reset() -> Response:
    """Forget everything but the settings and the tokens that are out."""
    current_sandbox().reset()
    return Response(status=204)


def _since() -> int:
    return max(0, request.args.get("since", 0, type=int))


def _shown(options: SandboxOptions) -> dict[str, Any]:
    """Return the settings without passwords and without the callbacks' tokens."""
    return {
        "callback_urls": len(options.callback_urls),
        "smsc_callback_urls": len(options.smsc_callback_urls),
        "receipt_delay": options.receipt_delay,
        "receipt_lists": options.receipt_lists,
        "latency": options.latency,
        "accounts": sorted(options.accounts),
        "outage": options.outage,
        "token_lifetime": options.token_lifetime,
        "otp_timeout": options.otp_timeout,
        "pipedrive_app_url": options.pipedrive_app_url,
        "shopify_app_url": options.shopify_app_url,
    }
