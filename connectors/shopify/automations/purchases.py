"""Orders: placed, paid, changed, cancelled, refunded. https://shopify.dev/docs/api/webhooks: orders/*, refunds/create

Events come twice, late, and in any order: what is told of an order is by its own key, whatever came before.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from connectors.shared.automations.states import Reason
from connectors.shopify.automations import checkouts, parcels, reviews, subjects
from connectors.shopify.automations.happening import About, Happening, Known
from connectors.shopify.automations.standing import CALLED_OFF_AT, CANCELLED, DELETED, is_called_off, is_test
from connectors.shopify.automations.triggers import (
    ORDER_CANCELLED,
    ORDER_PAID,
    ORDER_PLACED,
    ORDER_REFUNDED,
    TRIGGERS,
)
from connectors.shopify.orders.facts import order_record, refund_record
from connectors.shopify.orders.reading import ref
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind

_ONE_MOMENT: Final = "It was paid as it was placed: the text of the order placed tells of both."
_NOTHING_PAID_BACK: Final = "No money went back with this refund."
_PAID: Final = "paid"
_PAID_AT_ONCE: Final = "paid_at_once"
"""A fact of ours: that the order was paid when it was placed."""
_TOLD_EVEN_SO: Final = frozenset((ORDER_CANCELLED, ORDER_REFUNDED))
_ENDED_BY_CANCELLATION: Final = frozenset(TRIGGERS) - _TOLD_EVEN_SO


def created(it: Happening) -> None:
    """An order was placed."""
    order = _told(it)
    if order is None:
        return
    _placed(it, order)
    parcels.of_order(it, order.newest)


def paid(it: Happening) -> None:
    """An order was paid; where we did not know of it, it may have been placed this moment, too."""
    order = _told(it)
    if order is None:
        return
    about = _about(ORDER_PAID, order)
    if is_called_off(order.newest):
        it.call_off(about, CANCELLED)
    elif it.is_test or not (it.is_on(ORDER_PLACED) and _is_one_moment(it, order)):
        it.plan(about)
    else:
        if it.step(ORDER_PLACED, about.key) is None:
            _placed(it, order)
        it.skip(about, Reason.DUPLICATE, _ONE_MOMENT)
    parcels.of_order(it, order.newest)


def updated(it: Happening) -> None:
    """Something about an order is otherwise than it was; with each change of anything, so mostly nothing of ours."""
    order = _told(it)
    if order is None:
        return
    if order.before is not None and is_called_off(order.newest) and not is_called_off(order.before):
        it.plan(_about(ORDER_CANCELLED, order))
    parcels.of_order(it, order.newest)


def fulfilled(it: Happening) -> None:
    """A parcel of an order was shipped, or the last one."""
    order = _told(it)
    if order is not None:
        parcels.of_order(it, order.newest, is_about_parcels=True)


def cancelled(it: Happening) -> None:
    """An order was cancelled."""
    order = _told(it)
    if order is not None:
        it.plan(_about(ORDER_CANCELLED, order))


def deleted(it: Happening) -> None:
    """An order was deleted: what of it is still on its way to us finds it so."""
    order_ref = ref(it.body.get("id"))
    if order_ref is None:
        return
    at = it.event.triggered_at
    it.remember(Record(RecordKind.ORDER, order_ref, order_ref, None, None, None, 0, {CALLED_OFF_AT: at}))
    it.stop(subjects.of_order(order_ref), DELETED)


def refunded(it: Happening) -> None:
    """Money went back to a buyer; a refund that only puts things back on the shelf is none to them."""
    record = it.read(refund_record)
    if record is None:
        return
    refund = it.remember(record)
    order = it.find(RecordKind.ORDER, refund.newest.order_ref)
    it.is_test |= is_test(order)
    about = _about_refund(refund)
    if Decimal(refund.fact("amount") or 0) > 0:
        it.plan(about)
    else:
        it.skip(about, Reason.CONDITIONS, _NOTHING_PAID_BACK)


def _told(it: Happening) -> Known | None:
    """Remember an order, and do what follows for whatever waits: of any event of an order."""
    record = it.read(order_record)
    if record is None:
        return None
    order = it.remember(_with_our_own(it, record))
    subject = subjects.of_order(order.ref)
    it.is_test |= is_test(order.newest)
    if is_called_off(order.newest):
        it.stop(subject, CANCELLED, triggers=_ENDED_BY_CANCELLATION)
    it.hasten((subject,))
    if order.before is None or _tokens(order.before) != _tokens(order.newest):
        checkouts.bought(it, order.newest)
    return order


def _with_our_own(it: Happening, record: Record) -> Record:
    own: dict[str, Any] = {}
    if it.event.topic == "orders/create" and record.facts.get("financial_status") == _PAID:
        own[_PAID_AT_ONCE] = True
    called_off_at = record.facts.get("cancelled_at")
    if called_off_at is None and it.event.topic == "orders/cancelled":
        called_off_at = it.event.triggered_at
    if called_off_at is not None:
        own[CALLED_OFF_AT] = called_off_at
    return replace(record, facts={**record.facts, **own})


def _placed(it: Happening, order: Known) -> None:
    about = _about(ORDER_PLACED, order)
    if is_called_off(order.newest):
        it.call_off(about, CANCELLED)
        return
    it.plan(about)
    reviews.placed(it, order.ref)


def _is_one_moment(it: Happening, order: Known) -> bool:
    """Whether an order was paid as it was placed, or so soon after that one text is enough."""
    if order.fact(_PAID_AT_ONCE):
        return True
    step, created_at = it.step(ORDER_PLACED, subjects.of_order(order.ref)), order.fact("created_at")
    placed_at = [at for at in (created_at, None if step is None else step.happened_at) if at is not None]
    paid_at = it.event.triggered_at
    if step is None:
        # Its create is still to come, if there is one: what the order itself says counts as well.
        paid_at = min(paid_at, order.newest.version)
    return not placed_at or any(paid_at - at <= it.paid_window_ms for at in placed_at)


def _tokens(order: Record) -> tuple[str | None, str | None]:
    return order.checkout_ref, order.cart_ref


def _about(trigger: str, order: Known) -> About:
    name = subjects.of_order(order.ref)
    return About(trigger, key=name, subject=name, refs={RecordKind.ORDER.value: order.ref})


def _about_refund(refund: Known) -> About:
    refs: Mapping[str, str | None] = {
        RecordKind.REFUND.value: refund.ref,
        RecordKind.ORDER.value: refund.newest.order_ref,
    }
    key, order_ref = subjects.of_refund(refund.ref), refund.newest.order_ref
    subject = key if order_ref is None else subjects.of_order(order_ref)
    return About(ORDER_REFUNDED, key, subject, {name: value for name, value in refs.items() if value is not None})
