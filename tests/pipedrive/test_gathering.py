"""People of a campaign are read in the background: each once, whatever happens between two pages."""

from typing import Any

import pytest
from sqlalchemy import select

from connectors.app import app_for
from connectors.pipedrive.campaigns import reading as reading_people
from connectors.pipedrive.campaigns.gathering import Gatherer, jobs
from connectors.pipedrive.campaigns.gathering_store import LEASE_MS
from connectors.pipedrive.campaigns.selections import ListFilter, Selection
from connectors.pipedrive.context import Context
from connectors.pipedrive.installation.uninstalling import Uninstallation, uninstall
from connectors.pipedrive.tables import pipedrive_people
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.campaigns.tables import campaign_files
from connectors.shared.clock import DAY, HOUR, SECOND, now_ms, to_rfc3339
from connectors.shared.messages import retention
from tests.pipedrive.campaigning import (
    Page,
    add_people,
    by,
    calls,
    gather,
    gather_and_import,
    gathered,
    number,
    ok,
    selected,
    set_gathering,
)
from tests.pipedrive.campaigning import gathering as gathering_of
from tests.pipedrive.companies import COMPANY, install, parts_of, set_up
from tests.shared.campaigns.audience import import_all, stored
from tests.shared.messages.tenants import wait_for


@pytest.fixture
def page(parts: Context, outside: SandboxServer) -> Page:
    install(parts, outside)
    set_up(parts)
    return Page(app_for(parts.service).test_client(), outside)


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_people, "PEOPLE_AT_ONCE", 2)
    monkeypatch.setattr(reading_people, "IDS_AT_ONCE", 2)


def error_of(page: Page, campaign_id: str) -> dict[str, Any]:
    campaign = page.show(campaign_id)
    assert (campaign["state"], campaign["gathering"]) == ("failed", None)
    found: dict[str, Any] = campaign["error"]
    return found


def wait_until_next(parts: Context, campaign_id: str) -> float:
    """Seconds until its people are read on."""
    return float(gathering_of(parts, campaign_id)["next_attempt_at"] - now_ms()) / SECOND


@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("selection", ["filter", "ids"])
def test_a_kill_between_pages_loses_nobody_and_repeats_nobody(
    both_services: Service, outside: SandboxServer, selection: str
) -> None:
    parts = parts_of(both_services)
    install(parts, outside)
    set_up(parts)
    page = Page(app_for(both_services).test_client(), outside)
    people = add_people(outside, 5)
    campaign_id = page.begin(by({"everyone": 1}) if selection == "filter" else selected(*people))["id"]
    for read in (2, 4):
        assert gather(parts, steps=1) == 1
        assert page.show(campaign_id)["gathering"] == {"people": read, "because": None}
        import_all(both_services)  # there is nothing to import as long as the list is not whole
        assert page.show(campaign_id)["total"] == 0
        # A page that was read, and then the process died before it was kept.
        gatherer = Gatherer(parts)
        assert gatherer._claimed() is not None
        gatherer.close()
        assert gather(parts) == 0
        set_gathering(parts, campaign_id, next_attempt_at=0)
    gather_and_import(parts)
    assert gathered(parts, campaign_id) == [
        (row, person_id, f"Person {row - 1}") for row, person_id in enumerate(people, 1)
    ]
    campaign = page.show(campaign_id)
    assert (campaign["state"], campaign["total"], campaign["people"]) == ("running", 5, 5)
    assert [each["to"] for each in page.people(campaign_id)] == [number(index) for index in range(5)]


@pytest.mark.usefixtures("few_at_once")
def test_two_that_read_the_same_page_keep_it_once(page: Page, parts: Context, outside: SandboxServer) -> None:
    """A lease may run out under somebody who is only slow."""
    campaign_id = page.begin(selected(*add_people(outside, 3)))["id"]
    slow = Gatherer(parts)
    turn = slow._claimed()
    assert turn is not None
    set_gathering(parts, campaign_id, next_attempt_at=0)
    assert gather(parts, steps=1) == 1
    slow._read(turn)
    slow.close()
    gather_and_import(parts)
    assert page.show(campaign_id)["total"] == 3


@pytest.mark.usefixtures("few_at_once")
def test_a_wait_in_the_middle_is_waited_out(page: Page, parts: Context, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 5)))["id"]
    assert gather(parts, steps=1) == 1
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "429", reset=90.0)
    assert gather(parts) == 1
    assert 80 < wait_until_next(parts, campaign_id) <= 90
    assert "asks us to wait" in page.show(campaign_id)["gathering"]["because"]
    set_gathering(parts, campaign_id, next_attempt_at=now_ms())
    gather_and_import(parts)
    assert len(page.people(campaign_id, status="queued")) == 5


def test_a_day_without_budget_is_looked_at_each_hour(page: Page, parts: Context, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "daily")
    gather(parts)
    assert HOUR / SECOND - 60 < wait_until_next(parts, campaign_id) <= HOUR / SECOND


def test_what_cannot_be_reached_is_tried_again_ever_later(page: Page, parts: Context, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "500", times=7)
    waits: list[int] = []
    for _ in range(7):
        assert gather(parts) == 1
        waits.append(round(wait_until_next(parts, campaign_id)))
        set_gathering(parts, campaign_id, next_attempt_at=now_ms())
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    gather_and_import(parts)
    assert page.show(campaign_id)["counts"]["queued"] == 1


@pytest.mark.parametrize("why", ["disconnected", "filter gone", "old", "grown", "nobody"])
def test_what_cannot_be_read_any_more_ends_with_words(
    page: Page, parts: Context, outside: SandboxServer, why: str
) -> None:
    book = outside.sandbox.pipedrive
    people = add_people(outside, 2)
    filter_id = book.add_filter(COMPANY, "Customers", people)
    campaign_id = page.begin(by({"filter_id": filter_id}) if why != "nobody" else selected(*people))["id"]
    match why:
        case "disconnected":
            book.kill_grant(COMPANY, 7)
            words = "Reconnect"
        case "filter gone":
            gone = Selection(filter=ListFilter(filter_id=99))
            set_gathering(parts, campaign_id, selection=gone.dumped())
            words = "no such thing"
        case "old":
            set_gathering(parts, campaign_id, created_at=now_ms() - DAY - SECOND)
            words = "for a day"
        case "grown":
            set_gathering(parts, campaign_id, expected_count=1)
            words = "The list has changed"
        case _:
            for person in people:
                book.delete_person(COMPANY, person)
            words = "Nobody could be read"
    gather_and_import(parts)
    install(parts, outside, user_id=8)
    colleague = Page(app_for(parts.service).test_client(), outside, user_id=8)
    assert words in error_of(colleague, campaign_id)["message"]
    assert gathering_of(parts, campaign_id)["gathered_at"] is not None
    assert colleague.people(campaign_id, status="queued") == []


def test_a_list_that_has_become_shorter_is_texted(page: Page, parts: Context, outside: SandboxServer) -> None:
    people = add_people(outside, 3)
    campaign_id = page.begin(by({"everyone": 1}), expected_count=3)["id"]
    outside.sandbox.pipedrive.delete_person(COMPANY, people[0])
    gather_and_import(parts)
    assert [each["person_id"] for each in page.people(campaign_id)] == people[1:]


@pytest.mark.usefixtures("few_at_once")
def test_who_is_on_two_pages_is_taken_once(
    page: Page, parts: Context, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that moves while it is read shows some twice."""
    people = add_people(outside, 4)
    read = reading_people.read_page
    before: list[Any] = []

    def moving(pipedrive: Any, who: Any, selection: Any, cursor: str | None) -> reading_people.PeoplePage:
        found = read(pipedrive, who, selection, cursor)
        shown = (*before, *found.people)
        before[:] = found.people
        return reading_people.PeoplePage(shown, found.next)

    campaign_id = page.begin(by({"everyone": 1}))["id"]
    monkeypatch.setattr(reading_people, "read_page", moving)
    gather_and_import(parts)
    assert [each["person_id"] for each in page.people(campaign_id)] == people
    assert page.preview(by({"everyone": 1}))["count"] == 4


def test_people_are_read_with_the_eyes_of_whoever_began(page: Page, parts: Context, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    install(parts, outside, user_id=8)
    seen = book.add_person(COMPANY, "Seen", [{"value": "98160 00001"}], hidden_from=[8])
    book.add_person(COMPANY, "Hidden", [{"value": "98160 00002"}], hidden_from=[7])
    campaign_id = page.begin(by({"everyone": 1}))["id"]
    gather_and_import(parts)
    assert [each["person_id"] for each in page.people(campaign_id)] == [seen]
    assert {request.user_id for request in book.requests if request.path == "/api/v2/persons"} == {7}


@pytest.mark.usefixtures("few_at_once")
def test_campaigns_are_read_in_turn(page: Page, parts: Context, outside: SandboxServer) -> None:
    people = add_people(outside, 4)
    both = [page.begin(selected(*people))["id"] for _ in range(2)]
    for pages, counts in ((1, [2, 0]), (1, [2, 2]), (1, [4, 2]), (1, [4, 4])):
        gather(parts, steps=pages)
        assert [page.show(campaign_id)["people"] for campaign_id in both] == counts


def test_one_company_is_read_by_one_thread(page: Page, parts: Context, outside: SandboxServer) -> None:
    """Its share of calls is one, and a company that answers slowly leaves threads to others."""
    for _ in range(2):
        page.begin(selected(*add_people(outside, 1)))
    install(parts, outside, company_id=2)
    set_up(parts, company_id=2, customer_id="C-TWO")
    person = outside.sandbox.pipedrive.add_person(2, "Ravi", [{"value": "98160 00009"}])
    Page(app_for(parts.service).test_client(), outside, company_id=2).begin(selected(person))
    gatherer = Gatherer(parts)
    turns = [gatherer._claimed() for _ in range(3)]
    gatherer.close()
    assert [None if turn is None else turn.who.company_id for turn in turns] == [1, 2, None]


def test_the_dispatchers_job_reads_it_all(page: Page, parts: Context, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 3)))["id"]
    (job,) = jobs(parts)
    assert job.close is not None
    try:
        job.run()
        wait_for(lambda: gathering_of(parts, campaign_id)["gathered_at"] is not None)
        job.run()
    finally:
        job.close()
    job.run()
    assert page.show(campaign_id)["people"] == 3


def test_what_the_text_needs_is_asked_for_and_nothing_else(page: Page, parts: Context, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    orgs = [book.add_organization(COMPANY, f"Org {index}") for index in range(2)]
    people = [*add_people(outside, 2, org_id=orgs[0]), *add_people(outside, 1, first=2, org_id=orgs[1])]
    page.begin(selected(*people))
    gather(parts)
    assert {request.path for request in book.requests} == {"/api/v1/users/me", "/api/v2/persons"}
    campaign_id = page.begin(selected(*people), text="{{ person.org.name }} by {{ user.name }}")["id"]
    gather_and_import(parts)
    assert [query["ids"] for query in calls(outside, "/api/v2/organizations")] == ["1,2"]
    assert page.show(campaign_id)["counts"]["queued"] == 3


def test_an_erased_number_leaves_no_name(page: Page, parts: Context, outside: SandboxServer) -> None:
    service = parts.service
    ids = add_people(outside, 3)
    before, after = page.begin(selected(*ids))["id"], page.begin(selected(*ids))["id"]
    gather(parts, steps=1)
    retention.erase_number(service.database, service.endings, service.forgetting, number(1)[1:])
    gather_and_import(parts)
    for campaign_id in (before, after):
        assert [name for _, _, name in gathered(parts, campaign_id)] == ["Person 0", None, "Person 2"]
        assert [each["status"] for each in page.people(campaign_id)] == ["queued", "skipped", "queued"]


def test_a_company_that_goes_leaves_nothing_half_read(page: Page, parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    with parts.service.database.write() as connection:
        assert uninstall(connection, parts.service.endings, Uninstallation(key, now_ms()))
    assert stored(parts.service, campaign_id)["error_code"] == "uninstalled"
    assert gather(parts) == 0


def test_a_company_that_goes_texts_nobody_any_more(page: Page, parts: Context, outside: SandboxServer) -> None:
    key = install(parts, outside)
    service = parts.service
    later = to_rfc3339(now_ms() + DAY)
    campaign_id = page.begin(selected(*add_people(outside, 2)), due_at=later)["id"]
    gather_and_import(parts)
    with service.database.write() as connection:
        uninstall(connection, service.endings, Uninstallation(key, now_ms()))
    row = stored(service, campaign_id)
    assert (row["held_because"], row["canceled_at"] is not None) == ("canceled", True)


def test_nothing_of_a_canceled_one_is_kept(page: Page, parts: Context, outside: SandboxServer) -> None:
    """It is canceled while its page is being read."""
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    gatherer = Gatherer(parts)
    turn = gatherer._claimed()
    assert turn is not None
    assert turn.leased_until <= now_ms() + LEASE_MS
    ok(page.post(f"/{campaign_id}/cancel"))
    gatherer._read(turn)
    gatherer.close()
    with parts.service.database.read() as connection:
        assert [connection.execute(select(table)).all() for table in (pipedrive_people, campaign_files)] == [[], []]
