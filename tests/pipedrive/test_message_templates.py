"""Templates of a company, and what texts may be filled in with."""

from flask.testing import FlaskClient

from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import COMPANY, install, set_up
from tests.pipedrive.problems import faults_of, problem_of

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
    for company_id in (1, 2):
        install(service, outside, company_id=company_id)
        set_up(service, company_id, f"C-{company_id}")
    kept = Viewer(client, outside).post("/templates", TEMPLATE).json
    assert kept is not None
    stranger = Viewer(client, outside, company_id=2)
    assert stranger.get("/templates").json == {"items": [], "next": None}
    problem_of(stranger.put(f"/templates/{kept['id']}", {"text": "Hello."}), 404)
    problem_of(stranger.delete(f"/templates/{kept['id']}"), 404)


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
