"""Lists a page at a time, and the ids in paths: the same for every kind of thing."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.shared.errors import NotFound
from connectors.shared.web.bodies import InvalidFields
from connectors.shared.web.cursors import Cursors, InvalidCursor

Item = TypeVar("Item")

# Nothing else can be an id of ours, and PostgreSQL refuses to compare a text with a NUL in it.
_IS_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII).fullmatch


def path_id(given: str, words: str) -> str:
    """Return an id as it came in a path. Raises NotFound with these words for what cannot be one."""
    if not _IS_ID(given):
        raise NotFound(words)
    return given


@dataclass(frozen=True, slots=True)
class Pages:
    """One owner's list of one kind, a page at a time: its cursors are good for nobody else's and no other."""

    cursors: Cursors
    kind: str
    owner_id: int

    def position(self, cursor: str | None) -> str | None:
        """Return where a page begins, None for the first. Raises InvalidFields."""
        if cursor is None:
            return None
        try:
            return self.cursors.read(self.kind, self.owner_id, cursor)
        except InvalidCursor:
            raise InvalidFields({"cursor": ["Give the `next` of a page of this list, unchanged."]}) from None

    def page(self, found: Sequence[Item], limit: int, place: Callable[[Item], str]) -> dict[str, Any]:
        """Return a page of what was found, one more than `limit` where there are more; cursors hold a `place`."""
        items = found[:limit]
        more = len(found) > limit
        return {
            "items": items,
            "next": self.cursors.write(self.kind, self.owner_id, place(items[-1])) if more else None,
        }
