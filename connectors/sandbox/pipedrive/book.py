"""PipedriveBook: all that the stand-in for Pipedrive keeps, and the levers to play with it."""

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.sandbox.pipedrive.deals import Deals
from connectors.sandbox.pipedrive.grants import (
    ACCESS_SECONDS,
    CLIENT_ID,
    CLIENT_SECRET,
    CODE_SECONDS,
    Holder,
    Permissions,
    signed_token,
)
from connectors.sandbox.pipedrive.hooks import Change, Hooks, told
from connectors.sandbox.pipedrive.limits import HOURS_TO_MIDNIGHT, Fault, Limits
from connectors.sandbox.pipedrive.people import People
from connectors.sandbox.pipedrive.records import Company, Request, User
from connectors.sandbox.pipedrive.seeding import seed
from connectors.sandbox.pipedrive.telling import Teller
from connectors.sandbox.pipedrive.writings import Writings


class PipedriveBook:
    """Safe to share between threads. What names a company or a user that is not there raises KeyError."""

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque(maxlen=capacity)
        self.hooks = Hooks()
        self.teller = Teller()
        self.permissions = Permissions(self.hooks.forget)
        self.people = People()
        self.deals = Deals()
        self.writings = Writings()
        self.limits = Limits()
        self.api_domain = ""
        """What the token endpoint says of where the API is."""

    # Who there is.

    def add_company(self, company_id: int, name: str = "Acme", domain: str = "acme") -> int:
        """Make a company, or change its name and domain."""
        self.people.add_company(company_id, name, domain)
        return company_id

    def add_user(
        self,
        company_id: int,
        user_id: int,
        name: str = "Asha Example",
        is_admin: bool = False,
        email: str | None = None,
        timezone: str = "Asia/Kolkata",
    ) -> int:
        """Make a user, or change one."""
        address = email or f"user{user_id}@example.com"
        self.people.add_user(company_id, User(user_id, name, address, is_admin, timezone))
        return user_id

    def add_organization(self, company_id: int, name: str, owner_id: int | None = None) -> int:
        return self.people.add_organization(company_id, name, owner_id)

    def add_field(
        self,
        company_id: int,
        field_code: str,
        name: str,
        field_type: str = "varchar",
        options: Mapping[int, str] | Sequence[Mapping[str, Any]] | None = None,
    ) -> str:
        """Make a field of people. `options`: {id: label}, or objects with `id` and `label`."""
        if not isinstance(options, Mapping):
            options = {option["id"]: option["label"] for option in options or ()}
        self.people.add_field(company_id, field_code, name, field_type, options)
        return field_code

    def add_person(
        self,
        company_id: int,
        name: str,
        phones: Sequence[Mapping[str, Any]] = (),
        owner_id: int | None = None,
        org_id: int | None = None,
        custom_fields: Mapping[str, Any] | None = None,
        hidden_from: Iterable[int] = (),
        is_deleted: bool = False,
        emails: Sequence[Mapping[str, Any]] = (),
        names: tuple[str | None, str | None] | None = None,
    ) -> int:
        """Make a contact, and tell of it; returns the id. The owner is the company's first user unless said
        otherwise."""
        person_id = self.people.add_person(
            company_id,
            name,
            phones=phones,
            emails=emails,
            owner_id=owner_id,
            org_id=org_id,
            custom_fields=custom_fields or {},
            hidden_from=hidden_from,
            is_deleted=is_deleted,
            names=names,
        )
        company = self.people.company(company_id)
        self._tell(
            company, Change("person", "create", person_id, company.people[person_id].shown(list(company.fields)))
        )
        return person_id

    def delete_person(self, company_id: int, person_id: int) -> None:
        self.people.delete_person(company_id, person_id)

    def add_pipeline(self, company_id: int, name: str, stages: Sequence[str]) -> list[int]:
        """Make a pipeline; returns the ids of its stages."""
        return self.deals.add_pipeline(self.people.company(company_id), name, stages)

    def add_deal(self, company_id: int, title: str, stage_id: int, person_id: int | None = None, **values: Any) -> int:
        """Make a deal, and tell of it; returns the id. `values`: value, currency, status."""
        company = self.people.company(company_id)
        deal = self.deals.add(company, title, stage_id, person_id, **values)
        self._tell(company, Change("deal", "create", deal.id, deal.shown()))
        return deal.id

    def change_deal(self, company_id: int, deal_id: int, source: str = "app", **changes: Any) -> None:
        """Change a deal (stage_id, status, title, …), and tell of what differs then."""
        company = self.people.company(company_id)
        deal, before = self.deals.change(company, deal_id, **changes)
        if before and deal.status == "deleted":
            self._tell(company, Change("deal", "delete", deal.id, None, deal.shown(), source))
        elif before:
            self._tell(company, Change("deal", "change", deal.id, deal.shown(), before, source))

    def add_filter(self, company_id: int, name: str, person_ids: Iterable[int]) -> int:
        return self.people.add_filter(company_id, name, person_ids)

    def seed(self) -> None:
        """Fill an empty book with a company to click through."""
        if not self.people.companies():
            seed(self)

    # Who lets the app in.

    def issue_code(
        self, company_id: int, user_id: int, redirect_uri: str | None = None, lifetime: float = CODE_SECONDS
    ) -> str:
        return self.permissions.issue_code(self._holder(company_id, user_id), redirect_uri, lifetime)

    def issue_tokens(self, company_id: int, user_id: int, expires_in: int = ACCESS_SECONDS) -> dict[str, Any]:
        """Return tokens as the token endpoint answers them."""
        tokens = self.permissions.issue_tokens(self._holder(company_id, user_id), expires_in)
        return tokens | {"api_domain": self.api_domain}

    @property
    def refreshes(self) -> int:
        """How often a refresh was answered."""
        return self.permissions.refreshes

    def expire_access_tokens(self) -> None:
        """Make every access token that is out too old; they can be refreshed."""
        self.permissions.expire_access_tokens()

    def kill_grant(self, company_id: int, user_id: int) -> None:
        """Make every token of a user worthless, as when somebody takes the permission back."""
        self.permissions.forget(Holder(company_id, user_id))

    def signed_token(self, company_id: int, user_id: int, lifetime: int = 300, secret: str = CLIENT_SECRET) -> str:
        """Return a token as the app's pages get; users that are not there may have one, too."""
        return signed_token(Holder(company_id, user_id), lifetime, secret)

    # What was written and asked.

    def notes(self, company_id: int) -> list[dict[str, Any]]:
        return self.writings.notes(self.people.company(company_id))

    def activities(self, company_id: int) -> list[dict[str, Any]]:
        return self.writings.activities(self.people.company(company_id))

    @property
    def requests(self) -> list[Request]:
        """The newest calls of the API and of the OAuth endpoints, oldest first."""
        with self._lock:
            return list(self._requests)

    def record(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)

    # How it behaves.

    def misbehave(self, call: str, kind: str, times: int = 1, reset: float = 1.0) -> None:
        """Do something to the next `times` calls that begin with `call`, such as `POST /api/v1/notes`.

        `kind`: "429" (come again in `reset` seconds), "500", "html" (a page with 403), "403", "lost" (done, but not
        answered), "slow" (waits `reset` seconds), "daily" (429, hours to go). Raises ValueError for another kind.
        """
        fault = Fault(kind)
        self.limits.misbehave(call, fault, times, HOURS_TO_MIDNIGHT if fault is Fault.DAILY else reset)

    def burst(self, limit: int | None, window_seconds: float = 2.0) -> None:
        """Take so many calls of a token in that time; None, as at the start: as many as come."""
        self.limits.burst(limit, window_seconds)

    def daily_budget(self, remaining: int | None, limit: int = 30_000) -> None:
        """Say in headers what is left of the day's tokens; None, as at the start: say nothing."""
        self.limits.budget = None if remaining is None else (remaining, limit)

    def reset(self) -> None:
        """Forget what was written, asked and arranged; companies, people and tokens stay."""
        for company in self.people.companies():
            self.writings.clear(company)
        self.limits.clear()
        self.teller.clear()
        with self._lock:
            self._requests.clear()

    def close(self) -> None:
        """Let go of callers that are kept waiting."""
        self.limits.closed.set()
        self.teller.close()

    def _tell(self, company: Company, change: Change) -> None:
        for hook in self.hooks.of(company.id):
            if hook.takes(change.kind, change.action):
                self.teller.tell(hook, told(hook, company, change))

    def _holder(self, company_id: int, user_id: int) -> Holder:
        return Holder(company_id, self.people.company(company_id).users[user_id].id)
