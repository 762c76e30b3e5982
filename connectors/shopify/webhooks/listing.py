"""Events as users see them: what Shopify told us, and what came of it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from connectors.shared.automations import steps
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound
from connectors.shopify.shops import Shop
from connectors.shopify.tables import shopify_events
from connectors.shopify.webhooks.replaying import NOWHERE

_event = shopify_events.c
_SHOWN: Final = (
    *(_event.id, _event.topic, _event.received_at, _event.triggered_at, _event.state, _event.is_test),
    *(_event.replayed_at, _event.body_sealed.is_not(None).label("replayable")),
)


def list_events(
    connection: Connection, shop: Shop, *, topic: str | None, before_id: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return events of a shop, newest first, those older than an event's id."""
    statement = select(*_SHOWN).where(_event.shop_id == shop.id).order_by(_event.id.desc()).limit(limit)
    if topic is not None:
        statement = statement.where(_event.topic == topic)
    if before_id is not None:
        statement = statement.where(_event.id < before_id)
    return _shown(connection, shop, connection.execute(statement).all())


def get_event(connection: Connection, shop: Shop, event_id: str) -> dict[str, Any]:
    """Return an event of a shop. Raises NotFound."""
    statement = select(*_SHOWN).where(_event.id == event_id, _event.shop_id == shop.id)
    found = _shown(connection, shop, connection.execute(statement).all())
    if not found:
        raise NotFound(NOWHERE)
    return found[0]


def _shown(connection: Connection, shop: Shop, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    outcomes = {} if shop.owner is None else steps.of_events(connection, shop.owner, ids)
    return [
        {
            "id": row.id,
            "topic": row.topic,
            "received_at": to_rfc3339(row.received_at),
            "triggered_at": to_rfc3339(row.triggered_at),
            "state": row.state,
            "test": row.is_test,
            "replayed_at": to_rfc3339(row.replayed_at),
            "replayable": row.replayable,
            "outcomes": [steps.outcome(step) for step in outcomes.get(row.id, ())],
        }
        for row in rows
    ]
