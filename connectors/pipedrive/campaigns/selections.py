"""Selections of the people list as Pipedrive hands them over: people who were ticked, or a filter without some of them.

Whoever ticks the box for all sends no ids: an empty list means the filter, and nothing where there is none.
https://pipedrive.readme.io/docs/app-extensions-actions
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

MOST_IDS: Final = 10_000
LARGEST_ID: Final = 2**53 - 1
"""Beyond it programs in JavaScript lose digits."""
_TOO_MANY: Final = f"Give at most {MOST_IDS:,} people one by one. For more, select all and use a filter."
_NOBODY: Final = "Nobody is selected. Choose people in the list, or a filter."
_FILTER: Final = "Give one of filter_id, user_id (whose people), and everyone, which is true."


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What the people list shows: of `filter_id`, `user_id` and `everyone` one is set."""

    filter_id: int | None = None
    user_id: int | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as the page sent it."""
        if self.filter_id is not None:
            return {"filter_id": self.filter_id}
        return {"everyone": True} if self.user_id is None else {"user_id": self.user_id}

    def parameters(self) -> dict[str, int]:
        """Return what `GET /api/v2/persons` takes for it."""
        if self.filter_id is not None:
            return {"filter_id": self.filter_id}
        return {} if self.user_id is None else {"owner_id": self.user_id}


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom somebody chose. It says nothing about whom they may see."""

    selected_ids: tuple[int, ...] = ()
    """Each once; where there are any, the filter says nothing."""
    excluded_ids: frozenset[int] = field(default_factory=frozenset)
    filter: ListFilter | None = None

    @property
    def chosen_ids(self) -> tuple[int, ...]:
        """The people who were ticked, in their order."""
        return tuple(each for each in self.selected_ids if each not in self.excluded_ids)

    def dumped(self) -> str:
        """Return it as JSON, for `read_selection()`."""
        given = {
            "selected_ids": self.selected_ids,
            "excluded_ids": sorted(self.excluded_ids),
            "filter": None if self.filter is None else self.filter.shown(),
        }
        return orjson.dumps(given).decode()


class PipedriveId(fields.Integer):
    """An id of Pipedrive's, as a number or in digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Range(1, LARGEST_ID, error="This is no id of Pipedrive's."), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> int:
        digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(LARGEST_ID))):
            raise ValidationError("This is no id of Pipedrive's.")
        return int(digits)


class Yes(fields.Field):  # type: ignore[type-arg]  # generic for the type checker alone
    """A mark that is set, as Pipedrive writes it: 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> bool:
        if value is not True and (isinstance(value, bool) or value not in (1, "1")):
            raise ValidationError("It is true, or it is left out.")
        return True


class ListFilterSchema(Schema):
    """What the people list shows."""

    filter_id = PipedriveId()
    user_id = PipedriveId()
    everyone = Yes()

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ListFilter | None:
        if len(data) > 1:
            raise ValidationError(_FILTER)
        everyone = data.pop("everyone", False)
        return ListFilter(**data) if data or everyone else None


def _ids() -> fields.List:  # type: ignore[type-arg]  # generic for the type checker alone
    return fields.List(PipedriveId(), load_default=list, validate=validate.Length(max=MOST_IDS, error=_TOO_MANY))


class SelectionSchema(Schema):
    """Whom somebody chose."""

    selected_ids = _ids()
    excluded_ids = _ids()
    filter = fields.Nested(ListFilterSchema, load_default=None, allow_none=True)

    @validates_schema
    def _is_of_somebody(self, data: dict[str, Any], **_: Any) -> None:
        chosen = set(data["selected_ids"]) - set(data["excluded_ids"])
        if not chosen and (data["selected_ids"] or data["filter"] is None):
            raise ValidationError(_NOBODY)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Selection:
        return Selection(tuple(dict.fromkeys(data["selected_ids"])), frozenset(data["excluded_ids"]), data["filter"])


def read_selection(dumped: str) -> Selection:
    """Return a selection that `Selection.dumped()` wrote."""
    given = orjson.loads(dumped)
    kept = given["filter"]
    chosen = None if kept is None else ListFilter(kept.get("filter_id"), kept.get("user_id"))
    return Selection(tuple(given["selected_ids"]), frozenset(given["excluded_ids"]), chosen)


def described(selection: Selection, count: int, name: str | None) -> str:
    """Return whom a selection means, for a person; `name` is the filter's or the owner's."""
    people = "1 person" if count == 1 else f"{count:,} people"
    chosen = selection.filter
    if selection.selected_ids or chosen is None:
        return people.replace(" ", " selected ")
    without = f", without {len(selection.excluded_ids):,}" if selection.excluded_ids else ""
    if chosen.filter_id is not None:
        return f"{people} in “{name}”{without}"
    return f"everyone: {people}{without}" if chosen.user_id is None else f"{people} owned by {name}{without}"
