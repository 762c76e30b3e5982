"""Which opt-outs Shopify was told of, and which it is to be told of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.service import Service
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.opt_outs.store import OptOut
from connectors.shared.secrets import SecretBox
from connectors.shopify.orders import records
from connectors.shopify.platform.admin import LONGEST_CALL_SECONDS
from connectors.shopify.tables import IS_UNTOLD, RecordKind, shopify_opt_outs, shopify_records, shopify_shops

LEASE_MS: Final = int(LONGEST_CALL_SECONDS * SECOND) + MINUTE
MOST_ATTEMPTS: Final = 25
"""Over some two weeks."""
_rows = shopify_opt_outs.c


@dataclass(frozen=True, slots=True)
class Untold:
    """A customer whose opt-out Shopify is to be told of. Moments are UTC milliseconds."""

    shop_id: int
    customer_ref: str
    opted_out_at: int
    next_attempt_at: int
    attempts: int


def note(service: Service, shop_id: int, opt_outs: Sequence[OptOut]) -> None:
    """Have Shopify told of these opt-outs, for each of the shop's customers who has such a number."""
    with service.database.read() as connection:
        found = list(_customers(connection, service.secrets, shop_id, opt_outs))
        known = _known(connection, shop_id, [ref for ref, _ in found])
    new: dict[str, int] = {}
    for ref, moment in found:  # a customer may have two numbers: the later one counts
        if moment > max(known.get(ref, 0), new.get(ref, 0)):
            new[ref] = moment
    if new:
        with service.database.write() as connection:
            for ref, moment in new.items():
                _note(connection, shop_id, ref, moment)


def due(database: Database, most: int) -> list[Untold]:
    """Return those who are to be told of now."""
    shops = shopify_shops.c
    lets_in = shops.is_app.is_(True) & shops.uninstalled_at.is_(None) & shops.dead_at.is_(None)
    open_ = IS_UNTOLD & (_rows.attempts < MOST_ATTEMPTS) & (_rows.next_attempt_at <= now_ms())
    statement = (
        select(*(_rows[name] for name in Untold.__slots__))
        .join(shopify_shops, shops.id == _rows.shop_id)
        .where(open_, lets_in)
        .order_by(_rows.next_attempt_at)
        .limit(most)
    )
    with database.read() as connection:
        return [Untold(**row) for row in connection.execute(statement).mappings()]


def take(database: Database, untold: Untold) -> bool:
    """Win the right to tell of one."""
    free = (_rows.next_attempt_at == untold.next_attempt_at) & _rows.told_at.is_(None)
    return _change(database, untold, free, next_attempt_at=now_ms() + LEASE_MS)


def done(database: Database, untold: Untold) -> None:
    """Remember that Shopify was told."""
    _change(database, untold, told_at=now_ms(), problem=None)


def put_off(database: Database, untold: Untold, pause_ms: int, problem: str) -> None:
    """Have it tried again."""
    attempts = untold.attempts + 1
    _change(database, untold, attempts=attempts, next_attempt_at=now_ms() + pause_ms, problem=problem)


def give_up(database: Database, untold: Untold, problem: str) -> None:
    """Have it tried no more."""
    _change(database, untold, attempts=MOST_ATTEMPTS, problem=problem)


def _customers(
    connection: Connection, secrets: SecretBox, shop_id: int, opt_outs: Iterable[OptOut]
) -> Iterator[tuple[str, int]]:
    """Give (customer, when they opted out) of a shop's customers by the numbers in its records."""
    for opt_out in opt_outs:
        if opt_out.number is None:
            continue  # erased since
        for of_shop, kind, ref in records.by_number(connection, secrets, opt_out.number):
            customer = _customer(connection, shop_id, kind, ref) if of_shop == shop_id else None
            if customer is not None:
                yield customer, opt_out.created_at


def _customer(connection: Connection, shop_id: int, kind: RecordKind, ref: str) -> str | None:
    if kind is RecordKind.CUSTOMER:
        return ref
    kept = shopify_records.c
    is_it = (kept.shop_id == shop_id) & (kept.kind == kind.value) & (kept.ref == ref)
    found: str | None = connection.scalar(select(kept.customer_ref).where(is_it))
    return found


def _known(connection: Connection, shop_id: int, refs: Sequence[str]) -> dict[str, int]:
    statement = select(_rows.customer_ref, _rows.opted_out_at).where(
        _rows.shop_id == shop_id, _rows.customer_ref.in_(refs)
    )
    return {row.customer_ref: row.opted_out_at for row in connection.execute(statement)}


def _note(connection: Connection, shop_id: int, ref: str, moment: int) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    fresh = {"opted_out_at": moment, "told_at": None, "next_attempt_at": now_ms(), "attempts": 0, "problem": None}
    connection.execute(
        insert(shopify_opt_outs)
        .values(shop_id=shop_id, customer_ref=ref, **fresh)
        .on_conflict_do_update(
            index_elements=[_rows.shop_id, _rows.customer_ref], set_=fresh, where=_rows.opted_out_at < moment
        )
    )


def _change(database: Database, untold: Untold, *also: Any, **values: Any) -> bool:
    # Who opted out once more meanwhile is another matter.
    ours = (
        (_rows.shop_id == untold.shop_id)
        & (_rows.customer_ref == untold.customer_ref)
        & (_rows.opted_out_at == untold.opted_out_at)
    )
    with database.write() as connection:
        return connection.execute(update(shopify_opt_outs).where(ours, *also).values(**values)).rowcount == 1
