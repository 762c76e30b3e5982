"""What is kept of events, for tests to look at and to put there."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from connectors.service import Service
from connectors.shopify.automations.planning import Event, Refs
from connectors.shopify.context import Context
from connectors.shopify.tables import shopify_events
from connectors.shopify.webhooks.inbox import NewEvent
from connectors.shopify.webhooks.working import Worker
from tests.shopify.connected import parts_of

Taking = Callable[..., Refs]


def rows(service: Service) -> list[Mapping[str, Any]]:
    """Every event, oldest first."""
    with service.database.read() as connection:
        found = connection.execute(select(shopify_events).order_by(shopify_events.c.id)).mappings()
        return [dict(row) for row in found]


def states(service: Service) -> list[str]:
    return [row["state"] for row in rows(service)]


def keep(where: Service | Context, shop_id: int, topic: str, body: bytes, webhook_id: str, at: int = 1) -> bool:
    """Keep an event as the endpoint would."""
    parts = where if isinstance(where, Context) else parts_of(where)
    return parts.inbox.keep(NewEvent(shop_id, topic, webhook_id, at, False, body))


def work(service: Service) -> None:
    """Work off what waits."""
    Worker(parts_of(service)).run()


def recorded(taken: list[Event]) -> Taking:
    """Stand in for `planning.take`: note down the event, and fail where its body says so."""

    def take(connection: Any, secrets: Any, shop: Any, event: Event, **_: Any) -> Refs:
        if event.body.get("poison"):
            raise ValueError(f"{event.body}")
        taken.append(event)
        return Refs(order=str(event.body.get("id")))

    return take
