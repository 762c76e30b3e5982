"""`POST /shopify/webhooks`: what Shopify calls. https://shopify.dev/docs/apps/build/webhooks

It waits five seconds, asks again for four hours, and then removes a subscription: so everything is answered at once,
and worked off by `working.py`.
"""

from typing import Any, Final

import orjson
import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.shared.access import Access, access
from connectors.shared.clock import now_ms
from connectors.shared.messages.shared_commits import WriteRefused
from connectors.shared.problems import problem
from connectors.shopify.automations.planning import KNOWN_TOPICS
from connectors.shopify.context import WEBHOOKS, Context, context
from connectors.shopify.webhooks import counters, privacy
from connectors.shopify.webhooks.headers import Delivery, domain_in, header, read_delivery
from connectors.shopify.webhooks.inbox import NewEvent
from connectors.shopify.webhooks.refusal import Refusal
from connectors.shopify.webhooks.verifying import Signer

LARGEST_BODY: Final = 5 * 1024 * 1024
TOPICS: Final = KNOWN_TOPICS | privacy.TOPICS

log = structlog.get_logger()

blueprint = Blueprint("shopify-webhooks", __name__)


@blueprint.post(WEBHOOKS)
@access(Access.HMAC)
def receive() -> Response:
    """Keep an event and answer 200, or say what is wrong with it."""
    try:
        _receive(context())
    except Refusal as refusal:
        counters.REFUSED.inc()
        return problem(refusal.status, str(refusal))
    return Response(status=200, mimetype="text/plain")


def _receive(parts: Context) -> None:
    environ, body = request.environ, _body()
    signature = header(environ, "HMAC_SHA256")
    if not signature:
        raise Refusal(401, "The header X-Shopify-Hmac-Sha256 is missing.")
    domain = domain_in(environ)
    signer, shop_id = parts.keyring.signer(domain, body, signature)
    if signer is None:
        raise Refusal(401, "The signature does not fit: check the signing key of this shop.")
    delivery = read_delivery(environ, body, now_ms())
    _check(delivery, domain, signer, _read(body, domain, delivery))
    if shop_id is None:
        # Of our app, in a shop that is not connected, or no longer: nothing of it is here.
        counters.UNKNOWN_SHOP.inc()
    elif delivery.topic not in TOPICS:
        parts.inbox.count_unknown(shop_id, delivery.topic)
        counters.UNKNOWN_TOPIC.inc()
    else:
        _keep(parts, domain, shop_id, delivery, body)


def _body() -> bytes:
    request.max_content_length = LARGEST_BODY
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refusal(413, "The body is larger than anything that Shopify sends.") from None


def _read(body: bytes, domain: str, delivery: Delivery) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        # Webhooks made in the shop's admin may be set to XML; who looks for why none arrives finds this.
        log.warning("shopify_webhook_not_json", shop=domain, topic=delivery.topic)
        raise Refusal(400, "The body is no JSON object. Choose JSON as the format of the webhook.")
    return found


def _check(delivery: Delivery, domain: str, signer: Signer, body: dict[str, Any]) -> None:
    """Refuse what is about another shop, or is another topic's: only the body is signed."""
    if not privacy.fits(delivery.topic, body, domain, is_own_key=signer is Signer.SHOP):
        log.warning("shopify_webhook_of_another", shop=domain, topic=delivery.topic)
        raise Refusal(401, "The body is not about this shop, or not of this topic.")


def _keep(parts: Context, domain: str, shop_id: int, delivery: Delivery, body: bytes) -> None:
    event = NewEvent(shop_id, delivery.topic, delivery.webhook_id, delivery.triggered_at, delivery.is_test, body)
    try:
        is_new = parts.inbox.keep(event)
    except WriteRefused:
        parts.keyring.forget(domain)  # the shop may be gone since its keys were remembered
        raise
    (counters.KEPT if is_new else counters.COPY).inc()
