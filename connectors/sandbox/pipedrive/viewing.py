"""Who looks at the stand-in's pages, and which people are in the list."""

from dataclasses import dataclass
from typing import Any

from flask import request

from connectors.sandbox.pipedrive import gate
from connectors.sandbox.pipedrive.answers import Refusal
from connectors.sandbox.pipedrive.grants import Holder
from connectors.sandbox.pipedrive.people import Wanted
from connectors.sandbox.pipedrive.records import Company, Person, User

THEMES = ("light", "dark")
PAGE = 100
"""People on a page of the list."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in to a company; `theme` is None where the browser's is taken."""

    company: Company
    user: User
    theme: str | None
    installed: bool
    """Whether this user has the app: extensions are shown to nobody else."""

    @property
    def holder(self) -> Holder:
        return Holder(self.company.id, self.user.id)

    @property
    def query(self) -> dict[str, str | int]:
        """What links carry."""
        theme = {"theme": self.theme} if self.theme else {}
        return {"company": self.company.id, "user": self.user.id, **theme}


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the people list; `filter` is what Pipedrive tells apps of it."""

    key: str
    name: str
    filter: dict[str, int]
    wanted: Wanted


def viewer() -> Viewer:
    """Return who the query says is looking; else who installed the app last, else the first there is.

    Raises Refusal where nobody is there.
    """
    installed = gate.book().permissions.installed()
    companies = {company.id: company for company in gate.book().people.companies()}
    newest = installed[-1] if installed else None
    company_id = request.args.get("company", newest.company_id if newest else next(iter(companies), None), type=int)
    company = companies.get(company_id) if company_id is not None else None
    users = dict(company.users) if company else {}
    at_home = newest.user_id if newest and newest.company_id == company_id else next(iter(users), None)
    user = users.get(request.args.get("user", at_home, type=int) or 0)
    if company is None or user is None:
        raise Refusal(404, "Nobody of that number is in this Pipedrive.")
    theme = request.args.get("theme")
    holder = Holder(company.id, user.id)
    return Viewer(company, user, theme if theme in THEMES else None, holder in installed)


def tabs(company: Company) -> list[Tab]:
    """Return the tabs of the people list: everybody, each owner's, each saved filter's."""
    owners = [
        Tab(f"user-{user.id}", user.name, {"user_id": user.id}, Wanted(owner_id=user.id))
        for user in list(company.users.values())
    ]
    filters = [
        Tab(f"filter-{one.id}", one.name, {"filter_id": one.id}, Wanted(filter_id=one.id))
        for one in list(company.filters.values())
    ]
    return [Tab("everyone", "Everyone", {"everyone": 1}, Wanted()), *owners, *filters]


def people_of(seen_by: Viewer, tab: Tab) -> list[Person]:
    """Return who is in a tab, as far as the viewer may see them."""
    return gate.book().people.list_people(seen_by.company.id, seen_by.user.id, tab.wanted)


def person_of(seen_by: Viewer, person_id: int) -> Person:
    """Raises Refusal."""
    found = gate.book().people.person(seen_by.company.id, person_id, seen_by.user.id)
    if found is None or found.is_deleted:
        raise Refusal(404, "There is no such person, or you may not see them.")
    return found


def timeline(seen_by: Viewer, person: Person) -> list[dict[str, Any]]:
    """Return what was written about a person, the newest first."""
    writings = gate.book().writings
    notes = [
        {"key": f"note-{note['id']}", "kind": "Note", "title": None, "html": note["content"], "at": note["add_time"]}
        for note in writings.notes(seen_by.company)
        if note["person_id"] == person.id
    ]
    activities = [
        {
            "key": f"activity-{activity['id']}",
            "kind": f"Activity · {activity['type']}{' · done' if activity['done'] else ''}",
            "title": activity["subject"],
            "html": activity["note"] or activity["public_description"] or "",
            "at": activity["add_time"].replace("T", " ").rstrip("Z"),
        }
        for activity in writings.activities(seen_by.company)
        if person.id in [activity["person_id"], *(one["person_id"] for one in activity["participants"])]
    ]
    return sorted([*notes, *activities], key=lambda entry: (entry["at"], entry["key"]), reverse=True)
