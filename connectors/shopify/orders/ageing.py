"""Records have their days: what nothing was told of for so long is forgotten, but for what a text still waits for."""

from typing import Final

from sqlalchemy import ColumnElement, Connection, String, case, cast, exists, literal, or_, select

from connectors.shared.automations.states import StepStatus
from connectors.shared.automations.tables import automation_steps
from connectors.shared.secrets import SecretBox
from connectors.shopify.orders import kept_consent, records
from connectors.shopify.orders.countries import reader_of
from connectors.shopify.orders.records import Record
from connectors.shopify.shops import CONNECTOR, get_shop
from connectors.shopify.tables import RecordKind, shopify_records

SLICE: Final = 200
_known = shopify_records.c


def purge(connection: Connection, secrets: SecretBox, before_ms: int, most: int = SLICE) -> int:
    """Forget records that nothing was told of since a moment, some at a time; returns how many.

    Of consent that is left that it was given, or taken back (`kept_consent.py`).
    """
    old = select(shopify_records).where(_known.updated_at < before_ms, ~_is_awaited()).limit(most)
    # Locked: what is told anew of one must not go with it.
    rows = connection.execute(old.with_for_update(skip_locked=True, of=shopify_records)).mappings().all()
    for shop_id in {row["shop_id"] for row in rows}:
        of_shop = [row for row in rows if row["shop_id"] == shop_id]
        read = [records.read(secrets, row) for row in of_shop]
        _keep_consent(connection, secrets, shop_id, [record for record in read if record is not None])
        records.forget(connection, shop_id, [(RecordKind(row["kind"]), row["ref"]) for row in of_shop])
    return len(rows)


def _keep_consent(connection: Connection, secrets: SecretBox, shop_id: int, old: list[Record]) -> None:
    shop = get_shop(connection, shop_id)
    if shop is not None and shop.uninstalled_at is None:
        kept_consent.keep(connection, secrets, shop_id, old, reader_of(connection, shop))


def _is_awaited() -> ColumnElement[bool]:
    """Whether a text waits that is about what a record tells of, or about an order of the same customer."""
    names = {"order": _known.order_ref, "checkout": _known.checkout_ref, "customer": _known.customer_ref}
    about = [literal(f"{kind}:") + ref for kind, ref in names.items()]
    of_parcel = case((_known.kind == RecordKind.FULFILLMENT.value, literal("fulfillment:") + _known.ref), else_=None)
    # Each column by itself: with OR SQLite goes through all orders of a shop.
    by_order = [_is_awaited_by_order_of(name) for name in ("customer_ref", "checkout_ref")]
    return or_(_waits(automation_steps.c.subject.in_([*about, of_parcel])), *by_order)


def _is_awaited_by_order_of(column: str) -> ColumnElement[bool]:
    order = shopify_records.alias(f"order_of_{column}")
    same = (order.c.shop_id == _known.shop_id) & (order.c.kind == RecordKind.ORDER.value)
    about = automation_steps.c.subject == literal("order:") + order.c.ref
    return _waits(same, order.c[column] == _known[column], about)


def _waits(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    step = automation_steps.c
    of_shop = step.owner == literal(f"{CONNECTOR}:") + cast(_known.shop_id, String)
    return exists().where(step.status == StepStatus.WAITING.value, of_shop, *which).correlate(shopify_records)
