"""Parcels: shipped, out for delivery, delivered; each told of by itself.

Carriers are heard in two ways: `fulfillment_events/create`, which apps alone can have, and `shipment_status` in what is
told of the parcel. Whichever comes first is told, the other is not. https://shopify.dev/docs/api/webhooks
"""

from dataclasses import dataclass
from typing import Final

from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.clock import DAY, HOUR, MINUTE
from connectors.shopify.automations import reviews, subjects, underway
from connectors.shopify.automations.happening import About, Happening, Known
from connectors.shopify.automations.standing import CANCELLED, is_called_off, is_test
from connectors.shopify.automations.triggers import ORDER_DELIVERED, ORDER_SHIPPED, OUT_FOR_DELIVERY
from connectors.shopify.orders.facts import fulfillment_event_record, fulfillment_record
from connectors.shopify.orders.reading import parts, ref
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind

WAIT_FOR_LINK_MS: Final = 15 * MINUTE
SAME_RIDE_MS: Final = 12 * HOUR
"""What a carrier and the parcel itself tell so close together is one ride; another attempt is on another day."""
LONG_AGO_MS: Final = DAY
"""What is so old when we hear of it by the way is no news to its buyer."""
MOST_PARCELS: Final = 50

_SHIPPED: Final = "success"
_BEING_SHIPPED: Final = frozenset(("pending", "open"))
_NOT_GONE_YET: Final = frozenset((None, "label_printed", "label_purchased", "confirmed"))
_OUT: Final = "out_for_delivery"
_DELIVERED: Final = "delivered"
_COLLECTED: Final = "picked_up"
_AT_THE_COUNTER: Final = "pos"

_PARCEL_CALLED_OFF: Final = "The parcel was called off."
_HANDED_OVER: Final = "It was handed over in the shop: there is no parcel."
_SAME_RIDE: Final = "The parcel itself told of this ride already."


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A parcel as an event tells of it. `shipped_at` None: so long ago that it is no news."""

    known: Known
    order: Record | None
    shipped_at: int | None
    by_the_way: bool
    """Whether the event is its order's, and may be about anything."""
    again: bool
    """Whether it is to be told even if it was known to be shipped: its key says whether it was told."""

    @property
    def ref(self) -> str:
        return self.known.ref

    @property
    def order_ref(self) -> str | None:
        return self.known.newest.order_ref

    @property
    def subject(self) -> str:
        return subjects.of_parcel(self.ref) if self.order_ref is None else subjects.of_order(self.order_ref)

    def about(self, trigger: str, key: str | None = None) -> About:
        refs = {RecordKind.FULFILLMENT.value: self.ref}
        if self.order_ref is not None:
            refs[RecordKind.ORDER.value] = self.order_ref
        return About(trigger, key or subjects.of_parcel(self.ref), self.subject, refs)


def told(it: Happening) -> None:
    """A parcel was made, or something about it changed."""
    record = it.read(fulfillment_record)
    if record is None:
        return
    known = it.remember(record)
    order = it.find(RecordKind.ORDER, known.newest.order_ref)
    again = it.event.topic == "fulfillments/create" or it.event.is_replay
    shipped_at = it.event.fresh_at if again or not _is_found_on_its_way(known) else _told_late(it, known)
    _take(it, _Parcel(known, order, shipped_at, by_the_way=False, again=again))


def of_order(it: Happening, order: Record, *, is_about_parcels: bool = False) -> None:
    """Take the parcels that an event of their order lists; `is_about_parcels`: the latest of them is what it tells."""
    listed = [{"order_id": order.ref, **body} for body in parts(it.body, "fulfillments", MOST_PARCELS)]
    found = [fulfillment_record(body, it.event.triggered_at) for body in listed]
    for record in found:
        if record is not None:
            known = it.remember(record)
            is_news = _was_told(known) or (is_about_parcels and record is _latest(found))
            shipped_at = it.event.fresh_at if is_news else _told_late(it, known)
            again = is_about_parcels and it.event.is_replay
            _take(it, _Parcel(known, order, shipped_at, by_the_way=True, again=again))


def carrier_told(it: Happening) -> None:
    """A carrier told how a parcel fares."""
    record = it.read(fulfillment_event_record)
    if record is None:
        return
    known = it.remember(record)
    order = it.find(RecordKind.ORDER, known.newest.order_ref)
    it.is_test |= is_test(order)
    parcel = _Parcel(known, order, None, by_the_way=False, again=False)
    if _OUT in record.facts["carrier"]:
        _carrier_set_out(it, parcel)
    elif _DELIVERED in record.facts["carrier"]:
        _delivered(it, parcel, it.event.fresh_at)
    elif _COLLECTED in record.facts["carrier"]:
        reviews.delivered(it, parcel.known, it.event.fresh_at)


def _take(it: Happening, parcel: _Parcel) -> None:
    """Plan what is new of a parcel."""
    known = parcel.known
    it.is_test |= is_test(parcel.order)
    if known.before is not None and not _was_told(known):
        it.hasten((parcel.subject, subjects.of_parcel(parcel.ref)))
    if known.fact("status") in underway.GONE:
        _fail(it, parcel)
        return
    if _is_shipped(known.newest) and (parcel.again or not _is_shipped(known.before)) and parcel.shipped_at is not None:
        _shipped(it, parcel, parcel.shipped_at)
    if known.before is not None and known.was("tracking_url") is None and known.fact("tracking_url") is not None:
        _link_came(it, parcel)
    for status, tell in ((_OUT, _set_out), (_DELIVERED, _delivered)):
        at = _heard_at(it, parcel, status)
        if at is not None:
            tell(it, parcel, at)


def _shipped(it: Happening, parcel: _Parcel, at: int) -> None:
    about = parcel.about(ORDER_SHIPPED)
    if is_called_off(parcel.order):
        it.call_off(about, CANCELLED)
        return
    if _is_handed_over(parcel):
        it.skip(about, Reason.CONDITIONS, _HANDED_OVER)
    else:
        has_link = parcel.known.fact("tracking_url") is not None
        it.plan(about, wait_ms=0 if has_link else WAIT_FOR_LINK_MS, happened_at=at)
    reviews.shipped(it, parcel.order_ref, at)


def _link_came(it: Happening, parcel: _Parcel) -> None:
    """Have what waited for the link go; what waits because its owner wants it to waits on."""
    automation, key = it.automation(ORDER_SHIPPED), subjects.of_parcel(parcel.ref)
    if automation is None or automation.delay_ms is not None:
        return
    step = it.step(ORDER_SHIPPED, key)
    if step is not None and step.status is StepStatus.WAITING and step.due_at is not None and step.due_at > it.now:
        it.move(ORDER_SHIPPED, key, it.now)


def _carrier_set_out(it: Happening, parcel: _Parcel) -> None:
    """Tell of one ride: by the event that there is for each, if the parcel itself has not told of it."""
    event_ref = ref(it.body.get("id")) or it.event.id
    about = parcel.about(OUT_FOR_DELIVERY, subjects.of_carrier_event(event_ref))
    by_parcel = it.step(OUT_FOR_DELIVERY, subjects.of_parcel(parcel.ref))
    if by_parcel is not None and abs(by_parcel.happened_at - it.event.fresh_at) < SAME_RIDE_MS:
        it.skip(about, Reason.DUPLICATE, _SAME_RIDE)
    else:
        _tell(it, parcel, about, it.event.fresh_at)


def _set_out(it: Happening, parcel: _Parcel, at: int) -> None:
    _tell(it, parcel, parcel.about(OUT_FOR_DELIVERY), at)


def _delivered(it: Happening, parcel: _Parcel, at: int) -> None:
    _tell(it, parcel, parcel.about(ORDER_DELIVERED), at)
    if not is_called_off(parcel.order):
        reviews.delivered(it, parcel.known, at)


def _tell(it: Happening, parcel: _Parcel, about: About, at: int) -> None:
    if is_called_off(parcel.order):
        it.call_off(about, CANCELLED)
    else:
        it.plan(about, happened_at=at)


def _fail(it: Happening, parcel: _Parcel) -> None:
    about = parcel.about(ORDER_SHIPPED)
    it.stop(parcel.subject, _PARCEL_CALLED_OFF, key=about.key)
    reviews.called_off(it, parcel.order_ref, _PARCEL_CALLED_OFF)
    if parcel.again:
        it.call_off(about, _PARCEL_CALLED_OFF)


def _heard_at(it: Happening, parcel: _Parcel, status: str) -> int | None:
    """Return when a parcel's own status is from, where that is news."""
    carrier = parcel.known.fact("carrier") or {}
    is_asked_again = parcel.again and parcel.known.fact("shipment_status") == status
    if status not in carrier or (status in (parcel.known.was("carrier") or {}) and not is_asked_again):
        return None
    if not parcel.by_the_way:
        return it.event.fresh_at
    at: int = carrier[status]
    return at if at + LONG_AGO_MS > it.event.fresh_at else None


def _told_late(it: Happening, known: Known) -> int | None:
    """Return when a parcel was shipped that we first hear of later; None where that is no news."""
    at: int | None = known.fact("created_at")
    if at is None:
        return it.event.fresh_at
    return min(at, it.event.fresh_at) if at + LONG_AGO_MS > it.event.fresh_at else None


def _is_found_on_its_way(known: Known) -> bool:
    """Whether a parcel of which we did not know had left before it was changed."""
    return not _was_told(known) and known.fact("shipment_status") not in _NOT_GONE_YET


def _was_told(known: Known) -> bool:
    """Whether Shopify told of the parcel itself before, not its carrier alone."""
    return known.was("status") is not None


def _is_shipped(parcel: Record | None) -> bool:
    if parcel is None:
        return False
    facts = parcel.facts
    is_tracked = facts.get("tracking_url") is not None or facts.get("tracking_number") is not None
    return facts.get("status") == _SHIPPED or (facts.get("status") in _BEING_SHIPPED and is_tracked)


def _is_handed_over(parcel: _Parcel) -> bool:
    """Whether somebody took it along from the counter."""
    is_tracked = any(parcel.known.fact(name) is not None for name in ("tracking_url", "tracking_number"))
    return parcel.order is not None and parcel.order.facts.get("source_name") == _AT_THE_COUNTER and not is_tracked


def _latest(found: list[Record | None]) -> Record:
    return max(
        (record for record in found if record is not None), key=lambda record: record.facts.get("created_at") or 0
    )
