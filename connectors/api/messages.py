"""`/api/v1/messages`: looking at messages, and settling those in doubt."""

import re
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Connection

from connectors.api.authentication import caller
from connectors.api.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.api.bodies import InvalidFields
from connectors.api.context import context
from connectors.api.cursors import InvalidCursor
from connectors.api.schemas import MessagePageSchema, MessageQuerySchema, MessageSchema, ResolveSchema
from connectors.shared.access import Access, access
from connectors.shared.accounts.health import default_country
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound
from connectors.shared.messages.queries import Filter, get_message, list_messages
from connectors.shared.messages.resolve import resolve
from connectors.shared.phone_numbers import InvalidNumber, read_number, restore_plus

KIND: Final = "messages"
# Nothing else can be an id of ours, and PostgreSQL refuses to compare a text with a NUL in it.
_IS_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII).fullmatch

MESSAGE_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "message_id",
    "description": "The message's id.",
    "schema": {"type": "string", "format": "uuid"},
}

blueprint = ApiBlueprint(KIND, "/messages", "Messages and what became of them.")


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.takes(MessageQuerySchema, "query")
@blueprint.answers(MessagePageSchema, "A page of messages.")
@blueprint.refuses()
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List messages, newest first.

    The conditions narrow each other. Take `next` as `cursor` for the page after.
    """
    limit: int = query["limit"]
    before = _position(query.get("cursor"))
    with context().service.database.read() as connection:
        found = list_messages(connection, caller(), _filter(connection, query), before_id=before, limit=limit + 1)
    items = found[:limit]
    more = len(found) > limit
    return {"items": items, "next": context().cursors.write(KIND, caller(), items[-1]["id"]) if more else None}


@blueprint.on("GET", "/<message_id>", parameters=[MESSAGE_ID])
@access(Access.API_KEY)
@blueprint.answers(MessageSchema, "The message.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(message_id: str) -> dict[str, Any]:
    """Show a message."""
    with context().service.database.read() as connection:
        return get_message(connection, caller(), _id(message_id))


@blueprint.on("POST", "/<message_id>/resolve", parameters=[MESSAGE_ID])
@access(Access.API_KEY)
@blueprint.takes(ResolveSchema, "json")
@blueprint.answers(MessageSchema, "The message as it stands now.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *WITH_A_BODY)
def settle(body: dict[str, Any], message_id: str) -> dict[str, Any]:
    """Settle a message that is unconfirmed.

    Its call went out and no answer came, so it may have been sent or not. It is never sent again by itself:
    say that it was sent, that it was not, or that it is to be sent again.
    """
    service = context().service
    with service.database.write() as connection:
        resolve(
            connection,
            service.endings,
            _id(message_id),
            body["resolution"],
            now_ms(),
            account_id=caller(),
            receipt_deadline_ms=service.settings.receipt_deadline_ms,
            validity_ms=service.settings.validity_ms,
        )
        return get_message(connection, caller(), message_id)


def _id(given: str) -> str:
    if not _IS_ID(given):
        raise NotFound("There is no such message.")
    return given


def _position(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return context().cursors.read(KIND, caller(), cursor)
    except InvalidCursor:
        raise InvalidFields({"cursor": ["Give the `next` of a page of this list, unchanged."]}) from None


def _filter(connection: Connection, query: dict[str, Any]) -> Filter:
    return Filter(
        status=query.get("status"),
        to=_digits(connection, query["to"]) if "to" in query else None,
        source=query.get("source"),
        campaign_id=query.get("campaign_id"),
    )


def _digits(connection: Connection, given: str) -> str:
    try:
        return read_number(restore_plus(given), default_country(connection, caller())).digits
    except InvalidNumber as error:
        raise InvalidFields({"to": [str(error)]}) from None
