"""What is left of a yes or a no to marketing by SMS once its record has had its days: that, since when, and of whom.

Somebody who said yes four months ago said yes. No name and no number is kept for that: a number is its keyed digest.
An erasure takes it along, a no as well: without a yes nobody is texted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.shared.secrets import SecretBox
from connectors.shopify.orders import records
from connectors.shopify.orders.merging import SUBSCRIBED, latest_consent
from connectors.shopify.orders.phones import CONSENT, Candidate, Reader, Unusable, read_candidate
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind, shopify_consents

PURPOSE: Final = "shopify-consent"
_WITHDRAWN: Final = "unsubscribed"
_kept = shopify_consents.c
SLICE: Final = 500


def keep(connection: Connection, secrets: SecretBox, shop_id: int, old: Iterable[Record], reader: Reader) -> None:
    """Keep the consent of records that are forgotten; the newest of each stays."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(shopify_consents)
    given, before = statement.excluded, shopify_consents.c
    is_newer = or_(
        given.given_at > before.given_at,
        # Of one moment the no counts.
        and_(given.given_at == before.given_at, given.subscribed.is_(False)),
    )
    changed = {name: given[name] for name in ("customer_ref", "number_digest", "subscribed", "given_at")}
    newest = statement.on_conflict_do_update(
        index_elements=[_kept.shop_id, _kept.kind, _kept.ref], set_=changed, where=is_newer
    )
    rows = [_row(secrets, shop_id, record, reader) for record in old if _is_worth_it(record)]
    if rows:
        connection.execute(newest, rows)


def of_customer(
    connection: Connection, secrets: SecretBox, shop_id: int, customer_ref: str, known: Sequence[Record]
) -> list[Record]:
    """Return somebody's own records, the customer's and their checkouts', with what is kept beside those."""
    return _together(connection, secrets, shop_id, _kept.customer_ref == customer_ref, known)


def of_number(
    connection: Connection, secrets: SecretBox, shop_id: int, number: str, known: Sequence[Record]
) -> list[Record]:
    """Return the records of a number (digits of E.164) with what is kept beside those."""
    return _together(connection, secrets, shop_id, _kept.number_digest.in_(digests(secrets, number)), known)


def is_subscribed(connection: Connection, shop_id: int, customer_ref: str) -> bool:
    """Whether a customer of whom no more is known had said yes."""
    key = (_kept.shop_id == shop_id) & (_kept.kind == RecordKind.CUSTOMER.value) & (_kept.ref == customer_ref)
    return bool(connection.scalar(select(_kept.subscribed).where(key)))


def digests(secrets: SecretBox, number: str) -> tuple[bytes, ...]:
    """Return what a number (digits of E.164) may be kept as."""
    return secrets.digests(PURPOSE, number)


def shops_of(connection: Connection, secrets: SecretBox, number: str) -> set[int]:
    """Return the shops that keep a consent for a number."""
    is_theirs = _kept.number_digest.in_(digests(secrets, number))
    return set(connection.scalars(select(_kept.shop_id).where(is_theirs).distinct()))


def told(connection: Connection, shop_id: int, customers: Collection[str]) -> list[dict[str, Any]]:
    """Return what is kept of customers: {"subscribed": bool, "given_at": moment}."""
    chosen = (_kept.shop_id == shop_id) & _kept.customer_ref.in_(sorted(customers))
    statement = select(_kept.subscribed, _kept.given_at).where(chosen).order_by(_kept.given_at)
    return [dict(row) for row in connection.execute(statement).mappings()]


def forget(
    connection: Connection,
    secrets: SecretBox,
    shop_id: int,
    *,
    customers: Collection[str] = (),
    checkouts: Collection[str] = (),
    numbers: Collection[str] = (),
) -> None:
    """Forget what is kept of customers, of checkouts, and for numbers (digits of E.164)."""
    of_number = sorted(digest for number in numbers for digest in digests(secrets, number))
    for column, values in ((_kept.customer_ref, sorted(customers)), (_kept.number_digest, of_number)):
        for start in range(0, len(values), SLICE):
            _delete(connection, shop_id, column.in_(values[start : start + SLICE]))
    tokens = sorted(checkouts)
    for start in range(0, len(tokens), SLICE):
        of_checkout = (_kept.kind == RecordKind.CHECKOUT.value) & _kept.ref.in_(tokens[start : start + SLICE])
        _delete(connection, shop_id, of_checkout)


def forget_yes(connection: Connection, shop_id: int) -> None:
    """Forget each yes of a shop that tells us nothing more: whoever takes it back now, we would not hear."""
    _delete(connection, shop_id, _kept.subscribed.is_(True))


def _is_worth_it(record: Record) -> bool:
    consent = record.facts.get("consent")
    # A box that was not ticked takes nothing back, and says nothing.
    return consent is not None and (record.kind is RecordKind.CUSTOMER or consent["state"] == SUBSCRIBED)


def _row(secrets: SecretBox, shop_id: int, record: Record, reader: Reader) -> dict[str, Any]:
    consent: Mapping[str, Any] = record.facts["consent"]
    try:
        number = read_candidate(Candidate(CONSENT, consent["phone"]), reader).digits
    except Unusable:
        number = None
    return {
        "shop_id": shop_id,
        "kind": record.kind.value,
        "ref": record.ref,
        "customer_ref": record.customer_ref,
        "number_digest": None if number is None else secrets.digest(PURPOSE, number),
        "subscribed": consent["state"] == SUBSCRIBED,
        "given_at": consent["at"],
    }


def _together(
    connection: Connection,
    secrets: SecretBox,
    shop_id: int,
    which: ColumnElement[bool],
    known: Sequence[Record],
) -> list[Record]:
    found = {(record.kind, record.ref): record for record in known}
    rows = connection.execute(select(shopify_consents).where(_kept.shop_id == shop_id, which)).mappings()
    for row in rows.all():
        key = (RecordKind(row["kind"]), row["ref"])
        newer = found.get(key) or records.find(connection, secrets, shop_id, *key)
        found[key] = _with(newer, row)
    return list(found.values())


def _with(newer: Record | None, row: RowMapping) -> Record:
    """Return a record with the consent that is kept beside it, where that is the latest."""
    kept = {
        "state": SUBSCRIBED if row["subscribed"] else _WITHDRAWN,
        "at": row["given_at"],
        "phone": None,
        "digest": row["number_digest"],
    }
    kind, ref, customer_ref = RecordKind(row["kind"]), row["ref"], row["customer_ref"]
    record = newer or Record(kind, ref, None, customer_ref, None, None, 0, {})
    return replace(record, facts={**record.facts, "consent": latest_consent(kept, record.facts.get("consent") or {})})


def _delete(connection: Connection, shop_id: int, which: ColumnElement[bool]) -> None:
    connection.execute(delete(shopify_consents).where(_kept.shop_id == shop_id, which))
