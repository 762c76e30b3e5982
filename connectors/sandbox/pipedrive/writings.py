"""Notes and activities, as Pipedrive keeps what it is sent."""

import threading
from typing import Any

from connectors.sandbox.pipedrive.records import Company, Person, User, moment


class Writings:
    """What was written; the lists are those of the companies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def add_note(self, company: Company, user: User, about: Person | None, given: dict[str, Any]) -> dict[str, Any]:
        """Keep a note with its content as it was sent."""
        now = moment().replace("T", " ").rstrip("Z")
        with self._lock:
            note = {
                "id": len(company.notes) + 1,
                "active_flag": True,
                "add_time": given.get("add_time") or now,
                "update_time": now,
                "content": given["content"],
                "person_id": about.id if about else None,
                "deal_id": given.get("deal_id"),
                "lead_id": given.get("lead_id"),
                "org_id": given.get("org_id"),
                "user_id": user.id,
                "last_update_user_id": None,
                "pinned_to_person_flag": bool(given.get("pinned_to_person_flag")),
                "pinned_to_deal_flag": False,
                "pinned_to_lead_flag": False,
                "pinned_to_organization_flag": False,
                "person": {"name": about.name} if about else None,
                "deal": None,
                "lead": None,
                "organization": None,
                "user": {"email": user.email, "icon_url": None, "is_you": True, "name": user.name},
            }
            company.notes.append(note)
            return dict(note)

    def add_activity(self, company: Company, user: User, given: dict[str, Any]) -> dict[str, Any]:
        """Keep an activity; whom it is about is the primary one of its `participants`."""
        now = moment()
        participants = given.get("participants") or []
        primary = next((one["person_id"] for one in participants if one.get("primary")), None)
        done = bool(given.get("done"))
        with self._lock:
            activity = {
                "id": len(company.activities) + 1,
                "subject": given.get("subject") or given["type"].capitalize(),
                "type": given["type"],
                "owner_id": given.get("owner_id") or user.id,
                "creator_user_id": user.id,
                "is_deleted": False,
                "add_time": now,
                "update_time": now,
                "deal_id": given.get("deal_id"),
                "lead_id": given.get("lead_id"),
                "person_id": primary,
                "org_id": given.get("org_id"),
                "project_id": None,
                "due_date": given.get("due_date"),
                "due_time": given.get("due_time"),
                "duration": given.get("duration"),
                "busy": bool(given.get("busy")),
                "done": done,
                "marked_as_done_time": now if done else None,
                "location": None,
                "participants": [
                    {"person_id": one["person_id"], "primary": bool(one.get("primary"))} for one in participants
                ],
                "public_description": given.get("public_description"),
                "priority": given.get("priority"),
                "note": given.get("note"),
            }
            company.activities.append(activity)
            return dict(activity)

    def notes(self, company: Company) -> list[dict[str, Any]]:
        """Return the notes, oldest first."""
        with self._lock:
            return [dict(note) for note in company.notes]

    def activities(self, company: Company) -> list[dict[str, Any]]:
        """Return the activities, oldest first."""
        with self._lock:
            return [dict(activity) for activity in company.activities]

    def clear(self, company: Company) -> None:
        with self._lock:
            company.notes.clear()
            company.activities.clear()
