"""Looks among a person's notes or activities for an entry that may have been written: by our message's id in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from connectors.pipedrive.errors import InDoubt
from connectors.pipedrive.platform.answers import SENSELESS, Budget
from connectors.pipedrive.platform.client import Answer, Pipedrive
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.pipedrive.tables import LogKind
from connectors.pipedrive.write_back.entries import path_of
from connectors.pipedrive.write_back.queue import Claimed
from connectors.shared.clock import MINUTE, SECOND
from connectors.shared.errors import ConnectorsError

PAGE: Final = 100
MOST_PAGES: Final = 10
MARGIN_MS: Final = 10 * MINUTE
"""By so much Pipedrive's clock and ours may differ."""


class CannotTell(ConnectorsError):
    """There is more to look through than may be."""


@dataclass(frozen=True, slots=True)
class Found:
    """The id of what was found, None where Pipedrive surely does not have it."""

    crm_id: int | None
    budget: Budget | None


def find(pipedrive: Pipedrive, claimed: Claimed) -> Found:
    """Look from the newest back to the time when the entry could first be written.

    Raises CannotTell, and what Pipedrive's calls raise.
    """
    for pages, answer in enumerate(_pages(pipedrive, claimed), start=1):
        items = _items(answer)
        for item in items:
            if claimed.message_id in _text(item, claimed.kind):
                return Found(read_crm_id(item), answer.budget)
        if _next(answer, claimed.kind) is None or _is_past(items, claimed.since - MARGIN_MS):
            return Found(None, answer.budget)
        if pages == MOST_PAGES:
            break
    raise CannotTell("This person has too many entries in Pipedrive to find out whether it is among them.")


def _pages(pipedrive: Pipedrive, claimed: Claimed) -> Iterator[Answer]:
    parameters: dict[str, str | int] = {"person_id": claimed.person_id, "limit": PAGE}
    if claimed.kind == LogKind.NOTE:
        parameters |= {"start": 0, "sort": "add_time DESC"}
    else:
        parameters |= {"sort_by": "add_time", "sort_direction": "desc"}
    while True:
        answer = pipedrive.get(claimed.key, path_of(claimed.kind), parameters)
        yield answer
        parameters |= _next(answer, claimed.kind) or {}


def _next(answer: Answer, kind: str) -> Mapping[str, str | int] | None:
    if kind != LogKind.NOTE:
        return {"cursor": answer.next_cursor} if answer.next_cursor else None
    paging = answer.additional.get("pagination")
    start = paging.get("next_start") if isinstance(paging, dict) and paging.get("more_items_in_collection") else None
    return {"start": start} if isinstance(start, int) else None


def _items(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """Return what is on a page. An empty one is null in v1."""
    data = [] if answer.data is None else answer.data
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise InDoubt(SENSELESS)
    return data


def _text(item: Mapping[str, Any], kind: str) -> str:
    return str(item.get("content" if kind == LogKind.NOTE else "note") or "")


def read_crm_id(found: Any) -> int:
    """Return the id of a note or an activity. Raises InDoubt where it has none."""
    crm_id = found.get("id") if isinstance(found, Mapping) else None
    if not isinstance(crm_id, int) or not 0 < crm_id <= LARGEST_ID:
        raise InDoubt(SENSELESS)
    return crm_id


def _is_past(items: Sequence[Mapping[str, Any]], moment: int) -> bool:
    """Whether all that follows is older; told only by a page that is in order, and not by asking for order."""
    times = [_added_at(item) for item in items]
    known = [time for time in times if time is not None]
    if not known or len(known) < len(times):
        return False
    return known == sorted(known, reverse=True) and known[-1] < moment


def _added_at(item: Mapping[str, Any]) -> int | None:
    """Return a moment of v1 (2026-11-21 08:00:00) or v2 (2026-11-21T08:00:00Z), both UTC."""
    try:
        added = datetime.fromisoformat(str(item.get("add_time")))
    except ValueError:
        return None
    return int((added if added.tzinfo else added.replace(tzinfo=UTC)).timestamp() * SECOND)
