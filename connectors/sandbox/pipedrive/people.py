"""People, organizations, fields and filters: who may see whom, and in which order."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.pipedrive.records import Company, CustomField, Filter, Organization, Person, User, moment

Phones = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people a list is to have; `ids`, `owner_id` and `org_id` do not matter where there is a `filter_id`."""

    filter_id: int | None = None
    ids: frozenset[int] | None = None
    owner_id: int | None = None
    org_id: int | None = None
    since: str | None = None
    until: str | None = None

    def has(self, person: Person) -> bool:
        return (
            (self.ids is None or person.id in self.ids)
            and self.owner_id in (None, person.owner_id)
            and self.org_id in (None, person.org_id)
        )

    def is_of_time(self, person: Person) -> bool:
        # Both are RFC 3339 in UTC with whole seconds: text compares as time does.
        return (self.since is None or person.update_time >= self.since) and (
            self.until is None or person.update_time < self.until
        )


class People:
    """What the companies know."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._companies: dict[int, Company] = {}

    def add_company(self, company_id: int, name: str, domain: str) -> None:
        """Make a company, or give it another name and domain."""
        with self._lock:
            known = self._companies.setdefault(company_id, Company(company_id, name, domain))
            known.name, known.domain = name, domain

    def add_user(self, company_id: int, user: User) -> None:
        with self._lock:
            self.company(company_id).users[user.id] = user

    def company(self, company_id: int) -> Company:
        """Raises KeyError."""
        with self._lock:
            return self._companies[company_id]

    def companies(self) -> list[Company]:
        with self._lock:
            return list(self._companies.values())

    def add_organization(self, company_id: int, name: str, owner_id: int | None) -> int:
        with self._lock:
            known = self.company(company_id).organizations
            known[len(known) + 1] = Organization(len(known) + 1, name, owner_id)
            return len(known)

    def add_field(self, company_id: int, code: str, name: str, kind: str, options: Mapping[int, str]) -> None:
        with self._lock:
            fields = self.company(company_id).fields
            fields[code] = CustomField(9_000 + len(fields), code, name, kind, tuple(options.items()))

    def add_person(
        self,
        company_id: int,
        name: str,
        *,
        phones: Phones,
        emails: Phones,
        owner_id: int | None,
        org_id: int | None,
        custom_fields: Mapping[str, Any],
        hidden_from: Iterable[int],
        is_deleted: bool,
        names: tuple[str | None, str | None] | None,
    ) -> int:
        """Make a person; `names` are first and last name, told from `name` where they are not given."""
        with self._lock:
            company = self.company(company_id)
            first, _, last = name.partition(" ")
            first_name, last_name = names or (first, last or None)
            person = Person(
                id=len(company.people) + 1,
                name=name,
                first_name=first_name,
                last_name=last_name,
                phones=tuple(phones),
                emails=tuple(emails),
                owner_id=next(iter(company.users), None) if owner_id is None else owner_id,
                org_id=org_id,
                custom_fields=dict(custom_fields),
                hidden_from=frozenset(hidden_from),
                is_deleted=is_deleted,
            )
            company.people[person.id] = person
            return person.id

    def delete_person(self, company_id: int, person_id: int) -> None:
        with self._lock:
            person = self.company(company_id).people[person_id]
            person.is_deleted, person.update_time = True, moment()

    def add_filter(self, company_id: int, name: str, person_ids: Iterable[int]) -> int:
        with self._lock:
            filters = self.company(company_id).filters
            filters[len(filters) + 1] = Filter(len(filters) + 1, name, frozenset(person_ids))
            return len(filters)

    def person(self, company_id: int, person_id: int, user_id: int) -> Person | None:
        """Return somebody whom this user may see, deleted or not."""
        with self._lock:
            person = self.company(company_id).people.get(person_id)
        return None if person is None or user_id in person.hidden_from else person

    def list_people(self, company_id: int, user_id: int, wanted: Wanted) -> list[Person]:
        """Return who is wanted and may be seen, by id. Raises KeyError for a filter that is not there."""
        with self._lock:
            company = self.company(company_id)
            people = [one for one in company.people.values() if not one.is_deleted and user_id not in one.hidden_from]
            if wanted.filter_id is not None:
                chosen = company.filters[wanted.filter_id].person_ids
                return [one for one in people if one.id in chosen and wanted.is_of_time(one)]
            return [one for one in people if wanted.has(one) and wanted.is_of_time(one)]
