"""The caller's lists, a page at a time."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from connectors.shared.web.paging import Pages, path_id
from connectors.shared.web.rest.authentication import caller
from connectors.shared.web.rest.parts import parts

__all__ = ["page_of", "path_id", "position"]

Item = TypeVar("Item")


def position(kind: str, cursor: str | None) -> str | None:
    """Return where a page of the caller's list begins, None for the first. Raises InvalidFields."""
    return _pages(kind).position(cursor)


def page_of(kind: str, found: Sequence[Item], limit: int, place: Callable[[Item], str]) -> dict[str, Any]:
    """Return a page of what was found, one more than `limit` where there are more; `place` is what a cursor holds."""
    return _pages(kind).page(found, limit, place)


def _pages(kind: str) -> Pages:
    return Pages(parts().cursors, kind, caller())
