"""The facts of two versions put together: whichever is told first, the same comes of them."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.shopify.tables import RecordKind

SUBSCRIBED: Final = "subscribed"


def merged(kind: RecordKind, older: Mapping[str, Any], newer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known by two versions of something.

    The newer says what is; of what it leaves out the older still tells. What a carrier said adds up, and of what a
    customer said the latest counts, whatever version of them it came with.
    """
    facts = {**older, **newer}
    if "phones" in facts:
        facts["phones"] = {**_of(older, "phones"), **_of(newer, "phones")}
    if "carrier" in facts:
        facts["carrier"] = _heard(_of(older, "carrier"), _of(newer, "carrier"))
    if "consent" in facts:
        facts["consent"] = _consent(kind, _of(older, "consent"), _of(newer, "consent"))
    return facts


def _of(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = facts.get(name) or {}
    return found


def _heard(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {
        status: min(moments[status] for moments in (one, other) if status in moments)
        for status in sorted(one.keys() | other.keys())
    }


def latest_consent(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return which of two counts: of one moment the no."""
    if not before or not after:
        return after or before
    return max(before, after, key=lambda consent: (consent["at"], consent["state"] != SUBSCRIBED))


def _consent(kind: RecordKind, before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    if not before or not after or kind is not RecordKind.CHECKOUT:
        return latest_consent(before, after)
    # A box that stays ticked was ticked once: what was withdrawn since is not given again by the next update.
    if all(after[name] == before[name] for name in ("state", "phone")):
        return {**after, "at": min(before["at"], after["at"])}
    return after
