"""What a webhook of Pipedrive's says, as far as an automation has use for it: ids and moments, nobody's name.

https://pipedrive.readme.io/docs/guide-for-webhooks-v2
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from connectors.pipedrive.automations.deals import DELETED, LOST, read_id
from connectors.shared.clock import SECOND

PERSON_CREATED: Final = "person.create"
DEAL_CREATED: Final = "deal.create"
DEAL_CHANGED: Final = "deal.change"
ENDED: Final = frozenset((LOST, DELETED))
LONGEST_META_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened; `refs` name the ids: person, or deal, stage, before, and `ended`."""

    meta_id: str
    kind: str
    happened_at: int
    refs: Mapping[str, str]


def company_in(body: Mapping[str, Any]) -> int | None:
    """Return the company that a webhook says it is about."""
    return read_id(_part(body, "meta").get("company_id"))


def read_happening(body: Mapping[str, Any], now: int) -> Happening | None:
    """Return what happened, None where no automation has use for it, or what came is not what Pipedrive sends."""
    meta, data, previous = (_part(body, name) for name in ("meta", "data", "previous"))
    kind, meta_id = f"{meta.get('entity')}.{meta.get('action')}", meta.get("id")
    subject = read_id(meta.get("entity_id")) or read_id(data.get("id"))
    if not isinstance(meta_id, str) or not meta_id or subject is None:
        return None
    if kind == PERSON_CREATED:
        refs: dict[str, str] | None = {"person": str(subject)}
    elif kind == DEAL_CREATED:
        refs = _created(data)
    else:
        refs = _changed(data, previous) if kind == DEAL_CHANGED else None
    if refs is None:
        return None
    about = refs if kind == PERSON_CREATED else {"deal": str(subject), **refs}
    return Happening(_bounded(meta_id), kind, _moment(meta.get("timestamp"), now), about)


def _created(deal: Mapping[str, Any]) -> dict[str, str] | None:
    stage = read_id(deal.get("stage_id"))
    return None if stage is None or deal.get("status") in ENDED else {"stage": str(stage)}


def _changed(deal: Mapping[str, Any], previous: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what of a change matters: another stage, or that the deal is over."""
    if deal.get("status") in ENDED:
        return {"ended": str(deal["status"])} if "status" in previous else None
    stage, before = read_id(deal.get("stage_id")), read_id(previous.get("stage_id"))
    if stage is None or before is None or stage == before:
        return None
    return {"stage": str(stage), "before": str(before)}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _bounded(meta_id: str) -> str:
    """Return a UUID as it is, and by its digest what is longer than one, or no database keeps."""
    plain = len(meta_id) <= LONGEST_META_ID and meta_id.isascii() and meta_id.isprintable()
    return meta_id if plain else hashlib.sha256(meta_id.encode("utf-8", "surrogatepass")).hexdigest()


def _moment(timestamp: Any, now: int) -> int:
    """Return UTC milliseconds; what is in the future, or cannot be read, is now."""
    try:
        found = datetime.fromisoformat(timestamp if isinstance(timestamp, str) else "")
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return min(now, max(0, round(aware.timestamp() * SECOND)))
    except (ValueError, OverflowError):
        return now
