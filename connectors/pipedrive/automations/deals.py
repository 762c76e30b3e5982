"""Deals of Pipedrive and the stages that they go through, as its API v2 shows them to one user.

https://developers.pipedrive.com/docs/api/v1/Deals, …/Stages and …/Pipelines
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from connectors.pipedrive.errors import Gone, InDoubt
from connectors.pipedrive.platform.answers import SENSELESS
from connectors.pipedrive.platform.client import Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.shared.kept_text import UNKEPT
from connectors.shared.templates.money import Money, read_amount

PAGE: Final = 500
MOST_PAGES: Final = 10
LOST: Final = "lost"
DELETED: Final = "deleted"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline, by the names that the company gave them."""

    id: int
    name: str
    pipeline: str


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal."""

    id: int
    title: str | None = field(repr=False)
    value: Money | None = field(repr=False)
    status: str | None
    """open, won, lost or deleted."""
    stage_id: int | None
    person_id: int | None


def ask_deal(pipedrive: Pipedrive, who: GrantKey, deal_id: int) -> Deal:
    """Return a deal as this user sees it. Raises Gone for one that they may not see, and what a call may."""
    found = pipedrive.get(who, f"/api/v2/deals/{deal_id}").data
    if not isinstance(found, Mapping):
        raise Gone("Pipedrive has no such deal, or you may not see it.")
    if read_id(found.get("id")) != deal_id:
        raise InDoubt(SENSELESS)
    return Deal(
        id=deal_id,
        title=_text(found.get("title")),
        value=_value(found.get("value"), found.get("currency")),
        status=DELETED if found.get("is_deleted") is True else _text(found.get("status")),
        stage_id=read_id(found.get("stage_id")),
        person_id=read_id(found.get("person_id")),
    )


def ask_stages(pipedrive: Pipedrive, who: GrantKey) -> list[Stage]:
    """Return the stages that this user sees, in the order of their pipelines and boards. Raises what a call may."""
    pipelines = {read_id(each.get("id")): each for each in _listed(pipedrive, who, "/api/v2/pipelines")}
    found = [
        (_place(pipelines[pipeline_id]), _place(each), _stage(each, pipelines[pipeline_id]))
        for each in _listed(pipedrive, who, "/api/v2/stages")
        if (pipeline_id := read_id(each.get("pipeline_id"))) in pipelines and read_id(each.get("id")) is not None
    ]
    return [stage for _, _, stage in sorted(found, key=itemgetter(0, 1))]


def read_id(found: Any) -> int | None:
    """Return one of Pipedrive's ids: numbers in its API, digits in its webhooks; None for what is none."""
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < len(str(LARGEST_ID)):
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= LARGEST_ID else None


def _listed(pipedrive: Pipedrive, who: GrantKey, path: str) -> Iterator[Mapping[str, Any]]:
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        answer = pipedrive.get(who, path, {"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
        for entry in answer.data if isinstance(answer.data, list) else ():
            if isinstance(entry, Mapping) and entry.get("is_deleted") is not True:
                yield entry
        cursor = answer.next_cursor
        if cursor is None:
            return


def _place(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Return by what pipelines, and stages on their board, are put in order."""
    order = entry.get("order_nr")
    return order if isinstance(order, int) else 0, read_id(entry.get("id")) or 0


def _stage(entry: Mapping[str, Any], pipeline: Mapping[str, Any]) -> Stage:
    stage_id, name = read_id(entry.get("id")) or 0, _text(entry.get("name"))
    return Stage(stage_id, name or f"Stage {stage_id}", _text(pipeline.get("name")) or "Pipeline")


def _text(found: Any) -> str | None:
    return (UNKEPT.sub("", found).strip() or None) if isinstance(found, str) else None


def _value(amount: Any, currency: Any) -> Money | None:
    number = read_amount(amount)
    return None if number is None else Money(format(number, "f"), currency if isinstance(currency, str) else None)
