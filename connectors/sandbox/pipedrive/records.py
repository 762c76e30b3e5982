"""What the stand-in for Pipedrive keeps. Ids count from 1 in each company, as Pipedrive's do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

STANDARD_FIELDS = (
    ("name", "Name", "varchar"),
    ("first_name", "First name", "varchar"),
    ("last_name", "Last name", "varchar"),
    ("phones", "Phone", "phone"),
    ("emails", "Email", "varchar"),
    ("owner_id", "Owner", "user"),
    ("org_id", "Organization", "org"),
    ("add_time", "Person created", "date"),
    ("update_time", "Update time", "date"),
    ("label_ids", "Labels", "set"),
)


MADE_AT = "2026-01-01T00:00:00Z"


def moment() -> str:
    """Return this moment as API v2 writes it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works in a company."""

    id: int
    name: str
    email: str
    is_admin: bool
    timezone: str


@dataclass(slots=True)
class Organization:
    """A company's customer that is no person."""

    id: int
    name: str
    owner_id: int | None
    add_time: str = field(default_factory=moment)
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False

    def shown(self) -> dict[str, Any]:
        """Return it as API v2 does."""
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner_id,
            "add_time": self.add_time,
            "update_time": self.add_time,
            "visible_to": 3,
            "label_ids": [],
            "is_deleted": self.is_deleted,
            "address": None,
            "custom_fields": dict(self.custom_fields),
        }


@dataclass(slots=True)
class Person:
    """A contact. `phones` as people typed them."""

    id: int
    name: str
    first_name: str | None
    last_name: str | None
    phones: Sequence[Mapping[str, Any]] = field(repr=False)
    emails: Sequence[Mapping[str, Any]] = field(repr=False)
    owner_id: int | None
    org_id: int | None
    custom_fields: Mapping[str, Any]
    hidden_from: frozenset[int]
    is_deleted: bool
    add_time: str = field(default_factory=moment)
    update_time: str = field(default_factory=moment)

    def shown(self, codes: Sequence[str]) -> dict[str, Any]:
        """Return it as API v2 does, with these custom fields."""
        return {
            "id": self.id,
            "name": self.name,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "owner_id": self.owner_id,
            "org_id": self.org_id,
            "add_time": self.add_time,
            "update_time": self.update_time,
            "visible_to": 3,
            "picture_id": None,
            "label_ids": [],
            "is_deleted": self.is_deleted,
            "phones": [dict(phone) for phone in self.phones],
            "emails": [dict(email) for email in self.emails],
            "custom_fields": {code: self.custom_fields.get(code) for code in codes},
        }


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field that a company made. `options` are (id, label)."""

    id: int
    code: str
    name: str
    kind: str
    options: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Filter:
    """A saved filter of the people list."""

    id: int
    name: str
    person_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A board that deals move along."""

    id: int
    name: str
    order_nr: int

    def shown(self) -> dict[str, Any]:
        """Return it as API v2 does."""
        return {
            "id": self.id,
            "name": self.name,
            "order_nr": self.order_nr,
            "is_deleted": False,
            "is_deal_probability_enabled": False,
            "add_time": MADE_AT,
            "update_time": None,
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """A column of a board."""

    id: int
    name: str
    pipeline_id: int
    order_nr: int

    def shown(self) -> dict[str, Any]:
        """Return it as API v2 does."""
        return {
            "id": self.id,
            "name": self.name,
            "order_nr": self.order_nr,
            "pipeline_id": self.pipeline_id,
            "is_deleted": False,
            "deal_probability": 100,
            "is_deal_rot_enabled": False,
            "days_to_rotten": None,
            "add_time": MADE_AT,
            "update_time": None,
        }


@dataclass(slots=True)
class Deal:
    """Something that a company may sell. `status` is open, won, lost or deleted."""

    id: int
    title: str
    stage_id: int
    pipeline_id: int
    person_id: int | None
    owner_id: int | None
    value: float = 0
    currency: str = "INR"
    status: str = "open"
    add_time: str = field(default_factory=moment)
    update_time: str = field(default_factory=moment)

    def shown(self) -> dict[str, Any]:
        """Return it as API v2 does."""
        return {
            "id": self.id,
            "title": self.title,
            "creator_user_id": self.owner_id,
            "owner_id": self.owner_id,
            "person_id": self.person_id,
            "org_id": None,
            "stage_id": self.stage_id,
            "pipeline_id": self.pipeline_id,
            "value": self.value,
            "currency": self.currency,
            "status": self.status,
            "add_time": self.add_time,
            "update_time": self.update_time,
            "stage_change_time": None,
            "is_deleted": self.status == "deleted",
            "is_archived": False,
            "visible_to": 3,
            "probability": None,
            "lost_reason": None,
            "expected_close_date": None,
            "label_ids": [],
            "custom_fields": {},
        }


@dataclass(slots=True)
class Company:
    """A company with all that it keeps, each kind by its ids."""

    id: int
    name: str
    domain: str
    users: dict[int, User] = field(default_factory=dict)
    organizations: dict[int, Organization] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    fields: dict[str, CustomField] = field(default_factory=dict)
    filters: dict[int, Filter] = field(default_factory=dict)
    pipelines: dict[int, Pipeline] = field(default_factory=dict)
    stages: dict[int, Stage] = field(default_factory=dict)
    deals: dict[int, Deal] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Request:
    """A call that came; `status` is None where no answer was given."""

    method: str
    path: str
    query: Mapping[str, str]
    company_id: int | None
    user_id: int | None
    status: int | None


ACTIVITY_TYPES = (
    ("call", "Call", "call", False),
    ("meeting", "Meeting", "meeting", False),
    ("task", "Task", "task", False),
    ("deadline", "Deadline", "deadline", False),
    ("email", "Email", "email", False),
    ("lunch", "Lunch", "lunch", False),
    ("sms", "SMS", "smartphone", True),
)
"""Key, name, icon, and whether somebody of the company made it."""
