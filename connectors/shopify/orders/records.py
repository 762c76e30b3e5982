"""The newest that is known of an order, a parcel, a checkout, a customer: kept, found, forgotten.

What is kept is sealed. Its numbers are found by their keyed digests, so that whoever wants to be forgotten is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.clock import now_ms
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shopify.orders.merging import merged
from connectors.shopify.tables import RecordKind, shopify_numbers, shopify_records

SLICE: Final = 200
_PURPOSE: Final = "shopify-number"
_REFS: Final = ("order_ref", "customer_ref", "checkout_ref", "cart_ref")

# Made once: to make them costs more than to have them executed, and each event has several.
_known = shopify_records.c
_one = (_known.shop_id == bindparam("of_shop")) & (_known.kind == bindparam("of_kind"))
_ONE: Final = select(shopify_records).where(_one, _known.ref == bindparam("of_ref"))
_CHANGE: Final = update(shopify_records).where(
    _one, _known.ref == bindparam("of_ref"), _known.facts_sealed == bindparam("as_read")
)
_BY: Final = {name: select(shopify_records).where(_one, _known[name] == bindparam("of_ref")) for name in _REFS}
_INSERTS: Final = {
    (dialect, table): made(table).on_conflict_do_nothing()
    for dialect, made in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    for table in (shopify_records, shopify_numbers)
}


@dataclass(frozen=True, slots=True)
class Record:
    """One of them; `facts` is what a text or a decision needs, in names of our own (`orders/facts.py`)."""

    kind: RecordKind
    ref: str
    order_ref: str | None
    customer_ref: str | None
    checkout_ref: str | None
    cart_ref: str | None
    version: int
    facts: Mapping[str, Any] = field(repr=False)


def remember(
    connection: Connection, secrets: SecretBox, shop_id: int, record: Record, numbers: Collection[str]
) -> Record:
    """Keep a record where it is newer than what is kept, and return the newest; `numbers` are digits of E.164 in it.

    What the newer leaves out is as the older has it (`merging.py`). Two at once do not undo each other.
    """
    _, newest = add(connection, secrets, shop_id, record, numbers)
    return newest


def add(
    connection: Connection, secrets: SecretBox, shop_id: int, record: Record, numbers: Collection[str]
) -> tuple[Record | None, Record]:
    """Do the same, and return what was known before beside the newest."""
    while True:
        kept = _row(connection, shop_id, record.kind, record.ref)
        known = None if kept is None else read(secrets, kept)
        newest = record if known is None else put_together(known, record)
        if newest == known or _put(connection, secrets, shop_id, newest, kept):
            break
    _index(connection, secrets, shop_id, record, numbers)
    return known, newest


def put_together(one: Record, other: Record) -> Record:
    """Return what two versions of a record tell, in whatever order they came."""
    older, newer = sorted((one, other), key=_age)
    refs = {name: getattr(newer, name) or getattr(older, name) for name in _REFS}
    return replace(newer, **refs, facts=merged(newer.kind, older.facts, newer.facts))


def find(connection: Connection, secrets: SecretBox, shop_id: int, kind: RecordKind, ref: str) -> Record | None:
    """Return a record, None where there is none (or what is kept cannot be unsealed)."""
    row = _row(connection, shop_id, kind, ref)
    return None if row is None else read(secrets, row)


def of_order(connection: Connection, secrets: SecretBox, shop_id: int, kind: RecordKind, ref: str) -> list[Record]:
    """Return the parcels, or refunds, of an order."""
    return _by(connection, secrets, shop_id, kind, "order_ref", ref)


def of_customer(connection: Connection, secrets: SecretBox, shop_id: int, kind: RecordKind, ref: str) -> list[Record]:
    """Return the orders, or checkouts, of a customer."""
    return _by(connection, secrets, shop_id, kind, "customer_ref", ref)


def of_checkout(
    connection: Connection,
    secrets: SecretBox,
    shop_id: int,
    kind: RecordKind,
    checkout_ref: str | None,
    cart_ref: str | None,
) -> list[Record]:
    """Return the orders that came of a checkout, or the checkouts of an order: by either token."""
    # One after the other: with OR SQLite goes through all that the shop has of this kind.
    found = {
        record.ref: record
        for column, value in (("checkout_ref", checkout_ref), ("cart_ref", cart_ref))
        if value is not None
        for record in _by(connection, secrets, shop_id, kind, column, value)
    }
    return [found[ref] for ref in sorted(found)]


def of_number(connection: Connection, secrets: SecretBox, shop_id: int, kind: RecordKind, number: str) -> list[Record]:
    """Return what a number (digits of E.164) stands in."""
    places = by_number(connection, secrets, number)
    refs = [ref for place_id, of_kind, ref in places if (place_id, of_kind) == (shop_id, kind)]
    some = select(shopify_records).where(_one, _known.ref.in_(refs))
    return _select(connection, secrets, some, {"of_shop": shop_id, "of_kind": kind.value}) if refs else []


def by_number(connection: Connection, secrets: SecretBox, number: str) -> list[tuple[int, RecordKind, str]]:
    """Return where a number (digits of E.164) stands, of every shop: (our id of the shop, kind, ref)."""
    found = shopify_numbers.c
    statement = select(found.shop_id, found.kind, found.ref).where(
        found.number_digest.in_(secrets.digests(_PURPOSE, number))
    )
    rows = connection.execute(statement.order_by(found.shop_id, found.kind, found.ref).distinct())
    return [(row.shop_id, RecordKind(row.kind), row.ref) for row in rows]


def about(
    connection: Connection, shop_id: int, *, customer_ref: str | None, order_refs: Collection[str] = ()
) -> list[tuple[RecordKind, str]]:
    """Return all that is kept of a customer, and of these orders: with their parcels, refunds and checkouts."""
    known = shopify_records.c
    orders = set(order_refs)
    found: dict[tuple[str, str], RowMapping] = {}
    if customer_ref is not None:
        found |= _keys(connection, shop_id, known.customer_ref == customer_ref)
        orders |= {row["order_ref"] for row in found.values() if row["order_ref"]}
    for some in _slices(orders):
        found |= _keys(connection, shop_id, known.order_ref.in_(some))
    checkouts = {row["checkout_ref"] for row in found.values() if row["checkout_ref"]}
    for some in _slices(checkouts):
        found |= _keys(connection, shop_id, known.checkout_ref.in_(some))
    return [(RecordKind(kind), ref) for kind, ref in sorted(found)]


def forget(connection: Connection, shop_id: int, records: Sequence[tuple[RecordKind, str]]) -> None:
    """Forget records, with what finds them by a number."""
    for kind, refs in _by_kind(records):
        for table in (shopify_numbers, shopify_records):
            of_them = (table.c.shop_id == shop_id) & (table.c.kind == kind) & table.c.ref.in_(refs)
            connection.execute(delete(table).where(of_them))


def _age(record: Record) -> tuple[int, int]:
    return record.version, record.facts.get("told_at", 0)


def _row(connection: Connection, shop_id: int, kind: RecordKind, ref: str) -> RowMapping | None:
    return connection.execute(_ONE, _named(shop_id, kind, ref)).mappings().first()


def _named(shop_id: int, kind: RecordKind, ref: str) -> dict[str, Any]:
    return {"of_shop": shop_id, "of_kind": kind.value, "of_ref": ref}


def _by(
    connection: Connection, secrets: SecretBox, shop_id: int, kind: RecordKind, column: str, ref: str
) -> list[Record]:
    return _select(connection, secrets, _BY[column], _named(shop_id, kind, ref))


def _select(connection: Connection, secrets: SecretBox, statement: Any, values: dict[str, Any]) -> list[Record]:
    # Put in order here: SQLite would take the primary key for that, and go through all of this kind.
    rows = sorted(connection.execute(statement, values).mappings(), key=itemgetter("ref"))
    return [found for found in (read(secrets, row) for row in rows) if found is not None]


def _keys(connection: Connection, shop_id: int, which: ColumnElement[bool]) -> dict[tuple[str, str], RowMapping]:
    known = shopify_records.c
    statement = select(known.kind, known.ref, known.order_ref, known.checkout_ref).where(
        known.shop_id == shop_id, which
    )
    return {(row["kind"], row["ref"]): row for row in connection.execute(statement).mappings()}


def read(secrets: SecretBox, row: RowMapping) -> Record | None:
    """Return what a row says, None where it cannot be unsealed."""
    try:
        facts = orjson.loads(secrets.decrypt(row["facts_sealed"]))
    except SecretUnreadable:
        return None  # sealed under a key that is gone: what is told next is all that is known
    refs = {name: row[name] for name in _REFS}
    return Record(kind=RecordKind(row["kind"]), ref=row["ref"], version=row["version"], facts=facts, **refs)


def _put(connection: Connection, secrets: SecretBox, shop_id: int, record: Record, kept: RowMapping | None) -> bool:
    """Whether it took: nobody has kept another version since `kept` was read."""
    values = {
        **{name: getattr(record, name) for name in _REFS},
        "version": record.version,
        "facts_sealed": secrets.encrypt(orjson.dumps(record.facts).decode()),
        "updated_at": now_ms(),
    }
    if kept is None:
        key = {"shop_id": shop_id, "kind": record.kind.value, "ref": record.ref}
        # Not by rowcount, of which psycopg's pipelined INSERT knows nothing.
        insert = _insert_into(connection, shopify_records).returning(shopify_records.c.ref)
        return connection.execute(insert, key | values).first() is not None
    as_read = _named(shop_id, record.kind, record.ref) | {"as_read": kept["facts_sealed"]}
    return connection.execute(_CHANGE, as_read | values).rowcount == 1


def _index(connection: Connection, secrets: SecretBox, shop_id: int, record: Record, numbers: Collection[str]) -> None:
    rows = [
        {
            "shop_id": shop_id,
            "number_digest": secrets.digest(_PURPOSE, number),
            "kind": record.kind.value,
            "ref": record.ref,
        }
        for number in sorted(set(numbers))
    ]
    if rows:
        connection.execute(_insert_into(connection, shopify_numbers), rows if len(rows) > 1 else rows[0])


def _insert_into(connection: Connection, table: Table) -> Any:
    return _INSERTS[connection.dialect.name, table]


def _by_kind(records: Sequence[tuple[RecordKind, str]]) -> Iterator[tuple[str, list[str]]]:
    for kind in RecordKind:
        for refs in _slices({ref for of_kind, ref in records if of_kind is kind}):
            yield kind.value, refs


def _slices(refs: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(refs)
    return (ordered[start : start + SLICE] for start in range(0, len(ordered), SLICE))
