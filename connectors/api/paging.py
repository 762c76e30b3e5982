"""Lists a page at a time, and the ids in paths: the same for every kind of thing."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from connectors.api.authentication import caller
from connectors.api.bodies import InvalidFields
from connectors.api.context import context
from connectors.api.cursors import InvalidCursor
from connectors.shared.errors import NotFound

Item = TypeVar("Item")

# Nothing else can be an id of ours, and PostgreSQL refuses to compare a text with a NUL in it.
_IS_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII).fullmatch


def path_id(given: str, words: str) -> str:
    """Return an id as it came in a path. Raises NotFound with these words for what cannot be one."""
    if not _IS_ID(given):
        raise NotFound(words)
    return given


def position(kind: str, cursor: str | None) -> str | None:
    """Return where a page of the caller's list begins, None for the first. Raises InvalidFields."""
    if cursor is None:
        return None
    try:
        return context().cursors.read(kind, caller(), cursor)
    except InvalidCursor:
        raise InvalidFields({"cursor": ["Give the `next` of a page of this list, unchanged."]}) from None


def page_of(kind: str, found: Sequence[Item], limit: int, place: Callable[[Item], str]) -> dict[str, Any]:
    """Return a page of what was found, one more than `limit` where there are more; `place` is what a cursor holds."""
    items = found[:limit]
    more = len(found) > limit
    return {"items": items, "next": context().cursors.write(kind, caller(), place(items[-1])) if more else None}
