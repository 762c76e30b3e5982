"""Parcels that are on their way: nobody is asked how they like what has yet to come."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectors.shared.automations.running import Ended, NotNow
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.clock import DAY
from connectors.shopify.orders.records import Record

LONGEST_JOURNEY_MS: Final = 30 * DAY
LOOK_MS: Final = DAY
GONE: Final = frozenset(("cancelled", "error", "failure"))
"""What parcels are that never went."""
RECEIVED: Final = frozenset(("delivered", "picked_up"))
ON_ITS_WAY: Final = frozenset(
    (
        "carrier_picked_up",
        "in_transit",
        "out_for_delivery",
        "attempted_delivery",
        "delayed",
        "ready_for_pickup",
        "failure",
    )
)
"""What carriers tell of; of `label_printed`, `label_purchased` and `confirmed` the shop does."""


def not_yet(parcels: Iterable[Record], first_due_at: int, now: int) -> NotNow | Ended | None:
    """Say whether a parcel that its carrier tells of has yet to come: looked at again each day, for thirty days."""
    if not any(_is_on_its_way(parcel.facts) for parcel in parcels):
        return None
    if now < first_due_at + LONGEST_JOURNEY_MS:
        return NotNow(now + LOOK_MS, due_at=now + LOOK_MS)
    words = "The carrier told that the parcel was on its way, and never that it came."
    return Ended(StepStatus.SKIPPED, Reason.TOO_LATE, words)


def has_come(parcel: Record | None) -> bool:
    """Whether somebody told that a parcel came."""
    return parcel is not None and not RECEIVED.isdisjoint(parcel.facts.get("carrier") or {})


def all_came(parcels: Iterable[Record], at: int) -> bool:
    """Whether each has come by a moment, or was shipped where nobody told that it came; none is on its way."""
    going = [parcel.facts for parcel in parcels if parcel.facts.get("status") not in GONE]
    return all(not _is_on_its_way(facts) and _ended_at(facts) <= at for facts in going)


def _ended_at(facts: Mapping[str, Any]) -> int:
    carrier: Mapping[str, int] = facts.get("carrier") or {}
    return max((carrier[status] for status in RECEIVED & carrier.keys()), default=facts.get("created_at") or 0)


def _is_on_its_way(facts: Mapping[str, Any]) -> bool:
    heard = (facts.get("carrier") or {}).keys()
    return facts.get("status") not in GONE and bool(heard & ON_ITS_WAY) and not heard & RECEIVED
