"""API v1 of webhooks: listed for the company, made in the caller's name."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response

from connectors.sandbox.pipedrive import gate, parameters
from connectors.sandbox.pipedrive.answers import Refusal, success
from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.pipedrive.hooks import ACTIONS, MOST_OF_USER, OBJECTS

blueprint = Blueprint("pipedrive-api-webhooks", __name__, url_prefix="/api/v1/webhooks")
blueprint.before_request(gate.let_in)
blueprint.after_request(gate.see_off)
blueprint.register_error_handler(Refusal, gate.refuse)


@blueprint.get("")
def webhooks() -> Response:
    found = [hook.shown() for hook in gate.book().hooks.of(gate.company().id)]
    return success(found)


@blueprint.post("")
def add_webhook() -> Response:
    given = parameters.body()
    _check(given)
    made = gate.book().hooks.add(Holder(gate.company().id, gate.user().id), given)
    if made is None:
        raise Refusal(400, f"You have reached the limit of {MOST_OF_USER} webhooks")
    return success(made.shown(), 201)


@blueprint.delete("/<int:webhook_id>")
def remove_webhook(webhook_id: int) -> Response:
    if not gate.book().hooks.remove(gate.company().id, webhook_id):
        raise Refusal(404, "Webhook not found")
    return success(None)


def _check(given: dict[str, Any]) -> None:
    """Raises Refusal."""
    url = urlsplit(str(given.get("subscription_url") or ""))
    if url.scheme not in ("http", "https") or not url.netloc:
        raise Refusal(400, "subscription_url should be a full, valid, publicly accessible URL")
    for name, words in (("event_action", ACTIONS), ("event_object", OBJECTS)):
        if given.get(name) not in words:
            raise Refusal(400, f"{name} should be one of {', '.join(words)}")
    if given.get("version", "2.0") != "2.0":
        raise Refusal(400, "The sandbox has webhooks of version 2.0 alone")
