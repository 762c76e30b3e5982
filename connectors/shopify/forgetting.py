"""What is kept of people goes with their numbers, and with time.

What Shopify itself keeps is Shopify's: it tells of an order again when that changes.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection, delete, select

from connectors.service import Service
from connectors.shared.clock import now_ms
from connectors.shared.messages.dispatcher import Job
from connectors.shopify.context import Context
from connectors.shopify.orders import ageing, kept_consent, records
from connectors.shopify.shops import lock_shop
from connectors.shopify.tables import IS_FAILED, IS_PENDING, shopify_events
from connectors.shopify.webhooks import data_requests, events, traces

PURGE_SECONDS: Final = 600.0
SLICE: Final = 1_000
_WORDS: Final = "The number was erased."


def jobs(parts: Context) -> Sequence[Job]:
    """Return what has old things go."""
    return [Job("shopify-purge", PURGE_SECONDS, partial(purge, parts.service))]


def listen(service: Service) -> None:
    """Have what is kept of people forgotten with their numbers."""
    service.forgetting.register_for_numbers(partial(_forget_number, service))


def purge(service: Service) -> None:
    """Forget events, records, and answers to data requests, once they are past their days."""
    before = now_ms() - service.settings.retention_ms
    for some in (_purge_events, partial(_purge_records, service)):
        more = True
        while more:
            with service.database.write() as connection:
                more = some(connection, before) > 0
    data_requests.remove_older(service.settings.data_dir, before)


def _purge_records(service: Service, connection: Connection, before_ms: int) -> int:
    return ageing.purge(connection, service.secrets, before_ms)


def _purge_events(connection: Connection, before_ms: int) -> int:
    event = shopify_events.c
    old = select(event.id).where(event.id < events.first_id(before_ms)).order_by(event.id).limit(SLICE)
    return connection.execute(delete(shopify_events).where(event.id.in_(old))).rowcount


def _forget_number(service: Service, connection: Connection, number: str) -> None:
    for shop_id in _shops_with(service, connection, number):
        # Locked: what somebody is just working off is not seen before it is kept.
        shop = lock_shop(connection, shop_id, wait=True)
        if shop is not None:
            found = traces.of_number(connection, service.secrets, shop, number)
            traces.erase(connection, service.secrets, shop, found, words=_WORDS, now=now_ms())
            data_requests.remove_of_customer(service.settings.data_dir, shop, found)


def _shops_with(service: Service, connection: Connection, number: str) -> list[int]:
    """Return the shops that know a number, and those of whose events nobody knows yet whom they are about."""
    known = {shop_id for shop_id, _, _ in records.by_number(connection, service.secrets, number)}
    known |= kept_consent.shops_of(connection, service.secrets, number)
    for state in (IS_PENDING, IS_FAILED):  # each has an index; with OR SQLite goes through all events
        known.update(connection.scalars(select(shopify_events.c.shop_id).where(state).distinct()))
    return sorted(known)
