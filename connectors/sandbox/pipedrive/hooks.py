"""Webhooks that apps made, and what they are told: https://pipedrive.readme.io/docs/guide-for-webhooks-v2"""

import itertools
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.pipedrive.records import Company

ACTIONS = ("create", "change", "delete", "*")
OBJECTS = ("activity", "deal", "lead", "note", "organization", "person", "pipeline", "product", "stage", "user", "*")
MOST_OF_USER = 40


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook. It belongs to the user in whose name it was made, and goes with them."""

    id: int
    holder: Holder
    action: str
    object: str
    url: str
    name: str | None
    user: str | None
    password: str | None = field(repr=False)
    added_at: str

    def takes(self, kind: str, action: str) -> bool:
        return self.object in ("*", kind) and self.action in ("*", action)

    def shown(self) -> dict[str, Any]:
        """Return it as the API does."""
        return {
            "id": self.id,
            "company_id": self.holder.company_id,
            "owner_id": self.holder.user_id,
            "user_id": self.holder.user_id,
            "admin_id": self.holder.user_id,
            "event_action": self.action,
            "event_object": self.object,
            "subscription_url": self.url,
            "name": self.name,
            "type": "application",
            "version": "2.0",
            "is_active": 1,
            "add_time": self.added_at,
            "remove_time": None,
            "remove_reason": None,
            "http_auth_user": self.user,
            "http_auth_password": self.password,
            "last_delivery_time": None,
            "last_http_status": None,
        }


class Hooks:
    """All of them. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._all: dict[int, Hook] = {}

    def add(self, holder: Holder, given: Mapping[str, Any]) -> Hook | None:
        """Make one; None where the user has too many. Twice the same are two, as at Pipedrive."""
        with self._lock:
            if sum(hook.holder == holder for hook in self._all.values()) >= MOST_OF_USER:
                return None
            made = Hook(
                id=next(self._ids),
                holder=holder,
                action=given["event_action"],
                object=given["event_object"],
                url=given["subscription_url"],
                name=given.get("name"),
                user=given.get("http_auth_user"),
                password=given.get("http_auth_password"),
                added_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            )
            self._all[made.id] = made
            return made

    def of(self, company_id: int) -> list[Hook]:
        with self._lock:
            return [hook for hook in self._all.values() if hook.holder.company_id == company_id]

    def remove(self, company_id: int, hook_id: int) -> bool:
        with self._lock:
            known = self._all.get(hook_id)
            if known is None or known.holder.company_id != company_id:
                return False
            del self._all[hook_id]
            return True

    def forget(self, holder: Holder) -> None:
        """Remove those of a user who uninstalled the app."""
        with self._lock:
            self._all = {number: hook for number, hook in self._all.items() if hook.holder != holder}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened: `previous` is what was there before of that which differs, `source` "app" or "api"."""

    kind: str
    action: str
    id: int
    data: Mapping[str, Any] | None
    previous: Mapping[str, Any] | None = None
    source: str = "app"


def told(hook: Hook, company: Company, change: Change) -> dict[str, Any]:
    """Return what a webhook is told of something that happened."""
    user_id = str(hook.holder.user_id)
    meta = {
        "action": change.action,
        "entity": change.kind,
        "entity_id": str(change.id),
        "company_id": str(company.id),
        "id": str(uuid.uuid4()),
        "correlation_id": str(uuid.uuid4()),
        "is_bulk_edit": False,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "type": "application",
        "user_id": user_id,
        "version": "2.0",
        "webhook_id": str(hook.id),
        "webhook_owner_id": user_id,
        "change_source": change.source,
        "attempt": 1,
        "host": f"{company.domain}.pipedrive.com",
        "permitted_user_ids": [str(each) for each in company.users],
    }
    return {"meta": meta, "data": change.data, "previous": change.previous}
