"""What each event means for a shop's automations: steps planned, moved and stopped, in the event's own transaction."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from connectors.shared.secrets import SecretBox
from connectors.shopify.automations import checkouts, customers, parcels, purchases
from connectors.shopify.automations.happening import Batch, Event, FactsReader, Happening, batch_of
from connectors.shopify.orders import facts
from connectors.shopify.orders.phones import Reader, holds, numbers_of
from connectors.shopify.orders.reading import part, parts, ref, token
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import Shop

__all__ = [
    "KNOWN_TOPICS",
    "Batch",
    "Event",
    "Refs",
    "batch_of",
    "holds_any",
    "numbers_in",
    "prepare",
    "refs_of",
    "take",
]

_HANDLERS: Final[Mapping[str, Callable[[Happening], None]]] = {
    "orders/create": purchases.created,
    "orders/paid": purchases.paid,
    "orders/updated": purchases.updated,
    "orders/cancelled": purchases.cancelled,
    "orders/fulfilled": purchases.fulfilled,
    "orders/partially_fulfilled": purchases.fulfilled,
    "orders/delete": purchases.deleted,
    "refunds/create": purchases.refunded,
    "fulfillments/create": parcels.told,
    "fulfillments/update": parcels.told,
    "fulfillment_events/create": parcels.carrier_told,
    "checkouts/create": checkouts.told,
    "checkouts/update": checkouts.told,
    "checkouts/delete": checkouts.deleted,
    "customers/create": customers.told,
    "customers/update": customers.told,
    "customers/enable": customers.told,
    "customers/disable": customers.told,
    "customers/delete": customers.deleted,
    "customers_marketing_consent/update": customers.consented,
}

KNOWN_TOPICS: Final = frozenset(_HANDLERS)
"""Topics that have a meaning here; the four of privacy and uninstallation are `webhooks/` own."""

_READERS: Final[Mapping[str, FactsReader]] = {
    "orders": facts.order_record,
    "fulfillments": facts.fulfillment_record,
    "checkouts": facts.checkout_record,
    "customers": facts.customer_record,
    "customers_marketing_consent": facts.consent_record,
}
"""What reads a body that may hold a number."""


@dataclass(frozen=True, slots=True)
class Refs:
    """Whom an event is about, as far as its body says."""

    order: str | None = None
    customer: str | None = None
    checkout: str | None = None


def prepare(event: Event, batch: Batch) -> None:
    """Read an event before a transaction is opened for it."""
    reader = _READERS.get(event.topic.partition("/")[0])
    record = None if reader is None else event.read(reader)
    if record is not None:
        numbers_of(record, batch.phones.shop_country, batch.phones.calling_code, known=event.numbers)


def take(
    connection: Connection,
    secrets: SecretBox,
    shop: Shop,
    event: Event,
    *,
    paid_window_ms: int,
    now: int,
    batch: Batch | None = None,
) -> Refs:
    """Remember what an event says, and plan, move and stop steps. A shop without an account is only remembered.

    Copes with any JSON object: what is not there, or not of its kind, is as if it were left out.
    """
    handler = _HANDLERS.get(event.topic)
    if handler is not None:
        shared = batch_of(connection, shop) if batch is None else batch
        handler(Happening(connection, secrets, shop, event, shared, paid_window_ms=paid_window_ms, now=now))
    return refs_of(event.topic, event.body)


def refs_of(topic: str, body: Mapping[str, Any]) -> Refs:
    """Return whom an event is about."""
    kind = topic.partition("/")[0]
    own, of_order, buyer = ref(body.get("id")), ref(body.get("order_id")), ref(part(body, "customer").get("id"))
    match kind:
        case "orders":
            return Refs(own, buyer, token(body.get("checkout_token")) or token(body.get("token")))
        case "fulfillments" | "fulfillment_events" | "refunds":
            return Refs(order=of_order)
        case "checkouts":
            return Refs(customer=buyer, checkout=token(body.get("token")))
        case "customers" | "customers_marketing_consent":
            return Refs(customer=ref(body.get("customer_id")) or own)
    return Refs()


def numbers_in(
    topic: str, body: Mapping[str, Any], country_code: str | None, calling_code: str | None = None
) -> set[str]:
    """Return every number (digits of E.164) in an event that can be read as one."""
    found: set[str] = set()
    for record in _records(topic.partition("/")[0], body):
        if record is not None:
            found |= numbers_of(record, country_code, calling_code)
    return found


def holds_any(topic: str, body: Mapping[str, Any], numbers: Collection[str], phones: Reader) -> bool:
    """Whether one of these numbers (digits of E.164) is in an event."""
    told = _records(topic.partition("/")[0], body)
    return any(record is not None and holds(record, numbers, phones) for record in told)


def _records(kind: str, body: Mapping[str, Any]) -> Iterator[Record | None]:
    """Read all that holds a number."""
    if kind in _READERS:
        yield _READERS[kind](body, 0)
    if kind == "orders":
        yield from (facts.fulfillment_record(each, 0) for each in parts(body, "fulfillments", parcels.MOST_PARCELS))
