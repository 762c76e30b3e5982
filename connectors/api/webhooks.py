"""`/api/v1/webhooks`: where an account wants to be told what happens."""

from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, Final

from werkzeug.exceptions import TooManyRequests

from connectors.api.context import context
from connectors.api.schemas_webhooks import (
    CreatedWebhookSchema,
    NewWebhookSchema,
    TrialSchema,
    WebhookPageSchema,
    WebhookSchema,
)
from connectors.shared.access import Access, access
from connectors.shared.clock import now_ms
from connectors.shared.outbound import ForbiddenUrl
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shared.web.rest.paging import path_id
from connectors.shared.webhooks.deliveries import Addressee
from connectors.shared.webhooks.subscriptions import (
    add_webhook,
    enable_webhook,
    get_webhook,
    list_webhooks,
    remove_webhook,
)
from connectors.shared.webhooks.trying import Trial, try_webhook

KIND: Final = "webhooks"
NOWHERE: Final = "There is no such webhook."
TRIALS_AT_ONCE: Final = 2
"""In one process: a trial may last for seconds, and holds one of the few threads that answer everybody."""

WEBHOOK_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "webhook_id",
    "description": "The webhook's id.",
    "schema": {"type": "string", "format": "uuid"},
}

_trials = BoundedSemaphore(TRIALS_AT_ONCE)

blueprint = ApiBlueprint(KIND, "/webhooks", "Who is told what happens to messages and campaigns.")


@blueprint.on("POST", "")
@access(Access.API_KEY)
@blueprint.takes(NewWebhookSchema, "json")
@blueprint.creates(CreatedWebhookSchema, "The webhook, with its secret this once.")
@blueprint.refuses(HTTPStatus.CONFLICT, *WITH_A_BODY)
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Have events posted to a URL.

    Each is posted as `{"type", "timestamp", "data"}` until it is taken with a 2xx, for a day at most, and signed by
    the Standard Webhooks scheme. `data` is the message or campaign as it stands when it is posted. An event may come
    twice, with the same `webhook-id`, and events may overtake each other.
    """
    service = context().service
    url: str = body["url"]
    try:
        service.settings.webhook_hosts.check(url)
    except ForbiddenUrl as error:
        raise InvalidFields({"url": [str(error)]}) from None
    with service.database.write() as connection:
        return add_webhook(connection, service.secrets, caller(), url, body["events"], now_ms())


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.answers(WebhookPageSchema, "The webhooks.")
@blueprint.refuses()
def listing() -> dict[str, Any]:
    """List the webhooks, newest first."""
    service = context().service
    with service.database.read() as connection:
        return {"items": list_webhooks(connection, service.secrets, caller()), "next": None}


@blueprint.on("GET", "/<webhook_id>", parameters=[WEBHOOK_ID])
@access(Access.API_KEY)
@blueprint.answers(WebhookSchema, "The webhook.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(webhook_id: str) -> dict[str, Any]:
    """Show a webhook, and whether its posts are taken."""
    service = context().service
    with service.database.read() as connection:
        return get_webhook(connection, service.secrets, caller(), path_id(webhook_id, NOWHERE))


@blueprint.on("DELETE", "/<webhook_id>", parameters=[WEBHOOK_ID])
@access(Access.API_KEY)
@blueprint.removes("It is told nothing more.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def remove(webhook_id: str) -> None:
    """Remove a webhook. What was still to be told stays untold."""
    with context().service.database.write() as connection:
        remove_webhook(connection, caller(), path_id(webhook_id, NOWHERE))


@blueprint.on("POST", "/<webhook_id>/test", parameters=[WEBHOOK_ID])
@access(Access.API_KEY)
@blueprint.answers(TrialSchema, "What came of it.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS)
def test(webhook_id: str) -> Trial:
    """Post a `webhook.test` now, once, and say what came of it. A disabled webhook is tried as well."""
    service = context().service
    addressee = Addressee(caller(), path_id(webhook_id, NOWHERE))
    if not _trials.acquire(blocking=False):
        raise TooManyRequests("Other webhooks are being tried. Try again in a few seconds.", retry_after=5)
    try:
        return try_webhook(service.database, service.secrets, service.settings.webhook_hosts, addressee)
    finally:
        _trials.release()


@blueprint.on("POST", "/<webhook_id>/enable", parameters=[WEBHOOK_ID])
@access(Access.API_KEY)
@blueprint.answers(WebhookSchema, "The webhook, active.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def enable(webhook_id: str) -> dict[str, Any]:
    """Have a disabled webhook told what happens from now on."""
    service = context().service
    with service.database.write() as connection:
        enable_webhook(connection, caller(), path_id(webhook_id, NOWHERE))
        return get_webhook(connection, service.secrets, caller(), webhook_id)
