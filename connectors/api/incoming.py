"""`/api/v1/incoming`: messages from phones."""

from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from connectors.api.context import context
from connectors.api.numbers import digits_of
from connectors.api.schemas_incoming import FROM, IncomingPageSchema, IncomingQuerySchema
from connectors.shared.access import Access, access
from connectors.shared.incoming.cleaning import LONGEST_ADDRESS, SHORTEST_NUMBER, clean_address
from connectors.shared.incoming.store import list_incoming
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.blueprint import ApiBlueprint
from connectors.shared.web.rest.paging import page_of, position

KIND: Final = "incoming"

blueprint = ApiBlueprint(KIND, "/incoming", "Messages from phones.")


@blueprint.on("GET", "")
@access(Access.API_KEY)
@blueprint.takes(IncomingQuerySchema, "query")
@blueprint.answers(IncomingPageSchema, "A page of incoming messages.")
@blueprint.refuses()
def search(query: dict[str, Any]) -> dict[str, Any]:
    """List incoming messages, newest first.

    Each is here once, also where the vendor calls us and is asked as well.
    """
    limit: int = query["limit"]
    before = position(KIND, query.get("cursor"))
    with context().service.database.read() as connection:
        sender = _address(connection, query["sender"]) if "sender" in query else None
        found = list_incoming(connection, caller(), sender=sender, before_id=before, limit=limit + 1)
    return page_of(KIND, found, limit, itemgetter("id"))


def _address(connection: Connection, given: str) -> str:
    """Return a sender as it is kept. Raises InvalidFields for what looks like a number and is none."""
    address = clean_address(given)
    is_other = 0 < len(address) < (SHORTEST_NUMBER if address.isdecimal() else LONGEST_ADDRESS)
    return address if is_other else digits_of(connection, FROM, given)
