"""What is kept of somebody in a shop: found by their ids and numbers, and erased with all that hangs from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Connection, select

from connectors.shared.automations import steps
from connectors.shared.secrets import SecretBox
from connectors.shopify.automations import planning
from connectors.shopify.orders import kept_consent, records
from connectors.shopify.orders.countries import reader_of
from connectors.shopify.orders.phones import Reader
from connectors.shopify.shops import Shop
from connectors.shopify.tables import RecordKind, shopify_events, shopify_records
from connectors.shopify.webhooks import events
from connectors.shopify.webhooks.topics import PRIVACY

SLICE: Final = 500

log = structlog.get_logger()


@dataclass(slots=True)
class Traces:
    """Ids of somebody's orders, checkouts and of themselves, and the records of these; `numbers` as digits of E.164."""

    customers: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    checkouts: set[str] = field(default_factory=set)
    records: set[tuple[RecordKind, str]] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set, repr=False)
    unfinished: set[str] = field(default_factory=set)
    """Events about them that were not worked off, or not well."""

    @property
    def subjects(self) -> list[str]:
        """What steps about them are about."""
        named = (("order", self.orders), ("checkout", self.checkouts), ("customer", self.customers))
        # Parcels and refunds are subject to their order, where that is told.
        others = {f"{kind.value}:{ref}" for kind, ref in self.records}
        return sorted(others.union(f"{kind}:{ref}" for kind, refs in named for ref in refs))

    @property
    def refs(self) -> Mapping[str, list[str]]:
        """What events about them are found by."""
        return {
            "order_ref": sorted(self.orders),
            "customer_ref": sorted(self.customers),
            "checkout_ref": sorted(self.checkouts),
        }

    def concern(self, topic: str, body: Mapping[str, Any], phones: Reader) -> bool:
        """Whether an event is about them, or holds one of their numbers."""
        refs = planning.refs_of(topic, body)
        if refs.order in self.orders or refs.customer in self.customers or refs.checkout in self.checkouts:
            return True
        return bool(self.numbers) and planning.holds_any(topic, body, self.numbers, phones)


def of_customer(
    connection: Connection,
    secrets: SecretBox,
    shop: Shop,
    customer_ref: str | None,
    order_refs: Collection[str],
    numbers: Collection[str],
) -> Traces:
    """Return what is kept of a customer of a shop, of these orders, and under these numbers."""
    found = Traces(orders=set(order_refs), numbers=set(numbers))
    # Named by their orders alone, they are whoever ordered.
    found.customers |= _who_ordered(connection, shop.id, order_refs) if customer_ref is None else {customer_ref}
    for customer in [*found.customers, None]:
        found.records.update(records.about(connection, shop.id, customer_ref=customer, order_refs=order_refs))
    _add_numbers(connection, secrets, shop.id, found)
    _add_unfinished(connection, secrets, shop, found)
    return found


def of_number(connection: Connection, secrets: SecretBox, shop: Shop, number: str) -> Traces:
    """Return what is kept in a shop under a number (digits of E.164)."""
    return of_customer(connection, secrets, shop, None, (), (number,))


def erase(connection: Connection, secrets: SecretBox, shop: Shop, found: Traces, *, words: str, now: int) -> None:
    """Forget records, drop the bodies of events, and stop what waits; messages are the caller's to erase."""
    records.forget(connection, shop.id, sorted(found.records))
    kept_consent.forget(
        connection,
        secrets,
        shop.id,
        customers=found.customers,
        checkouts=found.checkouts,
        numbers=found.numbers,
    )
    for chosen in events.of_refs(shop.id, found.refs):
        events.erase(connection, chosen)
    waiting = sorted(found.unfinished)
    for start in range(0, len(waiting), SLICE):
        events.erase(connection, shopify_events.c.id.in_(waiting[start : start + SLICE]))
    if shop.owner is not None:
        for subject in found.subjects:
            steps.stop(connection, shop.owner, subject, words=words, now=now)


def _add_numbers(connection: Connection, secrets: SecretBox, shop_id: int, found: Traces) -> None:
    """Add what their numbers stand in, and the orders of that: whoever shares a number shares its erasure."""
    for number in found.numbers:
        of_number = records.by_number(connection, secrets, number)
        found.records.update((kind, ref) for place, kind, ref in of_number if place == shop_id)
    _add_refs(connection, shop_id, found)
    found.records.update(records.about(connection, shop_id, customer_ref=None, order_refs=found.orders))
    _add_refs(connection, shop_id, found)


def _who_ordered(connection: Connection, shop_id: int, order_refs: Collection[str]) -> set[str]:
    rows = _rows_of(connection, shop_id, {(RecordKind.ORDER, ref) for ref in order_refs})
    return {row.customer_ref for row in rows if row.customer_ref}


def _add_refs(connection: Connection, shop_id: int, found: Traces) -> None:
    for row in _rows_of(connection, shop_id, found.records):
        found.orders.update(ref for ref in (row.order_ref,) if ref)
        found.checkouts.update(ref for ref in (row.checkout_ref,) if ref)
        of_kind = {"order": found.orders, "checkout": found.checkouts, "customer": found.customers}.get(row.kind)
        if of_kind is not None:
            of_kind.add(row.ref)
    found.records.update((RecordKind.CHECKOUT, ref) for ref in found.checkouts)


def _rows_of(connection: Connection, shop_id: int, pairs: Collection[tuple[RecordKind, str]]) -> list[Any]:
    """Return the ids in records; asked for kind by kind, since SQLite finds no pairs by an index."""
    known, rows = shopify_records.c, list[Any]()
    for kind in RecordKind:
        refs = sorted(ref for other, ref in pairs if other is kind)
        for start in range(0, len(refs), SLICE):
            chosen = (known.shop_id == shop_id) & (known.kind == kind.value)
            statement = select(known.kind, known.ref, known.order_ref, known.customer_ref, known.checkout_ref)
            rows += connection.execute(statement.where(chosen, known.ref.in_(refs[start : start + SLICE]))).all()
    return rows


def _add_unfinished(connection: Connection, secrets: SecretBox, shop: Shop, found: Traces) -> None:
    phones = reader_of(connection, shop)
    for row in events.unfinished(connection, shop.id):
        event = events.opened(secrets, row).event
        if event is not None and event.topic not in PRIVACY and _concerns(found, event, phones):
            found.unfinished.add(event.id)


def _concerns(found: Traces, event: planning.Event, phones: Reader) -> bool:
    try:
        return found.concern(event.topic, event.body, phones)
    except Exception:  # what made it fail may do so here, too; nobody can say that it is not about them
        log.exception("shopify_event_unclear", event_id=event.id)
        return True
