"""`/api/v1/messages`: sending, looking at what became of it, and settling what is in doubt."""

from http import HTTPStatus
from operator import itemgetter
from typing import Any, Final

from flask import Response
from sqlalchemy import Connection

from connectors.api.context import context
from connectors.api.idempotent import CREATED_HEADERS, KEY_PARAMETER, Once, answer, idempotent
from connectors.api.numbers import digits_of
from connectors.api.schemas_messages import (
    MessagePageSchema,
    MessageQuerySchema,
    MessageSchema,
    NewMessageSchema,
    ResolveSchema,
)
from connectors.shared.access import Access, access
from connectors.shared.accounts.senders import Sender, sender_of_account
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.gateways.base import Captcha
from connectors.shared.gateways.installed import GATEWAYS, features_of
from connectors.shared.messages import canceling, redacting
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import InvalidMessage, compose
from connectors.shared.messages.queries import Filter, get_message, list_messages
from connectors.shared.messages.resolve import resolve
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import WITH_A_BODY, ApiBlueprint
from connectors.shared.web.rest.paging import page_of, path_id, position
from connectors.shared.web.templated import filled

KIND: Final = "messages"
SOURCE: Final = "api"
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "A text": {"to": "+919816111111", "text": "Your order has been shipped."},
    "A template, later": {
        "to": "+919816111111",
        "template": "order shipped",
        "variables": {"first_name": "Asha"},
        "due_at": "2026-12-24T09:00:00+05:30",
    },
}
NOWHERE: Final = "There is no such message."
LONGEST_SEND_MS: Final = 10 * SECOND
"""A message is kept together with its answer, so a request that is slower than this sends nothing: it meets 409."""

MESSAGE_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "message_id",
    "description": "The message's id.",
    "schema": {"type": "string", "format": "uuid"},
}

_message_schema = MessageSchema()

blueprint = ApiBlueprint(KIND, "/messages", "Messages and what became of them.")


@blueprint.on("POST", "", parameters=[KEY_PARAMETER])
@access(Access.API_KEY)
@blueprint.takes(NewMessageSchema, "json", EXAMPLES)
@blueprint.creates(MessageSchema, "The message, kept and on its way.", CREATED_HEADERS)
@blueprint.refuses(HTTPStatus.CONFLICT, *WITH_A_BODY)
def send(body: dict[str, Any]) -> Response:
    """Send a message.

    What is left out is as the template or the account has it. Once this is answered the message is kept: it goes out,
    or says why not.
    """
    with idempotent(LONGEST_SEND_MS) as once:
        if once.replay is not None:
            return once.replay
        return _keep(_composed(body), once)


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
    before = position(KIND, query.get("cursor"))
    with context().service.database.read() as connection:
        found = list_messages(connection, caller(), _filter(connection, query), before_id=before, limit=limit + 1)
    return page_of(KIND, found, limit, itemgetter("id"))


@blueprint.on("GET", "/<message_id>", parameters=[MESSAGE_ID])
@access(Access.API_KEY)
@blueprint.answers(MessageSchema, "The message.")
@blueprint.refuses(HTTPStatus.NOT_FOUND)
def show(message_id: str) -> dict[str, Any]:
    """Show a message."""
    with context().service.database.read() as connection:
        return get_message(connection, caller(), path_id(message_id, NOWHERE))


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
            path_id(message_id, NOWHERE),
            body["resolution"],
            now_ms(),
            account_id=caller(),
            receipt_deadline_ms=service.settings.receipt_deadline_ms,
            validity_ms=service.settings.validity_ms,
        )
        return get_message(connection, caller(), message_id)


@blueprint.on("POST", "/<message_id>/cancel", parameters=[MESSAGE_ID])
@access(Access.API_KEY)
@blueprint.answers(MessageSchema, "The message, canceled.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def cancel(message_id: str) -> dict[str, Any]:
    """Cancel a message that still waits."""
    service = context().service
    with service.database.write() as connection:
        canceling.cancel(connection, service.endings, caller(), path_id(message_id, NOWHERE), now_ms())
        return get_message(connection, caller(), message_id)


@blueprint.on("DELETE", "/<message_id>/text", parameters=[MESSAGE_ID])
@access(Access.API_KEY)
@blueprint.answers(MessageSchema, "The message without its text.")
@blueprint.refuses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def redact(message_id: str) -> dict[str, Any]:
    """Remove the text of a message that has been sent, or never will be."""
    with context().service.database.write() as connection:
        redacting.redact(connection, caller(), path_id(message_id, NOWHERE))
        return get_message(connection, caller(), message_id)


def _composed(body: dict[str, Any]) -> NewMessage:
    given = dict(body)
    name, variables = given.pop("template", None), given.pop("variables", {})
    with context().service.database.read() as connection:
        sender = sender_of_account(connection, caller())
        if name is not None:
            given = filled(connection, caller(), name, variables) | given
    captcha = given.pop("captcha", None)
    new = compose(sender, source=SOURCE, captcha=None if captcha is None else Captcha(**captcha), **given)
    if captcha is not None:
        _check_takes_captcha(sender, new)
    return new


def _check_takes_captcha(sender: Sender, new: NewMessage) -> None:
    """Raise InvalidMessage where a message will travel by a vendor that has nobody read pictures."""
    router = context().service.router
    path = router.path(new.account_id, new.connection_id, new.recipient.digits, new.sender_id)
    if not features_of(path.gateway or sender.gateway).captcha:
        takers = [kind.title for kind in GATEWAYS if kind.features.captcha]
        where = f" It is for those that travel by {' or '.join(takers)}." if takers else ""
        raise InvalidMessage("captcha", f"This message travels by a gateway that takes no captcha.{where}")


def _keep(new: NewMessage, once: Once) -> Response:
    service = context().service
    if once.keyed:
        with service.database.write() as connection:
            accepted = service.acceptor.accept_within(connection, [new])[0]
            response = once.complete(connection, _dumped(connection, accepted.id), accepted.id)
        service.acceptor.announce()
        return response
    accepted = service.acceptor.accept([new])[0]
    with service.database.read() as connection:
        return answer(_dumped(connection, accepted.id), accepted.id)


def _dumped(connection: Connection, message_id: str) -> dict[str, Any]:
    dumped: dict[str, Any] = _message_schema.dump(get_message(connection, caller(), message_id))
    return dumped


def _filter(connection: Connection, query: dict[str, Any]) -> Filter:
    return Filter(
        status=query.get("status"),
        to=digits_of(connection, "to", query["to"]) if "to" in query else None,
        source=query.get("source"),
        campaign_id=query.get("campaign_id"),
    )
