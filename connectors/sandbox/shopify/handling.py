"""What the shopkeeper and the carrier do with an order: money comes, parcels go, it is refunded or cancelled."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from connectors.sandbox.shopify import payloads
from connectors.sandbox.shopify.records import Line, Misplaced, Order, Parcel, Refund
from connectors.sandbox.shopify.store import Store, Told

CARRIER_SAYS: Final = (
    "confirmed",
    "label_printed",
    "in_transit",
    "out_for_delivery",
    "attempted_delivery",
    "delayed",
    "delivered",
    "failure",
    "ready_for_pickup",
    "picked_up",
)
CANCEL_REASONS: Final = ("customer", "inventory", "fraud", "declined", "staff", "other")


@dataclass(frozen=True, slots=True)
class Tracking:
    """How a parcel can be followed."""

    url: str | None = None
    number: str | None = None
    company: str | None = None


def pay(store: Store, order_id: int) -> Order:
    """Have the money come. Raises KeyError and Misplaced."""
    with store.changing():
        order = _open(store, order_id)
        if order.paid:
            raise Misplaced("It is paid.")
        order.paid, order.updated_at = True, store.now()
        shown = payloads.order(store, order)
        store.tell([("orders/paid", shown), ("orders/updated", shown)], f"order {order.name}")
        return order


def ship(store: Store, order_id: int, tracking: Tracking, *, only_one: bool = False) -> Parcel:
    """Send a parcel: all that is left, or one piece of it. Raises KeyError and Misplaced."""
    with store.changing():
        order = _open(store, order_id)
        left = order.unshipped()
        if not left:
            raise Misplaced("All of it was shipped.")
        now = store.now()
        lines = [_one_of(left[0])] if only_one else left
        parcel = Parcel(store.new_id(), len(order.parcels) + 1, order.id, lines, now, now)
        _follow(parcel, tracking)
        order.parcels.append(parcel)
        order.updated_at = now
        shown = payloads.order(store, order)
        whole = "orders/partially_fulfilled" if order.unshipped() else "orders/fulfilled"
        told = [("fulfillments/create", payloads.parcel(order, parcel)), (whole, shown), ("orders/updated", shown)]
        store.tell(told, f"parcel {order.name}.{parcel.number}")
        return parcel


def track(store: Store, parcel_id: int, tracking: Tracking) -> Parcel:
    """Tell later how a parcel can be followed. Raises KeyError."""
    with store.changing():
        order, parcel = store.parcel(parcel_id)
        _follow(parcel, tracking)
        _tell_of(store, order, parcel, [])
        return parcel


def carry(store: Store, parcel_id: int, status: str) -> Parcel:
    """Have the carrier say where a parcel is, as CARRIER_SAYS. Raises KeyError."""
    with store.changing():
        order, parcel = store.parcel(parcel_id)
        event = {"id": store.new_id(), "status": status, "at": store.now()}
        parcel.events.append(event)
        parcel.shipment_status = status
        _tell_of(store, order, parcel, [("fulfillment_events/create", payloads.parcel_event(store, parcel, event))])
        return parcel


def cancel_parcel(store: Store, parcel_id: int) -> Parcel:
    """Take a parcel back before it goes. Raises KeyError."""
    with store.changing():
        order, parcel = store.parcel(parcel_id)
        parcel.status = "cancelled"
        _tell_of(store, order, parcel, [])
        return parcel


def refund(store: Store, order_id: int, amount: Decimal | None = None, note: str | None = None) -> Order:
    """Give money back, all that is left unless `amount` is given. Raises KeyError and Misplaced."""
    with store.changing():
        order = store.order(order_id)
        left = order.subtotal - order.refunded
        wanted = left if amount is None else amount
        if not order.paid or not 0 < wanted <= left:
            raise Misplaced("So much was never paid, or went back before.")
        now = store.now()
        one = Refund(store.new_id(), store.new_id(), wanted, now, note)
        order.refunds.append(one)
        order.updated_at = now
        told = [("refunds/create", payloads.refund(order, one)), ("orders/updated", payloads.order(store, order))]
        store.tell(told, f"refund of {order.name}")
        return order


def cancel(store: Store, order_id: int, reason: str = "customer") -> Order:
    """Cancel an order. Raises KeyError and Misplaced."""
    with store.changing():
        order = _open(store, order_id)
        order.cancelled_at = order.updated_at = store.now()
        order.cancel_reason = reason
        shown = payloads.order(store, order)
        store.tell([("orders/cancelled", shown), ("orders/updated", shown)], f"order {order.name}")
        return order


def _tell_of(store: Store, order: Order, parcel: Parcel, first: list[Told]) -> None:
    parcel.updated_at = order.updated_at = store.now()
    told = [*first, ("fulfillments/update", payloads.parcel(order, parcel))]
    store.tell(told, f"parcel {order.name}.{parcel.number}")


def _open(store: Store, order_id: int) -> Order:
    order = store.order(order_id)
    if order.cancelled_at is not None:
        raise Misplaced("It was cancelled.")
    return order


def _follow(parcel: Parcel, tracking: Tracking) -> None:
    parcel.tracking_url, parcel.tracking_number = tracking.url, tracking.number
    parcel.tracking_company = tracking.company


def _one_of(line: Line) -> Line:
    return Line(line.id, line.sku, line.title, 1, line.price)
