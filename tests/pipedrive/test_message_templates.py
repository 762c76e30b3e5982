"""Templates of a company, and what texts may be filled in with."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from connectors.pipedrive.tables import pipedrive_grants
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.templates import store
from tests.pipedrive.asking import Viewer
from tests.pipedrive.campaigning import selected
from tests.pipedrive.companies import COMPANY, install, set_up, share_account
from tests.pipedrive.contacts import add_contact
from tests.pipedrive.problems import faults_of, problem_of
from tests.pipedrive.scripted import answer, scripted

TEMPLATE = {"name": "welcome", "text": "Welcome, {{ person.first_name }}."}
NOWHERE = "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50"


def test_keeps_templates(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    viewer = Viewer(client, outside)
    for response in (viewer.get("/templates"), viewer.post("/templates", TEMPLATE)):
        assert "not set up" in problem_of(response, 409)["detail"]
    set_up(service)
    kept = viewer.post("/templates", TEMPLATE)
    assert kept.status_code == 201
    assert kept.json is not None
    assert kept.json["text"] == TEMPLATE["text"]
    assert viewer.get("/templates").json == {"items": [kept.json], "next": None}
    changed = viewer.put(f"/templates/{kept.json['id']}", {"text": "Hello.", "template_id": "1107"})
    assert changed.json is not None
    assert (changed.json["name"], changed.json["text"]) == ("welcome", "Hello.")
    problem_of(viewer.post("/templates", TEMPLATE), 409)
    other = viewer.post("/templates", TEMPLATE | {"name": "other"}).json
    assert other is not None
    page = viewer.get("/templates", limit=1).json
    assert page is not None
    assert page["items"] == [other]
    assert viewer.get("/templates", limit=1, cursor=page["next"]).json == {"items": [changed.json], "next": None}
    assert viewer.delete(f"/templates/{kept.json['id']}").status_code == 204
    for path in (kept.json["id"], NOWHERE, "%00"):
        problem_of(viewer.delete(f"/templates/{path}"), 404)
        problem_of(viewer.put(f"/templates/{path}", {"text": "Hello."}), 404)


def test_refuses_by_field(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    set_up(service)
    viewer = Viewer(client, outside)
    for given, fields in (
        ({}, {"name", "text"}),
        (TEMPLATE | {"text": "{{ person.first_name"}, {"text"}),
        (TEMPLATE | {"text": "a\x00"}, {"text"}),
        (TEMPLATE | {"name": "a\nb"}, {"name"}),
        (TEMPLATE | {"sender_id": "much too long a name"}, {"sender_id"}),
        (TEMPLATE | {"message_type": "X", "entity_id": "x"}, {"message_type", "entity_id"}),
        (TEMPLATE | {"registered_text": "Goodbye, {#var#}."}, {"registered_text"}),
    ):
        assert faults_of(viewer.post("/templates", given)).keys() == fields
    faults_of(viewer.get("/templates", limit=0))
    faults_of(viewer.get("/templates", cursor="made up"))


def test_another_companys_are_not_there(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    """Not even where both send by the same account of Message Central."""
    account_id = two_companies(service, outside)
    with service.database.write() as connection:
        over_rest = store.create(connection, account_id, TEMPLATE)
    viewer, stranger = Viewer(client, outside), Viewer(client, outside, company_id=2)
    kept = made(viewer, TEMPLATE)
    assert stranger.get("/templates").json == {"items": [], "next": None}
    sent = {"person_id": add_contact(outside, company_id=2)}
    for foreign in (kept, over_rest):
        problem_of(stranger.put(f"/templates/{foreign['id']}", {"text": "Hello."}), 404)
        problem_of(stranger.delete(f"/templates/{foreign['id']}"), 404)
        for named in (foreign["id"], foreign["name"]):
            for path in ("/messages", "/messages/preview"):
                assert faults_of(stranger.post(path, sent | {"template": named})).keys() == {"template"}
            campaign = {"name": "Sale", "template": named, "selection": selected(sent["person_id"])}
            for path in ("/campaigns", "/campaigns/preview"):
                assert faults_of(stranger.post(path, campaign)).keys() == {"template"}
    own = made(stranger, TEMPLATE)
    assert stranger.get("/templates").json == {"items": [own], "next": None}
    assert viewer.get("/templates").json == {"items": [kept], "next": None}
    problem_of(viewer.put(f"/templates/{own['id']}", {"text": "Hello."}), 404)
    with service.database.read() as connection:
        assert store.list_templates(connection, account_id, before_id=None, limit=9) == [over_rest]


def test_move_to_another_account_with_their_company(
    service: Service, client: FlaskClient, outside: SandboxServer
) -> None:
    outside.sandbox.change_settings(accounts={"C-ONE": "password", "C-TWO": "right, too"})
    account_id = two_companies(service, outside)
    with service.database.write() as connection:
        over_rest = store.create(connection, account_id, TEMPLATE)
    viewer, other = Viewer(client, outside), Viewer(client, outside, company_id=2)
    kept, others = made(viewer, TEMPLATE), made(other, TEMPLATE)
    assert viewer.put("/settings", {"customer_id": "C-TWO", "password": "right, too"}).status_code == 200
    assert viewer.get("/templates").json == {"items": [kept], "next": None}
    assert viewer.put(f"/templates/{kept['id']}", {"text": "Hello."}).status_code == 200
    assert other.get("/templates").json == {"items": [others], "next": None}
    with service.database.read() as connection:
        assert store.list_templates(connection, account_id, before_id=None, limit=9) == [over_rest]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear {{ nobody.knows }}", "There is no field nobody.knows."),
        ("Dear {{ person.frist_name }}", "There is no field person.frist_name. Did you mean person.first_name?"),
        ("{{ person.favorite_colour }}", "There is no field person.favorite_colour. Did you mean person.fav"),
    ],
)
def test_a_field_that_nobody_has_is_told_at_once(
    service: Service, client: FlaskClient, outside: SandboxServer, text: str, words: str
) -> None:
    install(service, outside)
    set_up(service)
    outside.sandbox.pipedrive.add_field(COMPANY, "a" * 40, "Favourite Colour", "enum", {1: "Red"})
    viewer = Viewer(client, outside)
    kept = made(viewer, TEMPLATE)
    for response in (
        viewer.post("/templates", {"name": "other", "text": text}),
        viewer.put(f"/templates/{kept['id']}", {"text": text}),
    ):
        [[found]] = faults_of(response).values()
        assert found.startswith(words)
    assert viewer.get("/templates").json == {"items": [kept], "next": None}


def test_fields_that_somebody_has_are_kept(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    set_up(service)
    viewer = Viewer(client, outside)
    text = 'Dear {{ person["Favourite Colour"] }}{{ nobody.knows | default: "" }} {{ user.name }} {{ org.name }}'
    given = {"name": "other", "text": text}
    assert faults_of(viewer.post("/templates", given)).keys() == {"text"}
    # Made this moment: what was remembered of the fields a moment ago does not count.
    outside.sandbox.pipedrive.add_field(COMPANY, "a" * 40, "Favourite Colour", "enum", {1: "Red"})
    assert made(viewer, given)["text"] == text


@pytest.mark.parametrize("kind", ["500", "html", "daily"])
def test_where_pipedrive_does_not_tell_its_fields_texts_are_kept(
    service: Service, client: FlaskClient, outside: SandboxServer, kind: str
) -> None:
    install(service, outside)
    set_up(service)
    outside.sandbox.pipedrive.misbehave("GET /api/v2/personFields", kind, times=20)
    viewer = Viewer(client, outside)
    made(viewer, TEMPLATE | {"text": "Dear {{ person.frist_name }}"})
    # That nobody has this one is known without asking.
    assert faults_of(viewer.post("/templates", {"name": "other", "text": "{{ nobody.knows }}"})).keys() == {"text"}


def test_who_may_not_see_the_fields_is_not_told_that_there_are_none(
    service: Service, client: FlaskClient, outside: SandboxServer
) -> None:
    install(service, outside)
    set_up(service)
    with scripted(answer({"success": False, "error": "Forbidden"}, 403)) as pipedrive:
        with service.database.write() as connection:
            connection.execute(update(pipedrive_grants).values(api_domain=pipedrive.url))
        made(Viewer(client, outside), TEMPLATE | {"text": "{{ person.favourite_colour }}"})
    assert len(pipedrive.requests) == 1


def two_companies(service: Service, outside: SandboxServer) -> int:
    """Install the app for the companies 1 and 2, with one account, whose id is returned."""
    install(service, outside)
    install(service, outside, company_id=2)
    account_id = set_up(service)
    share_account(service, 2, account_id)
    return account_id


def made(viewer: Viewer, given: dict[str, str]) -> dict[str, Any]:
    response = viewer.post("/templates", given)
    assert response.status_code == 201, response.text
    kept: dict[str, Any] = response.json  # type: ignore[assignment]
    return kept


def test_lists_merge_fields(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    viewer = Viewer(client, outside)
    outside.sandbox.pipedrive.add_field(COMPANY, "a" * 40, "Favourite Colour", "enum", {1: "Red"})
    for _ in range(2):
        response = viewer.get("/merge-fields")
        assert response.json is not None
        names = [entry["name"] for entry in response.json["items"]]
        assert names[:2] == ["person.first_name", "person.last_name"]
        assert names[-1] == "person.favourite_colour"
    asked = [request for request in outside.sandbox.pipedrive.requests if "personFields" in request.path]
    assert len(asked) == 1
