"""`/api/v1/shopify/{shop}/events`: what Shopify told us, what came of it, and once more by hand."""

from http import HTTPStatus
from operator import itemgetter
from typing import Any, Final

from connectors.shared.access import Access, access
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import ApiBlueprint
from connectors.shared.web.rest.paging import page_of, path_id, position
from connectors.shopify.context import context
from connectors.shopify.shops import shop_of_account
from connectors.shopify.webhooks.listing import get_event, list_events
from connectors.shopify.webhooks.replaying import NOWHERE, replay
from connectors.shopify.webhooks.schemas import EventQuerySchema, ShopifyEventPageSchema, ShopifyEventSchema

KIND: Final = "shopify-events"

SHOP: Final[dict[str, Any]] = {
    "in": "path",
    "name": "shop",
    "description": "The shop's permanent domain.",
    "schema": {"type": "string", "example": "x.myshopify.com"},
}
EVENT_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "id",
    "description": "The event's id.",
    "schema": {"type": "string", "format": "uuid"},
}

blueprint = ApiBlueprint(KIND, "/shopify/<shop>/events", "What Shopify told us, and what came of it.")


@blueprint.on("GET", "", parameters=[SHOP])
@access(Access.API_KEY)
@blueprint.takes(EventQuerySchema, "query")
@blueprint.answers(ShopifyEventPageSchema, "A page of events.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def search(query: dict[str, Any], shop: str) -> dict[str, Any]:
    """List events of a shop, newest first, with what came of each."""
    limit: int = query["limit"]
    with context().service.database.read() as connection:
        found = shop_of_account(connection, caller(), shop)
        kind = f"{KIND}:{found.id}"
        before = position(kind, query.get("cursor"))
        events = list_events(connection, found, topic=query.get("topic"), before_id=before, limit=limit + 1)
    return page_of(kind, events, limit, itemgetter("id"))


@blueprint.on("GET", "/<id>", parameters=[SHOP, EVENT_ID])
@access(Access.API_KEY)
@blueprint.answers(ShopifyEventSchema, "The event.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(shop: str, id: str) -> dict[str, Any]:
    """Show an event."""
    with context().service.database.read() as connection:
        return get_event(connection, shop_of_account(connection, caller(), shop), path_id(id, NOWHERE))


@blueprint.on("POST", "/<id>/replay", parameters=[SHOP, EVENT_ID])
@access(Access.API_KEY)
@blueprint.answers(ShopifyEventSchema, "The event, which waits to be worked off again.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def once_more(shop: str, id: str) -> dict[str, Any]:
    """Have an event worked off again, as if it had just happened.

    What was sent of it already is not sent again; what was skipped may be sent now.
    """
    with context().service.database.write() as connection:
        found = shop_of_account(connection, caller(), shop)
        event_id = path_id(id, NOWHERE)
        replay(connection, found.id, event_id)
        return get_event(connection, found, event_id)
