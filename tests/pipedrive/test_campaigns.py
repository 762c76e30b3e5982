"""Campaigns begun from the people list: confirmed, made once, shown and steered within one company."""

import pytest
from flask.testing import FlaskClient

from connectors.pipedrive.company.store import templates_owner
from connectors.pipedrive.context import Context
from connectors.pipedrive.tables import pipedrive_companies
from connectors.sandbox.server import SandboxServer
from connectors.shared.templates.store import create as create_template
from tests.pipedrive.campaigning import (
    Page,
    add_people,
    body,
    by,
    calls,
    gather,
    gather_and_import,
    gathering,
    number,
    ok,
    refused,
    selected,
    set_gathering,
)
from tests.pipedrive.companies import COMPANY, bearer, install, set_up
from tests.shared.campaigns.audience import import_all

MISSING = "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50"


@pytest.fixture(autouse=True)
def account_id(parts: Context, outside: SandboxServer) -> int:
    install(parts, outside)
    return set_up(parts)


@pytest.fixture
def page(client: FlaskClient, outside: SandboxServer) -> Page:
    return Page(client, outside)


def numbers_of(page: Page, campaign_id: str) -> list[str]:
    return [each["to"] for each in page.people(campaign_id) if each["status"] == "queued"]


def test_a_campaign_is_begun_and_its_people_are_read_in_the_background(
    page: Page, parts: Context, outside: SandboxServer
) -> None:
    people = add_people(outside, 3)
    campaign = page.begin(selected(*people), name="Sale")
    assert (campaign["name"], campaign["state"], campaign["source"]) == ("Sale", "importing", "pipedrive")
    assert campaign["description"] == "3 selected people"
    assert campaign["gathering"] == {"people": 0, "because": None}
    assert campaign["sent_by"] == {"id": 7, "name": "Asha Example"}
    assert campaign["log"] == {"kind": "none", "written": 0, "waiting": 0, "unwritten": 0}
    assert calls(outside, "/api/v2/persons") == []
    gather_and_import(parts)
    campaign = page.show(campaign["id"])
    assert (campaign["state"], campaign["people"], campaign["total"]) == ("running", 3, 3)
    assert campaign["gathering"] is None
    assert campaign["counts"]["queued"] == 3
    assert numbers_of(page, campaign["id"]) == [number(index) for index in range(3)]


def test_selections_reach_exactly_whom_they_name(page: Page, parts: Context, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    book.add_user(COMPANY, 8, "Ravi Shah")
    mine, his = add_people(outside, 3, owner_id=7), add_people(outside, 2, first=3, owner_id=8)
    book.add_person(COMPANY, "Deleted", [{"value": "98160 99999"}], is_deleted=True)
    book.add_person(COMPANY, "Hidden", [{"value": "98160 99998"}], hidden_from=[7])
    filter_id = book.add_filter(COMPANY, "Customers", [mine[0], his[0], his[1]])
    for selection, indexes in (
        (by({"filter_id": str(filter_id)}), [0, 3, 4]),
        (by({"filter_id": filter_id}, his[0], mine[1]), [0, 4]),
        (by({"user_id": 8}), [3, 4]),
        (by({"everyone": True}, *mine), [3, 4]),
        (by({"everyone": 1}), [0, 1, 2, 3, 4]),
        (selected(his[1], mine[0], mine[1], without=[mine[0]]), [4, 1]),
        ({**by({"everyone": 1}), "selected_ids": [mine[2]]}, [2]),
    ):
        campaign = page.begin(selection, due_at="2026-12-24T09:00:00+05:30")
        gather(parts)
        import_all(parts.service)
        people = page.people(campaign["id"])
        assert sorted(each["to"] for each in people) == sorted(map(number, indexes))
        ok(page.post(f"/{campaign['id']}/cancel"))


@pytest.mark.parametrize(
    ("expected", "status", "count"), [(None, 409, None), (1_199, 409, 1_200), (1_201, 409, 1_200), (1_200, 201, None)]
)
def test_many_are_texted_only_once_their_number_is_confirmed(
    page: Page, parts: Context, outside: SandboxServer, expected: int | None, status: int, count: int | None
) -> None:
    add_people(outside, 1_200)
    answer = page.post("", body(by({"everyone": 1}), expected_count=expected))
    if status == 409:
        problem = refused(answer, 409)
        assert (problem["code"], problem["count"]) == ("unconfirmed", count)
        assert ok(page.get())["items"] == []
        # Two pages say that they are more than 500; all three, how many they are.
        assert len(calls(outside, "/api/v2/persons")) == (2 if expected is None else 3)
        return
    campaign_id = ok(answer, 201)["id"]
    gather(parts)
    import_all(parts.service)
    assert page.show(campaign_id)["total"] == 1_200
    assert {each["to"] for each in page.people(campaign_id)} == {number(index) for index in range(1_200)}


def test_a_wait_in_the_middle_is_waited_out(page: Page, outside: SandboxServer) -> None:
    add_people(outside, 700)
    outside.sandbox.pipedrive.burst(1, 0.2)
    assert page.begin(by({"everyone": 1}), expected_count=700)["description"] == "everyone: 700 people"
    assert 429 in [request.status for request in outside.sandbox.pipedrive.requests]


def test_what_is_expected_of_few_is_held_to_as_well(page: Page, outside: SandboxServer) -> None:
    people = add_people(outside, 3)
    assert refused(page.post("", body(selected(*people), expected_count=2)), 409)["count"] == 3
    outside.sandbox.pipedrive.delete_person(COMPANY, people[0])
    assert page.begin(selected(*people), expected_count=2)["description"] == "2 selected people"


def test_a_selection_of_nobody_begins_nothing(page: Page, outside: SandboxServer) -> None:
    outside.sandbox.pipedrive.add_person(COMPANY, "Hidden", hidden_from=[7])
    for selection in (by({"everyone": 1}), selected(), by({})):
        assert "selection" in refused(page.post("", body(selection)), 422)["errors"]
    assert ok(page.get())["items"] == []


def test_a_field_that_nobody_has_is_told_at_once(page: Page, outside: SandboxServer) -> None:
    problem = refused(page.post("", body(selected(*add_people(outside, 1)), text="{{ person.first_nam }}")), 422)
    assert "Did you mean person.first_name?" in problem["errors"]["text"][0]


def test_a_template_with_its_own_fields(page: Page, parts: Context, outside: SandboxServer, account_id: int) -> None:
    given = {"name": "sale", "text": "Sale, {{ person.name }}!", "sender_id": "SHOPAB", "message_type": "PROMOTIONAL"}
    with parts.service.database.write() as connection:
        create_template(connection, account_id, given, templates_owner(COMPANY))
    campaign = page.begin(selected(*add_people(outside, 1)), text=None, template="sale")
    assert (campaign["text"], campaign["sender_id"]) == ("Sale, {{ person.name }}!", "SHOPAB")
    assert campaign["message_type"] == "PROMOTIONAL"


def test_a_second_click_makes_no_second_campaign(page: Page, outside: SandboxServer) -> None:
    given, key = body(selected(*add_people(outside, 1))), {"Idempotency-Key": "a-click"}
    first, second = page.post("", given, **key), page.post("", given, **key)
    assert ok(first, 201) == ok(second, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["Location"].endswith(ok(first, 201)["id"])
    refused(page.post("", given | {"name": "other"}, **key), 422)
    assert len(ok(page.get())["items"]) == 1


def test_a_key_of_one_user_says_nothing_to_another(
    client: FlaskClient, page: Page, parts: Context, outside: SandboxServer
) -> None:
    install(parts, outside, user_id=8, name="Ravi Shah")
    given, key = body(selected(*add_people(outside, 1))), {"Idempotency-Key": "a-click"}
    ok(page.post("", given, **key), 201)
    other = ok(Page(client, outside, user_id=8).post("", given, **key), 201)
    assert other["sent_by"] == {"id": 8, "name": "Ravi Shah"}


def test_only_admins_begin_campaigns_unless_everybody_may(
    client: FlaskClient, parts: Context, outside: SandboxServer
) -> None:
    people = add_people(outside, 1)
    install(parts, outside, user_id=8, is_admin=False)
    page = Page(client, outside, user_id=8)
    for path, given in (("", {}), ("/test", {"to": number(9)})):
        assert "admins" in refused(page.post(path, body(selected(*people)) | given), 403)["detail"]
    assert page.preview(selected(*people))["count"] == 1
    # As Pipedrive says now, and not as it said when the app was installed.
    outside.sandbox.pipedrive.add_user(COMPANY, 8, is_admin=True)
    page.begin(selected(*people))


def test_where_everybody_may_everybody_does(client: FlaskClient, parts: Context, outside: SandboxServer) -> None:
    install(parts, outside, company_id=2, user_id=8, is_admin=False)
    set_up(parts, company_id=2, customer_id="C-TWO", campaign_senders="all", log_campaign="activity")
    person = outside.sandbox.pipedrive.add_person(2, "Asha", [{"value": "98160 00001"}])
    campaign = Page(client, outside, company_id=2, user_id=8).begin(selected(person))
    assert campaign["log"]["kind"] == "activity"
    assert gathering(parts, campaign["id"])["logs_open"]


def test_a_test_goes_to_ones_own_number_and_to_nobody_else(page: Page, parts: Context, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    unreachable = book.add_person(COMPANY, "No Number")
    asha = book.add_person(COMPANY, "Asha Rao", [{"value": "98160 00001"}])
    given = body(selected(unreachable, asha)) | {"to": "98160 12345", "name": None}
    key = {"Idempotency-Key": "a-click"}
    message = ok(page.post("/test", given, **key), 201)
    again = page.post("/test", given, **key)
    assert ok(again, 201) == message
    assert "Location" not in again.headers
    assert (message["to"], message["text"]) == ("+919816012345", "Hello Asha, our sale begins today.")
    assert ok(page.get())["items"] == []
    problem = refused(page.post("/test", given | {"selection": selected(unreachable)}), 422)
    assert "no phone number" in problem["errors"]["selection"][0]
    assert "to" in refused(page.post("/test", given | {"to": "12"}), 422)["errors"]


def test_campaigns_are_listed_newest_first_a_page_at_a_time(page: Page, outside: SandboxServer) -> None:
    people = add_people(outside, 1)
    made = [page.begin(selected(*people), name=name)["id"] for name in ("one", "two", "three")]
    first = ok(page.get(limit=2))
    assert [each["id"] for each in first["items"]] == made[:0:-1]
    second = ok(page.get(limit=2, cursor=first["next"]))
    assert ([each["id"] for each in second["items"]], second["next"]) == (made[:1], None)


def test_a_cursor_is_good_for_its_own_list_alone(
    client: FlaskClient, page: Page, parts: Context, outside: SandboxServer
) -> None:
    people = add_people(outside, 3)
    one, two = page.begin(selected(*people)), page.begin(selected(*people))
    gather(parts)
    lists = {
        "": ok(page.get(limit=1))["next"],
        f"/{one['id']}/recipients": ok(page.get(f"/{one['id']}/recipients", limit=1))["next"],
        f"/{two['id']}/recipients": ok(page.get(f"/{two['id']}/recipients", limit=1))["next"],
    }
    assert all(lists.values())
    for path in lists:
        for other, cursor in lists.items():
            assert page.get(path, cursor=cursor).status_code == (200 if path == other else 422)
    recipients = f"/{one['id']}/recipients"
    assert page.get(recipients, cursor=lists[recipients], status="queued").status_code == 422
    install(parts, outside, company_id=2)
    assert Page(client, outside, company_id=2).get(cursor=lists[""]).status_code == 422


@pytest.mark.parametrize("campaign_id", ["theirs", MISSING, "x" * 36])
def test_another_companys_campaign_is_not_there(
    client: FlaskClient, page: Page, parts: Context, outside: SandboxServer, campaign_id: str
) -> None:
    theirs = page.begin(selected(*add_people(outside, 1)))["id"]
    gather_and_import(parts)
    install(parts, outside, company_id=2)
    # Both send by the same account of Message Central: that makes nobody a colleague.
    with parts.service.database.write() as connection:
        second = pipedrive_companies.update().where(pipedrive_companies.c.company_id == 2)
        connection.execute(second.values(account_id=gathering(parts, theirs)["account_id"]))
    other, path = Page(client, outside, company_id=2), f"/{theirs if campaign_id == 'theirs' else campaign_id}"
    for below in ("", "/recipients", "/report.csv", "/report.xlsx"):
        refused(other.get(path + below), 404)
    for verb in ("/pause", "/resume", "/cancel"):
        refused(other.post(path + verb), 404)
    assert ok(other.get())["items"] == []
    assert page.show(theirs)["state"] == "running"


def test_a_campaign_is_paused_resumed_and_canceled(page: Page, parts: Context, outside: SandboxServer) -> None:
    path = f"/{page.begin(selected(*add_people(outside, 2)))['id']}"
    # It goes on being read while it is paused.
    assert ok(page.post(path + "/pause"))["state"] == "importing"
    gather_and_import(parts)
    assert page.show(path[1:])["state"] == "paused"
    refused(page.post(path + "/pause"), 409)
    assert ok(page.post(path + "/resume"))["state"] == "running"
    assert ok(page.post(path + "/cancel"))["state"] == "canceled"
    refused(page.post(path + "/cancel"), 409)


def test_colleagues_leave_each_others_campaigns_alone(
    client: FlaskClient, page: Page, parts: Context, outside: SandboxServer
) -> None:
    path = f"/{page.begin(selected(*add_people(outside, 1)))['id']}"
    install(parts, outside, user_id=8, is_admin=False)
    colleague = Page(client, outside, user_id=8)
    assert ok(colleague.get(path))["sent_by"]["id"] == 7
    for verb in ("/pause", "/cancel"):
        assert "colleague" in refused(colleague.post(path + verb), 403)["detail"]
    outside.sandbox.pipedrive.add_user(COMPANY, 8, is_admin=True)
    assert ok(colleague.post(path + "/cancel"))["state"] == "canceled"


def test_a_canceled_campaign_reads_nobody_any_more(page: Page, parts: Context, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    ok(page.post(f"/{campaign_id}/cancel"))
    assert gather(parts) == 0
    assert page.show(campaign_id)["gathering"] is None
    assert calls(outside, "/api/v2/persons") == []


def test_why_it_waits_is_shown(page: Page, parts: Context, outside: SandboxServer) -> None:
    campaign_id = page.begin(selected(*add_people(outside, 1)))["id"]
    set_gathering(parts, campaign_id, waits_because="Pipedrive asks us to wait.")
    assert page.show(campaign_id)["gathering"] == {"people": 0, "because": "Pipedrive asks us to wait."}


def test_the_filters_of_the_list(client: FlaskClient, outside: SandboxServer) -> None:
    filter_id = outside.sandbox.pipedrive.add_filter(COMPANY, "Customers", [])
    answer = client.get("/pipedrive/api/filters", headers=bearer(outside))
    assert answer.json == {"items": [{"id": filter_id, "name": "Customers"}]}
