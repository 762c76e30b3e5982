"""An event once more, by hand: as if it had just happened. Whatever was sent already is not sent again."""

from typing import Final

from sqlalchemy import Connection, select, update

from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound, WrongState
from connectors.shopify.tables import EventState, shopify_events

NOWHERE: Final = "There is no such event."


def replay(connection: Connection, shop_id: int, event_id: str) -> None:
    """Have an event worked off again. Raises NotFound, and WrongState where what it said has been erased."""
    event = shopify_events.c
    same = (event.id == event_id) & (event.shop_id == shop_id)
    kept = event.body_sealed.is_not(None)
    values = {"state": EventState.PENDING.value, "replayed_at": now_ms()}
    if connection.execute(update(shopify_events).where(same, kept).values(values)).rowcount == 0:
        if connection.scalar(select(event.id).where(same)) is None:
            raise NotFound(NOWHERE)
        raise WrongState("What this event said has been erased: there is nothing to be worked off again.")
