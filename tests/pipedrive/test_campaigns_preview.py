"""What a page is shown before anybody is texted: exactly the people of the selection, and why some are left out."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from connectors.pipedrive.campaigns import reading as reading_people
from connectors.pipedrive.context import Context
from connectors.sandbox.server import SandboxServer
from connectors.shared.opt_outs.store import Scope
from connectors.shared.opt_outs.store import add as opt_out
from tests.pipedrive.campaigning import Page, add_people, body, by, calls, number, phone, refused, selected
from tests.pipedrive.companies import COMPANY, install, set_up


@pytest.fixture(autouse=True)
def account_id(parts: Context, outside: SandboxServer) -> int:
    install(parts, outside)
    return set_up(parts)


@pytest.fixture
def page(client: FlaskClient, outside: SandboxServer) -> Page:
    return Page(client, outside)


def no_skips(**counts: int) -> dict[str, int]:
    return dict.fromkeys(("invalid", "no_number", "missing_variable", "duplicate", "opted_out"), 0) | counts


def test_everybody_is_counted_and_the_first_are_shown(page: Page, outside: SandboxServer) -> None:
    people = add_people(outside, 12)
    preview = page.preview(selected(*people))
    assert (preview["count"], preview["recipients"], preview["segments"]) == (12, 12, 12)
    assert (preview["description"], preview["confirm"]) == ("12 selected people", False)
    assert preview["skipped"] == no_skips()
    assert len(preview["sample"]) == 10
    assert preview["sample"][0] == {
        "person_id": people[0],
        "name": "Person 0",
        "to": number(0),
        "text": "Hello Person, our sale begins today.",
        "encoding": "GSM-7",
        "segments": 1,
    }


def test_who_is_left_out_and_why(page: Page, parts: Context, outside: SandboxServer, account_id: int) -> None:
    book = outside.sandbox.pipedrive
    good, stopped = add_people(outside, 2)
    with parts.service.database.write() as connection:
        opt_out(connection, parts.service.secrets, account_id, number(1)[1:], Scope.ALL, source="api")
    nobody = book.add_person(COMPANY, "No Number")
    unreadable = book.add_person(COMPANY, "Bad Number", [{"value": "ask her", "label": "work", "primary": True}])
    copy = book.add_person(COMPANY, "Same Number", [phone(0)])
    nameless = book.add_person(COMPANY, "Nameless", [phone(9)], names=(None, None))
    deleted = book.add_person(COMPANY, "Deleted", [phone(8)], is_deleted=True)
    hidden = book.add_person(COMPANY, "Hidden", [phone(7)], hidden_from=[7])
    everybody = (good, stopped, nobody, unreadable, copy, nameless, deleted, hidden, 999_999)
    preview = page.preview(selected(*everybody))
    assert preview["count"] == 6
    assert [each["person_id"] for each in preview["sample"]] == [good]
    assert preview["skipped"] == no_skips(invalid=1, no_number=1, missing_variable=1, duplicate=1, opted_out=1)
    assert {error["person_id"]: error["reason"] for error in preview["errors"]} == {
        stopped: "opted_out",
        nobody: "no_number",
        unreadable: "invalid",
        copy: "duplicate",
        nameless: "missing_variable",
    }
    assert {error["message"] for error in preview["errors"] if error["person_id"] == nobody} == {
        "This person has no phone number."
    }


def test_a_number_counts_once_whatever_the_text(page: Page, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    ids = [book.add_person(COMPANY, name, [phone(1)]) for name in ("Asha One", "Ravi Two")]
    preview = page.preview(selected(*ids))
    assert (preview["recipients"], preview["skipped"]) == (1, no_skips(duplicate=1))


def test_the_best_number_is_taken(page: Page, outside: SandboxServer) -> None:
    phones = [
        {"value": "call the office", "label": "Mobile", "primary": False},
        phone(1, "work", primary=True),
        phone(2, "Mobile 2", primary=False),
    ]
    person = outside.sandbox.pipedrive.add_person(COMPANY, "Asha Rao", phones)
    assert page.preview(selected(person))["sample"][0]["to"] == number(2)


def test_a_filter_an_owner_and_everybody(page: Page, outside: SandboxServer, parts: Context) -> None:
    book = outside.sandbox.pipedrive
    book.add_user(COMPANY, 8, "Ravi Shah")
    install(parts, outside, user_id=8, name="Ravi Shah")
    mine, his = add_people(outside, 3, owner_id=7), add_people(outside, 2, first=3, owner_id=8)
    filter_id = book.add_filter(COMPANY, "Customers", [mine[0], his[0], his[1]])
    for selection, ids, words in (
        (by({"filter_id": filter_id}), [mine[0], *his], "3 people in “Customers”"),
        (by({"filter_id": filter_id}, his[0], mine[1]), [mine[0], his[1]], "2 people in “Customers”, without 2"),
        (by({"user_id": 8}), his, "2 people owned by Ravi Shah"),
        (by({"user_id": 7}, *mine[:2]), mine[2:], "1 person owned by Asha Example, without 2"),
        (by({"everyone": 1}), [*mine, *his], "everyone: 5 people"),
        ({**by({"everyone": 1}), "selected_ids": [str(his[0])]}, his[:1], "1 selected person"),
    ):
        preview = page.preview(selection)
        assert [each["person_id"] for each in preview["sample"]] == ids
        assert (preview["description"], preview["count"]) == (words, len(ids))


def test_a_long_list_is_read_by_five_hundred(page: Page, outside: SandboxServer) -> None:
    people = add_people(outside, 1_200)
    filter_id = outside.sandbox.pipedrive.add_filter(COMPANY, "Customers", people)
    preview = page.preview(by({"filter_id": filter_id}))
    assert (preview["count"], preview["recipients"], preview["confirm"]) == (1_200, 1_200, True)
    assert preview["description"] == "1,200 people in “Customers”"
    asked = calls(outside, "/api/v2/persons")
    assert [query["limit"] for query in asked] == ["500"] * 3
    assert ["cursor" in query for query in asked] == [False, True, True]


def test_selected_people_are_read_by_a_hundred(page: Page, outside: SandboxServer) -> None:
    people = add_people(outside, 201)
    assert page.preview(selected(*people))["count"] == 201
    assert [query["ids"].count(",") + 1 for query in calls(outside, "/api/v2/persons")] == [100, 100, 1]


def test_a_wait_in_the_middle_is_waited_out(
    page: Page, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_people, "AGAIN_SECONDS", 0.05)
    add_people(outside, 700)
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "429", times=2, reset=0.1)
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "500")
    assert page.preview(by({"everyone": 1}))["count"] == 700


def test_who_has_to_wait_for_long_is_told_so(page: Page, outside: SandboxServer) -> None:
    add_people(outside, 1)
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "daily", times=9)
    answer = page.post("/preview", body(by({"everyone": 1})))
    assert int(answer.headers["Retry-After"]) >= 60
    assert "Pipedrive" in refused(answer, 503)["detail"]


def test_no_more_is_asked_than_the_text_needs(page: Page, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    org = book.add_organization(COMPANY, "Acme Ltd")
    code = book.add_field(COMPANY, "a" * 40, "Favourite colour")
    person = book.add_person(COMPANY, "Asha Rao", [phone(1)], org_id=org, custom_fields={code: "blue"})
    text = "{{ person.org.name }}, {{ person.favourite_colour }}, {{ user.name }}"
    assert page.preview(selected(person))["recipients"] == 1
    assert {request.path for request in book.requests} == {"/api/v2/persons"}
    assert page.preview(selected(person), text=text)["sample"][0]["text"] == "Acme Ltd, blue, Asha Example"


def test_what_is_at_fault_is_named(page: Page) -> None:
    for changes, field in (
        ({"selection": {"selected_ids": [], "excluded_ids": [], "filter": None}}, "selection"),
        ({"selection": {"selected_ids": [], "filter": {}}}, "selection"),
        ({"selection": {"selected_ids": [], "filter": {"filter_id": 404}}}, "selection.filter"),
        ({"selection": {"selected_ids": [], "filter": {"filter_id": 1, "user_id": 2}}}, "selection.filter"),
        ({"selection": {"selected_ids": ["x"]}}, "selection.selected_ids.0"),
        ({"selection": [1]}, "selection"),
        ({"message_type": "OTP"}, "message_type"),
        ({"text": "{{ person.favorite }}"}, "text"),
        ({"text": "{{ person.first_name"}, "text"),
        ({"text": None}, "text"),
        ({"text": "\x00"}, "text"),
        ({"template": "sale"}, "text"),
        ({"text": None, "template": "sale"}, "template"),
        ({"sender_id": "much too long a name"}, "sender_id"),
        ({"channel": "EMAIL"}, "channel"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"expected_count": "12"}, "expected_count"),
        ({"unknown": 1}, "unknown"),
    ):
        assert field in refused(page.post("/preview", body(selected(1)) | changes), 422)["errors"], changes


def test_without_a_login_of_message_central_there_is_nothing_to_preview(
    client: FlaskClient, parts: Context, outside: SandboxServer
) -> None:
    install(parts, outside, company_id=2)
    problem = refused(Page(client, outside, company_id=2).post("/preview", body(selected(1))), 409)
    assert "Message Central is not set up yet" in problem["detail"]


def test_an_organization_with_what_no_phone_shows_in_its_name(page: Page, outside: SandboxServer) -> None:
    org_id = outside.sandbox.pipedrive.add_organization(COMPANY, " Or\x00chid ")
    preview = page.preview(selected(*add_people(outside, 1, org_id=org_id)), text="Dear {{ person.org.name }}")
    assert [each["text"] for each in preview["sample"]] == ["Dear Orchid"]


@pytest.fixture
def no_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(reading_people, "PLACE_SECONDS", 0.0)
    for _ in range(2):
        reading_people._places.acquire()
    yield
    for _ in range(2):
        reading_people._places.release()


@pytest.mark.usefixtures("no_place")
def test_only_so_many_lists_are_read_at_once(page: Page) -> None:
    """Whoever waits for Pipedrive holds a thread that others' messages come by."""
    answer = page.post("/preview", body(selected(1)))
    assert refused(answer, 503)["detail"].startswith("Other lists")
    assert answer.headers["Retry-After"]
