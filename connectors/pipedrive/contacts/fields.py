"""Which custom fields the people of a company have: https://developers.pipedrive.com/docs/api/v1/PersonFields"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.pipedrive.errors import Gone, NotAllowed
from connectors.pipedrive.platform.client import Answer, Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.kept_text import UNKEPT
from connectors.shared.templates.variables import fold

STANDARD: Final = frozenset(("name", "first_name", "last_name", "email", "phone", "org"))
"""What every person has, so that no custom field goes by such a name."""
MOST_PAGES: Final = 20
PAGE: Final = 500

_IS_HASH = re.compile(r"[0-9a-f]{40}").fullmatch
# Of these a person has ids, and their names would each have to be asked for.
_OF_IDS: Final = frozenset(("user", "org", "people", "deal", "lead", "project", "activity"))


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field that the company made; `options` are labels by id."""

    code: str
    label: str
    kind: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FieldBook:
    """The custom fields that can stand in a text, each under one name: its label folded, or else its code."""

    fields: Mapping[str, CustomField]

    def names(self, name: str) -> tuple[str, ...]:
        """Return every way to write the field that goes by a name, its own first."""
        known = self.fields[name]
        # Folding makes ss of ß, which nobody writes.
        plain = re.sub(r"\s+", "_", known.label.lower())
        return tuple(dict.fromkeys((name, known.code, known.label, plain)))


NO_FIELDS: Final = FieldBook({})


def make_book(found: Iterator[CustomField]) -> FieldBook:
    """Return a book; of two fields that are called the same the later goes by its code."""
    fields: dict[str, CustomField] = {}
    for entry in found:
        name = fold(entry.label)
        fields[entry.code if not name or name in STANDARD or name in fields else name] = entry
    return FieldBook(fields)


def ask_fields(pipedrive: Pipedrive, who: GrantKey) -> FieldBook:
    """Return a company's fields; none where this user may not see them. Raises what a call may."""
    try:
        return make_book(_of_v2(pipedrive, who))
    except NotAllowed:
        return NO_FIELDS
    except Gone:
        return make_book(_of_v1(pipedrive, who))


def _of_v2(pipedrive: Pipedrive, who: GrantKey) -> Iterator[CustomField]:
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        given: dict[str, str | int] = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
        answer = pipedrive.get(who, "/api/v2/personFields", given)
        yield from _read(answer, "field_code", "field_name")
        cursor = answer.next_cursor
        if cursor is None:
            return


def _of_v1(pipedrive: Pipedrive, who: GrantKey) -> Iterator[CustomField]:
    start: Any = 0
    for _ in range(MOST_PAGES):
        answer = pipedrive.get(who, "/api/v1/personFields", {"start": start, "limit": PAGE})
        yield from _read(answer, "key", "name")
        pages = answer.additional.get("pagination")
        start = pages.get("next_start") if isinstance(pages, Mapping) else None
        if not isinstance(start, int):
            return


def _read(answer: Answer, code: str, label: str) -> Iterator[CustomField]:
    for entry in answer.data if isinstance(answer.data, list) else ():
        found = _field(entry, code, label) if isinstance(entry, Mapping) else None
        if found is not None:
            yield found


def _field(entry: Mapping[str, Any], code: str, label: str) -> CustomField | None:
    """Return a field that the company made and that can stand in a text, None for any other."""
    key, name, kind = entry.get(code), entry.get(label), entry.get("field_type")
    if not isinstance(key, str) or not isinstance(name, str) or kind in _OF_IDS:
        return None
    if not (entry.get("is_custom_field") is True or _IS_HASH(key)):
        return None
    return CustomField(key, UNKEPT.sub("", name).strip(), str(kind), _options(entry.get("options")))


def _options(found: Any) -> dict[str, str]:
    return {
        str(option.get("id")): option["label"]
        for option in (found if isinstance(found, list) else ())
        if isinstance(option, Mapping) and isinstance(option.get("label"), str)
    }
