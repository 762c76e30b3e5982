"""When a review is asked for: once for an order, after its last parcel.

By default a week after that was delivered, or, where the carrier tells nothing, after it was shipped: each parcel that
is shipped and each that arrives puts it off. Whether a carrier told something is looked at when it is due.
"""

from connectors.shared.automations.states import StepStatus
from connectors.shopify.automations import subjects, underway
from connectors.shopify.automations.happening import About, Happening, Known
from connectors.shopify.automations.triggers import (
    ORDER_DELIVERED,
    ORDER_PLACED,
    ORDER_SHIPPED,
    REVIEW_MS,
    REVIEW_REQUEST,
)
from connectors.shopify.tables import RecordKind


def placed(it: Happening, order_ref: str) -> None:
    """An order was placed."""
    if _after(it) == ORDER_PLACED:
        _put_off(it, order_ref, it.event.fresh_at)


def shipped(it: Happening, order_ref: str | None, at: int) -> None:
    """A parcel was shipped."""
    if order_ref is not None and _after(it) in (None, ORDER_SHIPPED):
        _put_off(it, order_ref, at)


def delivered(it: Happening, parcel: Known, at: int) -> None:
    """A parcel arrived. Was it the last that was awaited, the wait begins now, however long it was looked for."""
    order_ref = parcel.newest.order_ref
    if order_ref is not None and _after(it) in (None, ORDER_DELIVERED):
        others = (other for other in it.parcels_of(order_ref) if other.ref != parcel.ref)
        is_last = not underway.has_come(parcel.before) and underway.all_came(others, at)
        _put_off(it, order_ref, at, is_last=is_last)


def called_off(it: Happening, order_ref: str | None, words: str) -> None:
    """A parcel was called off: where it was the only one nothing comes that they could like, unless it is sent anew."""
    if order_ref is None or _after(it) == ORDER_PLACED:
        return
    if all(parcel.facts.get("status") in underway.GONE for parcel in it.parcels_of(order_ref)):
        it.stop(subjects.of_order(order_ref), words, triggers=(REVIEW_REQUEST,), for_good=False)


def _after(it: Happening) -> str | None:
    automation = it.automation(REVIEW_REQUEST)
    return None if automation is None else automation.after


def _put_off(it: Happening, order_ref: str, at: int, *, is_last: bool = False) -> None:
    """Plan it, or have what waits wait longer: parcels are told of in any order. Only the last may make it shorter."""
    name = subjects.of_order(order_ref)
    due_at = at + it.delay_of(REVIEW_REQUEST, REVIEW_MS)
    step = it.step(REVIEW_REQUEST, name)
    if step is None:
        about = About(REVIEW_REQUEST, key=name, subject=name, refs={RecordKind.ORDER.value: order_ref})
        it.plan(about, wait_ms=REVIEW_MS, happened_at=at)
    elif step.status is StepStatus.WAITING and (is_last or step.due_at is None or step.due_at < due_at):
        it.move(REVIEW_REQUEST, name, due_at)
