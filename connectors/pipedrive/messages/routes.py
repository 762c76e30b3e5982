"""`/pipedrive/api/messages`: one SMS to a contact, and the history of a contact.

Whom Pipedrive hides from the viewer they can neither text nor read about here.
"""

from operator import itemgetter
from typing import Any, Final

from flask import Response

from connectors.pipedrive.blueprint import api_blueprint, idempotent, pages, takes, viewer
from connectors.pipedrive.company.store import get_company, hold_company, require_account
from connectors.pipedrive.context import context
from connectors.pipedrive.errors import Gone
from connectors.pipedrive.messages.composing import Addressed, Wish, address, message_of, read_wish
from connectors.pipedrive.messages.history import NOWHERE, Belonging, belonging, list_history, show_message
from connectors.pipedrive.messages.recording import record
from connectors.pipedrive.messages.schemas import HistoryQuerySchema, NewMessageSchema
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.platform.looking_up import person_of
from connectors.shared.access import Access, access
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound
from connectors.shared.messages import canceling
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import InvalidMessage, check_text
from connectors.shared.phone_numbers import InvalidNumber, read_local_number
from connectors.shared.segments import Segments
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.idempotent import Once, answer
from connectors.shared.web.paging import path_id

_ROOM: Final = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""What a single segment holds, and each of several."""

blueprint = api_blueprint("messages")


@blueprint.post("/messages/preview")
@access(Access.SIGNED_TOKEN)
@takes(NewMessageSchema)
def preview(body: dict[str, Any]) -> dict[str, Any]:
    """Show what a contact would read, and what is missing. Nothing is sent or kept."""
    parts, who = context(), viewer()
    wish = read_wish(parts, who, body)
    addressed = address(parts, who, wish, body["person_id"], body.get("to"))
    return {
        "to": _read_number(addressed.to, wish.sender.country_code),
        "text": addressed.text,
        **_counted(wish, addressed),
        "missing": list(addressed.missing),
        "words": addressed.words or None,
    }


@blueprint.post("/messages")
@access(Access.SIGNED_TOKEN)
@takes(NewMessageSchema)
def send(body: dict[str, Any]) -> Response:
    """Send a message to a contact. With the header `Idempotency-Key` the same request twice is done once."""
    parts, who = context(), viewer()
    service = parts.service
    with service.database.read() as connection:
        account_id = require_account(get_company(connection, who.company_id))
    with idempotent(account_id) as once:
        if once.replay is not None:
            return once.replay
        wish = read_wish(parts, who, body)
        addressed = address(parts, who, wish, body["person_id"], body.get("to"))
        return _keep(who, addressed.person.id, message_of(wish, addressed), once)


@blueprint.get("/messages")
@access(Access.SIGNED_TOKEN)
@takes(HistoryQuerySchema, "query")
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List what was sent to a contact, newest first."""
    parts, who = context(), viewer()
    limit: int = query["limit"]
    listed = pages(f"history-{query['person_id']}")
    before = listed.position(query.get("cursor"))
    person_of(parts, who, query["person_id"])
    with parts.service.database.read() as connection:
        found = list_history(connection, who.company_id, query["person_id"], before_id=before, limit=limit + 1)
    return listed.page(found, limit, itemgetter("id"))


@blueprint.get("/messages/<message_id>")
@access(Access.SIGNED_TOKEN)
def show(message_id: str) -> dict[str, Any]:
    """Show a message."""
    _visible(path_id(message_id, NOWHERE))
    with context().service.database.read() as connection:
        return show_message(connection, viewer().company_id, message_id)


@blueprint.post("/messages/<message_id>/cancel")
@access(Access.SIGNED_TOKEN)
def cancel(message_id: str) -> dict[str, Any]:
    """Cancel a message that still waits."""
    whose = _visible(path_id(message_id, NOWHERE))
    service = context().service
    with service.database.write() as connection:
        canceling.cancel(connection, service.endings, whose.account_id, message_id, now_ms())
        return show_message(connection, viewer().company_id, message_id)


def _visible(message_id: str) -> Belonging:
    """Return whose a message is, where it is the company's and the viewer may see the contact. Raises NotFound."""
    parts, who = context(), viewer()
    with parts.service.database.read() as connection:
        whose = belonging(connection, who.company_id, message_id)
    try:
        person_of(parts, who, whose.person_id)
    except Gone:
        raise NotFound(NOWHERE) from None
    return whose


def _keep(who: GrantKey, person_id: int, new: NewMessage, once: Once) -> Response:
    """Keep a message, whose it is, and what is to be written into Pipedrive, all at once."""
    service = context().service
    with service.database.write() as connection:
        hold_company(connection, who.company_id)
        company = get_company(connection, who.company_id)
        message_id = service.acceptor.accept_within(connection, [new])[0].id
        record(connection, company, who, person_id, message_id)
        shown = show_message(connection, who.company_id, message_id)
        response = once.complete(connection, shown, message_id) if once.keyed else answer(shown, message_id)
    service.acceptor.announce()
    return response


def _read_number(to: str | None, country_code: str | None) -> str | None:
    try:
        return None if to is None else read_local_number(to, country_code).e164
    except InvalidNumber as error:
        raise InvalidFields({"to": [str(error)]}) from None


def _counted(wish: Wish, addressed: Addressed) -> dict[str, Any]:
    """Return how the text travels; nulls where there is none yet. Raises InvalidFields for one that cannot be sent."""
    if addressed.text is None:
        names = ("encoding", "segments", "characters", "characters_left")
        return {**dict.fromkeys(names), "unicode_characters": []}
    try:
        segments = check_text(addressed.text)
    except InvalidMessage as error:
        raise InvalidFields({wish.place: [str(error)]}) from None
    return {
        "encoding": segments.encoding,
        "segments": segments.count,
        "characters": segments.units,
        "characters_left": _left(segments),
        "unicode_characters": list(segments.unicode_characters),
    }


def _left(segments: Segments) -> int:
    """Return how many characters go into the last segment still."""
    single, each = _ROOM[segments.encoding]
    return max(0, (single if segments.count <= 1 else segments.count * each) - segments.units)
