"""People of Pipedrive, as its API v2 shows them to one user: https://developers.pipedrive.com/docs/api/v1/Persons"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.pipedrive.errors import Gone, InDoubt, NotAllowed
from connectors.pipedrive.platform.answers import SENSELESS
from connectors.pipedrive.platform.client import Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.kept_text import UNKEPT

NOBODY: Final = "Pipedrive has no such contact, or you may not see it."
DELETED: Final = "This contact has been deleted in Pipedrive."


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as somebody typed it."""

    value: str = field(repr=False)
    label: str
    """Free text; mostly work, home, mobile or other."""
    primary: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A contact."""

    id: int
    name: str = field(repr=False)
    first_name: str | None = field(repr=False)
    last_name: str | None = field(repr=False)
    org_id: int | None
    owner_id: int | None
    phones: tuple[Phone, ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    """The primary one first."""
    custom_fields: Mapping[str, Any] = field(repr=False)
    """As the API has them, by field code."""
    is_deleted: bool


def read_person(data: Mapping[str, Any]) -> Person:
    """Return a person out of the API's JSON; what is missing or odd in it counts as not there.

    Raises InDoubt where it has no id.
    """
    person_id = _id(data.get("id"))
    if person_id is None:
        raise InDoubt(SENSELESS)
    custom = data.get("custom_fields")
    return Person(
        id=person_id,
        name=_text(data.get("name")) or "",
        first_name=_text(data.get("first_name")),
        last_name=_text(data.get("last_name")),
        org_id=_id(data.get("org_id")),
        owner_id=_id(data.get("owner_id")),
        phones=tuple(_phones(data.get("phones"))),
        emails=tuple(phone.value for phone in sorted(_phones(data.get("emails")), key=lambda entry: not entry.primary)),
        custom_fields=custom if isinstance(custom, Mapping) else {},
        is_deleted=data.get("is_deleted") is True,
    )


def ask_person(pipedrive: Pipedrive, who: GrantKey, person_id: int) -> Person:
    """Return a person as this user sees them. Raises Gone for one whom they may not see, and what a call may."""
    try:
        answer = pipedrive.get(who, f"/api/v2/persons/{person_id}")
    except Gone:
        raise Gone(NOBODY) from None
    if not isinstance(answer.data, Mapping):
        raise Gone(NOBODY)
    return read_person(answer.data)


def ask_organization_name(pipedrive: Pipedrive, who: GrantKey, org_id: int) -> str | None:
    """Return an organization's name, None where this user may not see it. Raises what a call may."""
    try:
        answer = pipedrive.get(who, f"/api/v2/organizations/{org_id}")
    except (Gone, NotAllowed):
        return None
    return _text(answer.data.get("name")) if isinstance(answer.data, Mapping) else None


def _phones(found: Any) -> list[Phone]:
    entries = found if isinstance(found, list) else []
    return [
        Phone(value, _text(entry.get("label")) or "", entry.get("primary") is True)
        for entry in entries
        if isinstance(entry, Mapping) and (value := _text(entry.get("value"))) is not None
    ]


def _text(found: Any) -> str | None:
    """Return a text without what no database keeps, None for a blank one."""
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    return (UNKEPT.sub("", found).strip() or None) if isinstance(found, str) else None


def _id(found: Any) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 2**63 else None
