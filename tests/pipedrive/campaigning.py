"""A company with people in Pipedrive, campaigns on them as the page asks for them, and what becomes of these."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import RowMapping, select, update
from werkzeug.test import TestResponse

from connectors.pipedrive.campaigns.gathering import Gatherer
from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_campaigns, pipedrive_people
from connectors.sandbox.server import SandboxServer
from tests.pipedrive.companies import COMPANY, bearer
from tests.shared.campaigns.audience import import_all, upkeep_of

URL = "/pipedrive/api/campaigns"
TEXT = "Hello {{ person.first_name }}, our sale begins today."


def number(index: int) -> str:
    return f"+9198160{index:05}"


def phone(index: int, label: str = "mobile", primary: bool = True) -> dict[str, Any]:
    """As a person types it: national, with a space."""
    return {"value": f"98160 {index:05}", "label": label, "primary": primary}


def add_people(outside: SandboxServer, count: int, first: int = 0, **values: Any) -> list[int]:
    """Contacts that differ in name and number."""
    book = outside.sandbox.pipedrive
    return [
        book.add_person(COMPANY, f"Person {index}", [phone(index)], **values) for index in range(first, first + count)
    ]


def selected(*ids: int, without: Iterable[int] = ()) -> dict[str, Any]:
    return {"selected_ids": list(ids), "excluded_ids": list(without), "filter": None}


def by(filter_: dict[str, Any], *without: int) -> dict[str, Any]:
    return {"selected_ids": [], "excluded_ids": list(without), "filter": filter_}


def body(selection: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"name": "Diwali", "text": TEXT, "selection": selection} | values


class Page:
    """What a page of a viewer asks."""

    def __init__(self, client: FlaskClient, outside: SandboxServer, company_id: int = 1, user_id: int = 7) -> None:
        self._client = client
        self.headers = bearer(outside, company_id, user_id)

    def get(self, path: str = "", **query: Any) -> TestResponse:
        return self._client.get(URL + path, query_string=query, headers=self.headers)

    def post(self, path: str = "", given: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        return self._client.post(URL + path, json=given, headers=self.headers | headers)

    def preview(self, selection: dict[str, Any], **values: Any) -> dict[str, Any]:
        return ok(self.post("/preview", body(selection, **values)))

    def begin(self, selection: dict[str, Any], **values: Any) -> dict[str, Any]:
        return ok(self.post("", body(selection, **values)), 201)

    def show(self, campaign_id: str) -> dict[str, Any]:
        return ok(self.get(f"/{campaign_id}"))

    def people(self, campaign_id: str, limit: int = 500, **query: Any) -> list[dict[str, Any]]:
        """All of them, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            given = query | {"limit": limit} | ({"cursor": cursor} if cursor else {})
            page = ok(self.get(f"/{campaign_id}/recipients", **given))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found


def ok(response: TestResponse, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json  # type: ignore[assignment]
    return found


def refused(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem document of a refusal; no page and no trace."""
    assert response.mimetype == "application/problem+json", response.text
    return ok(response, status)


def gather(parts: Context, steps: int = 1_000) -> int:
    """Read pages of people as one process would; returns how many."""
    gatherer = Gatherer(parts)
    try:
        return next((done for done in range(steps) if not gatherer.step()), steps)
    finally:
        gatherer.close()


def gather_and_import(parts: Context) -> None:
    """Have all people read, judged and put into the queue."""
    gather(parts)
    import_all(parts.service)
    upkeep_of(parts.service).run()


def gathering(parts: Context, campaign_id: str) -> RowMapping:
    with parts.service.database.read() as connection:
        of_campaign = pipedrive_campaigns.c.campaign_id == campaign_id
        return connection.execute(select(pipedrive_campaigns).where(of_campaign)).mappings().one()


def set_gathering(parts: Context, campaign_id: str, **values: Any) -> None:
    """Change it by hand: time passes, or a process died."""
    with parts.service.database.write() as connection:
        of_campaign = pipedrive_campaigns.c.campaign_id == campaign_id
        connection.execute(update(pipedrive_campaigns).where(of_campaign).values(values))


def gathered(parts: Context, campaign_id: str) -> list[tuple[int, int, str | None]]:
    """Rows, ids and names of the people that were read."""
    people = pipedrive_people.c
    with parts.service.database.read() as connection:
        of_campaign = select(people.row, people.person_id, people.name).where(people.campaign_id == campaign_id)
        found = connection.execute(of_campaign.order_by(people.row))
        return [(row.row, row.person_id, row.name) for row in found]


def calls(outside: SandboxServer, path: str) -> list[Mapping[str, str]]:
    """The queries of the calls of a path of Pipedrive's."""
    return [request.query for request in outside.sandbox.pipedrive.requests if request.path == path]
