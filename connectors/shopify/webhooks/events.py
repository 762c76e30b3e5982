"""Kept events: found, opened, and marked with what became of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, func, null, or_, select, update

from connectors.shared.clock import now_ms
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shopify.automations.planning import Event, Refs
from connectors.shopify.tables import IS_FAILED, IS_PENDING, EventState, shopify_events

SLICE: Final = 500
_NOBODY: Final = {"order_ref": null(), "customer_ref": null(), "checkout_ref": null()}
_events = shopify_events.c
_ids: BindParameter[str] = bindparam("ids", expanding=True)
_COLUMNS: Final[tuple[ColumnElement[Any], ...]] = (
    *(_events.id, _events.topic, _events.triggered_at, _events.replayed_at, _events.is_test, _events.body_sealed),
)
_FINISH: Final = (
    update(shopify_events)
    .where(_events.id == bindparam("of_id"))
    .values(
        state=bindparam("is_now"),
        order_ref=bindparam("order"),
        customer_ref=bindparam("customer"),
        checkout_ref=bindparam("checkout"),
    )
)

Ending = tuple[str, EventState, Refs]
"""An event's id, what became of it, and whom it is about."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as its row has it, and opened: `event` None where its body is gone or cannot be read."""

    id: str
    topic: str
    event: Event | None = field(repr=False)


def waiting_shops(connection: Connection) -> list[int]:
    """Return the shops (our ids) whose events wait to be worked off."""
    return list(connection.scalars(select(_events.shop_id).where(IS_PENDING).distinct()))


def arrived_since(connection: Connection, moment: int, most: int) -> int:
    """Return how many events came since a moment, as far as `most`."""
    some = select(_events.id).where(_events.id >= first_id(moment)).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def oldest(connection: Connection) -> int:
    """Return when the event came that waits longest; now where none waits."""
    found = connection.scalar(select(func.min(_events.id)).where(IS_PENDING))
    return now_ms() if found is None else int(found[:8] + found[9:13], 16)


def first_id(moment: int) -> str:
    """Return what no id made since a moment is less than: they are UUIDv7 and begin with their milliseconds."""
    start = f"{moment:012x}"
    return f"{start[:8]}-{start[8:]}"


def pending(connection: Connection, shop_id: int, most: int) -> Sequence[Row[Any]]:
    """Return what waits of a shop, in the order in which it came; `opened()` reads it."""
    statement = select(*_COLUMNS).where(IS_PENDING, _events.shop_id == shop_id).order_by(_events.id)
    return connection.execute(statement.limit(most)).all()


def opened(secrets: SecretBox, row: Row[Any]) -> Kept:
    """Unseal and read an event: before a transaction is opened, since it takes its time."""
    body = _body(secrets, row.body_sealed)
    if body is None:
        return Kept(row.id, row.topic, None)
    fresh_at = row.triggered_at if row.replayed_at is None else row.replayed_at
    return Kept(row.id, row.topic, Event(row.id, row.topic, row.triggered_at, fresh_at, row.is_test, body))


def still_pending(connection: Connection, event_ids: Sequence[str]) -> set[str]:
    """Return those of these events that nobody has worked off meanwhile, nor asks for again before we have."""
    statement = select(_events.id).where(_events.id.in_(_ids), IS_PENDING).with_for_update()
    return set(connection.scalars(statement, {"ids": list(event_ids)}))


def finish(connection: Connection, event_id: str, state: EventState, *, erased: bool = False) -> None:
    """Say what became of an event, and with `erased` drop its body."""
    values: dict[str, Any] = {"state": state.value}
    if erased:
        values["body_sealed"] = null()
    connection.execute(update(shopify_events).where(_events.id == event_id).values(values))


def finish_all(connection: Connection, ended: Sequence[Ending]) -> None:
    """Say what became of events, by their ids, and whom they are about."""
    rows = [
        {"of_id": event_id, "is_now": state.value, "order": of.order, "customer": of.customer, "checkout": of.checkout}
        for event_id, state, of in ended
    ]
    if rows:
        connection.execute(_FINISH, rows)


def of_refs(shop_id: int, refs: Mapping[str, Sequence[str]]) -> Iterator[ColumnElement[bool]]:
    """Give conditions that together choose the events about any of these, by column: {"order_ref": [...], ...}."""
    for column, values in refs.items():
        for start in range(0, len(values), SLICE):
            yield (_events.shop_id == shop_id) & _events[column].in_(values[start : start + SLICE])


def bodies(connection: Connection, chosen: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Return the chosen events whose body is still there."""
    return connection.execute(select(*_COLUMNS).where(chosen, _events.body_sealed.is_not(None))).all()


def unfinished(connection: Connection, shop_id: int) -> Iterator[Row[Any]]:
    """Give the events of which nobody knows yet whom they are about: those that wait, and those that failed."""
    for state in (IS_PENDING, IS_FAILED):
        after = ""
        while True:
            statement = select(*_COLUMNS).where(state, _events.shop_id == shop_id, _events.id > after)
            rows = connection.execute(statement.order_by(_events.id).limit(SLICE)).all()
            yield from rows
            if len(rows) < SLICE:
                break
            after = rows[-1].id


def erase(connection: Connection, chosen: ColumnElement[bool]) -> None:
    """Drop the bodies of events, and whom they were about; what waited of them is not worked off any more."""
    connection.execute(update(shopify_events).where(chosen).values(body_sealed=null(), **_NOBODY))
    unfinished = or_(_events.state == EventState.PENDING.value, _events.state == EventState.FAILED.value)
    connection.execute(update(shopify_events).where(chosen, unfinished).values(state=EventState.IGNORED.value))


def _body(secrets: SecretBox, sealed: str | None) -> dict[str, Any] | None:
    if sealed is None:
        return None
    try:
        found = orjson.loads(secrets.decrypt(sealed))
    except (SecretUnreadable, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None


def is_pending_since(connection: Connection, shop_id: int, moment: int) -> bool:
    """Whether an event of a shop that came by a moment has yet to be worked off."""
    first = select(_events.received_at).where(_events.shop_id == shop_id, IS_PENDING).order_by(_events.id).limit(1)
    received_at = connection.scalar(first)
    return received_at is not None and received_at <= moment
