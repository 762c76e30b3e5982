"""One SMS to a contact: previewed, sent, and kept together with whose it is and what Pipedrive is to be told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import RowMapping, delete, func, select

from connectors.app import app_for
from connectors.pipedrive.messages import composing
from connectors.pipedrive.tables import pipedrive_companies, pipedrive_logs, pipedrive_messages
from connectors.sandbox.options import Outage
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.clock import HOUR, now_ms, to_rfc3339
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs.store import Scope, add
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import COMPANY, USER, install, set_up
from tests.pipedrive.contacts import NUMBER, add_contact
from tests.pipedrive.problems import faults_of, problem_of
from tests.shared.messages.tenants import dispatching, wait_for

COLOUR = "c" * 40


@pytest.fixture
def viewer(service: Service, client: FlaskClient, outside: SandboxServer) -> Viewer:
    install(service, outside)
    set_up(service)
    return Viewer(client, outside)


def rows(service: Service, table: Any) -> Sequence[RowMapping]:
    with service.database.read() as connection:
        return connection.execute(select(table)).mappings().all()


def test_sends_to_the_best_number(both_services: Service, outside: SandboxServer) -> None:
    install(both_services, outside)
    account_id = set_up(both_services)
    viewer = Viewer(app_for(both_services).test_client(), outside)
    person_id = add_contact(outside)
    response = viewer.post("/messages", {"person_id": person_id, "text": "Dear {{ person.first_name }}"})
    assert response.status_code == 201
    assert response.json is not None
    assert response.headers["Location"] == f"/pipedrive/api/messages/{response.json['id']}"
    expected = {"to": NUMBER, "text": "Dear Asha", "sender_id": "UTOMOB", "source": "pipedrive", "person_id": person_id}
    assert response.json == response.json | expected
    assert response.json["log"] == {"state": "waiting", "kind": "note", "reason": None}
    whose = {"message_id": response.json["id"], "company_id": COMPANY, "user_id": USER, "person_id": person_id}
    assert [dict(row) for row in rows(both_services, pipedrive_messages)] == [whose]
    log = rows(both_services, pipedrive_logs)[0]
    assert dict(log) == dict(log) | whose | {"state": "waiting", "kind": "note", "activity_type": None, "attempts": 0}
    assert rows(both_services, messages)[0]["account_id"] == account_id
    with dispatching(both_services):
        wait_for(lambda: viewer.get("/messages", person_id=person_id).json["items"][0]["status"] == "sent")  # type: ignore[index]
    listed = viewer.get("/messages", person_id=person_id).json
    assert listed is not None
    assert listed["next"] is None
    assert listed["items"] == [viewer.get(f"/messages/{response.json['id']}").json]


def test_fills_in_from_all_over(viewer: Viewer, outside: SandboxServer) -> None:
    book = outside.sandbox.pipedrive
    book.add_field(COMPANY, COLOUR, "Favourite Colour", "enum", {3: "red"})
    person_id = add_contact(outside, org_id=book.add_organization(COMPANY, "Orchid"), custom_fields={COLOUR: 3})
    text = "{{ person.name }} of {{ person.org.name }} likes {{ person.favourite_colour }}. {{ user.name }}"
    sent = viewer.post("/messages", {"person_id": person_id, "text": text}).json
    assert sent is not None
    assert sent["text"] == "Asha Rao of Orchid likes red. Asha Example"


def test_asks_for_nothing_that_the_text_does_not_need(viewer: Viewer, outside: SandboxServer) -> None:
    person_id = add_contact(outside, org_id=outside.sandbox.pipedrive.add_organization(COMPANY, "Orchid"))
    viewer.post("/messages", {"person_id": person_id, "text": "Dear {{ person.first_name }}"})
    assert [request.path for request in outside.sandbox.pipedrive.requests] == [f"/api/v2/persons/{person_id}"]


AS_ASKED: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"to": "98162 22222"}, {"to": "+919816222222"}),
    ({"sender_id": "OTHER", "message_type": "PROMOTIONAL"}, {"sender_id": "OTHER", "message_type": "PROMOTIONAL"}),
    ({"message_type": None, "to": None}, {"message_type": "TRANSACTION", "to": NUMBER}),
    ({"channel": "whatsapp"}, {"channel": "WHATSAPP"}),
    ({"template_id": "11", "entity_id": "12"}, {"template_id": "11", "entity_id": "12"}),
    ({"due_at": to_rfc3339(now_ms() + HOUR)}, {"status": "scheduled"}),
    ({"due_at": "2020-01-01T00:00:00Z"}, {"due_at": None}),
)


def test_sends_as_asked(viewer: Viewer, outside: SandboxServer) -> None:
    for given, expected in AS_ASKED:
        response = viewer.post("/messages", {"person_id": add_contact(outside), "text": "Hello"} | given)
        assert response.json == (response.json or {}) | expected


def test_takes_the_companys_channel(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    set_up(service, channel="RCS", log_single="activity", activity_type="task", entity_id="77")
    sent = Viewer(client, outside).post("/messages", {"person_id": add_contact(outside), "text": "Hello"}).json
    assert sent is not None
    assert (sent["channel"], sent["entity_id"], sent["template_id"]) == ("RCS", "77", None)
    log = rows(service, pipedrive_logs)[0]
    assert (log["kind"], log["activity_type"]) == ("activity", "task")


def test_writes_nothing_where_nothing_is_wanted(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    set_up(service, log_single="none")
    sent = Viewer(client, outside).post("/messages", {"person_id": add_contact(outside), "text": "Hello"}).json
    assert sent is not None
    assert sent["log"] is None
    assert rows(service, pipedrive_logs) == []


def test_refuses_by_field(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    person_id = add_contact(outside)
    nowhere = add_contact(outside, phones=[{"value": "ask Ravi", "label": "", "primary": True}])
    cases: tuple[tuple[Any, set[str]], ...] = (
        ({}, {"person_id"}),
        ({"person_id": person_id}, {"text"}),
        ({"person_id": person_id, "text": "a", "template": "b"}, {"template"}),
        ({"person_id": str(person_id), "text": "a"}, {"person_id"}),
        ({"person_id": True, "text": "a"}, {"person_id"}),
        ({"person_id": 10**30, "text": "a"}, {"person_id"}),
        ({"person_id": 0, "text": "a"}, {"person_id"}),
        ({"person_id": person_id, "text": ""}, {"text"}),
        ({"person_id": person_id, "text": "  "}, {"text"}),
        ({"person_id": person_id, "text": "a\x00"}, {"text"}),
        ({"person_id": person_id, "text": "a" * 10_001}, {"text"}),
        ({"person_id": person_id, "text": "a" * 2_000}, {"text"}),
        ({"person_id": person_id, "text": "{{ person.first_name"}, {"text"}),
        ({"person_id": person_id, "text": "{{ person.org.name }}"}, {"text"}),
        ({"person_id": person_id, "text": "{{ first_name }}"}, {"text"}),
        ({"person_id": person_id, "text": "{{ person }}"}, {"text"}),
        ({"person_id": person_id, "template": "none such"}, {"template"}),
        ({"person_id": person_id, "text": "a", "to": "12"}, {"to"}),
        ({"person_id": person_id, "text": "a", "to": 919816111111}, {"to"}),
        ({"person_id": nowhere, "text": "a"}, {"to"}),
        ({"person_id": person_id, "text": "a", "due_at": "tomorrow"}, {"due_at"}),
        ({"person_id": person_id, "text": "a", "due_at": "2099-01-01T00:00:00Z"}, {"due_at"}),
        ({"person_id": person_id, "text": "a", "template_id": "11"}, {"entity_id"}),
        ({"person_id": person_id, "text": "a", "sender_id": "!", "channel": "FAX"}, {"sender_id", "channel"}),
        ([], {"body"}),
    )
    for given, fields in cases:
        assert faults_of(viewer.post("/messages", given)).keys() == fields, given
    assert "person.org.name" in str(faults_of(viewer.post("/messages", cases[13][0])))
    assert rows(service, messages) == []


def test_nobody_is_texted_whom_the_viewer_may_not_see(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    for person_id in (add_contact(outside, hidden_from=[USER]), add_contact(outside, is_deleted=True), 999):
        for path in ("/messages", "/messages/preview"):
            problem_of(viewer.post(path, {"person_id": person_id, "text": "a", "to": NUMBER}), 404)
    assert rows(service, messages) == []


def test_somebody_hidden_meanwhile_is_not_texted(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    person_id = add_contact(outside)
    assert viewer.get(f"/persons/{person_id}").status_code == 200
    outside.sandbox.pipedrive.delete_person(COMPANY, person_id)
    problem_of(viewer.post("/messages", {"person_id": person_id, "text": "a"}), 404)


def test_says_that_nothing_is_set_up(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside)
    viewer = Viewer(client, outside)
    for path in ("/messages", "/messages/preview"):
        words = problem_of(viewer.post(path, {"person_id": add_contact(outside), "text": "a"}), 409)["detail"]
        assert "admin in Pipedrive enters your Message Central login" in words


def test_opt_outs_are_kept_to(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    account_id = rows(service, pipedrive_companies)[0]["account_id"]
    with service.database.write() as connection:
        add(connection, service.secrets, account_id, NUMBER[1:], Scope.ALL, "test")
    sent = viewer.post("/messages", {"person_id": add_contact(outside), "text": "Hello"}).json
    assert sent is not None
    with dispatching(service):
        wait_for(lambda: viewer.get(f"/messages/{sent['id']}").json["status"] == "suppressed")  # type: ignore[index]
    assert outside.sandbox.inbox.total == 0


def test_sends_a_template(viewer: Viewer, outside: SandboxServer) -> None:
    template = viewer.post(
        "/templates",
        {
            "name": "shipped",
            "text": "Dear {{ person.first_name }}, your order has been shipped.",
            "registered_text": "Dear {#var#}, your order has been shipped.",
            "template_id": "11",
            "entity_id": "12",
            "sender_id": "SHPMNT",
        },
    ).json
    assert template is not None
    person_id = add_contact(outside)
    for name in ("shipped", template["id"]):
        sent = viewer.post("/messages", {"person_id": person_id, "template": name}).json
        expected = {"text": "Dear Asha, your order has been shipped.", "template_id": "11", "sender_id": "SHPMNT"}
        assert sent == (sent or {}) | expected
    long_name = add_contact(outside, "A" * 60)
    assert faults_of(viewer.post("/messages", {"person_id": long_name, "template": "shipped"})).keys() == {
        "variables.person.first_name"
    }
    nameless = add_contact(outside, "Rao", names=(None, "Rao"))
    assert faults_of(viewer.post("/messages", {"person_id": nameless, "template": "shipped"})).keys() == {"template"}


def test_previews(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    person_id = add_contact(outside)
    shown = viewer.post("/messages/preview", {"person_id": person_id, "text": "Dear {{ person.first_name }} – hello"})
    assert shown.json == {
        "to": NUMBER,
        "text": "Dear Asha – hello",
        "encoding": "UCS-2",
        "segments": 1,
        "characters": 17,
        "characters_left": 53,
        "unicode_characters": ["–"],
        "missing": [],
        "words": None,
    }
    missing = viewer.post("/messages/preview", {"person_id": person_id, "text": "{{ person.org.name }}{{ nobody }}"})
    assert missing.json is not None
    assert (missing.json["text"], missing.json["missing"]) == (None, ["person.org.name", "nobody"])
    assert missing.json["segments"] is None
    long = viewer.post("/messages/preview", {"person_id": person_id, "text": "a" * 170, "to": "9816222222"}).json
    assert long is not None
    assert (long["to"], long["segments"], long["characters_left"]) == ("+919816222222", 2, 136)
    numberless = viewer.post("/messages/preview", {"person_id": add_contact(outside, phones=[]), "text": "a"})
    assert numberless.json is not None
    assert numberless.json["to"] is None
    nobodys = {"person_id": person_id, "text": "a", "to": "1"}
    assert faults_of(viewer.post("/messages/preview", nobodys)).keys() == {"to"}
    too_long = {"person_id": person_id, "text": "a" * 2_000}
    assert faults_of(viewer.post("/messages/preview", too_long)).keys() == {"text"}
    assert rows(service, messages) == []


def test_a_double_click_sends_once(both_services: Service, outside: SandboxServer) -> None:
    for company_id in (1, 2):
        install(both_services, outside, company_id=company_id)
    account_id = set_up(both_services)
    with both_services.database.write() as connection:
        connection.execute(pipedrive_companies.update().values(account_id=account_id))
    install(both_services, outside, user_id=8)
    app = app_for(both_services)
    body = {"person_id": add_contact(outside), "text": "Hello"}
    add_contact(outside, company_id=2)

    def click(company_id: int = COMPANY, user_id: int = USER) -> Any:
        viewer = Viewer(app.test_client(), outside, company_id, user_id)
        return viewer.post("/messages", body, **{"Idempotency-Key": "one click"})

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(response.status_code for response in threads.map(lambda _: click(), range(4)))
    assert statuses[0] == 201
    assert set(statuses) <= {201, 409}
    again = click()
    assert again.headers["Idempotency-Replayed"] == "true"
    for other in (click(user_id=8), click(company_id=2)):
        assert other.status_code == 201
        assert "Idempotency-Replayed" not in other.headers
    with both_services.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(messages)) == 3


def test_what_was_refused_may_be_corrected_under_its_key(viewer: Viewer, outside: SandboxServer) -> None:
    body, key = {"person_id": add_contact(outside), "text": "Hello"}, {"Idempotency-Key": "k"}
    faults_of(viewer.post("/messages", body | {"to": "1"}, **key))
    assert viewer.post("/messages", body, **key).status_code == 201
    assert "another request" in problem_of(viewer.post("/messages", body | {"text": "Other"}, **key), 422)["detail"]
    faults_of(viewer.post("/messages", body, **{"Idempotency-Key": "k" * 256}))


def test_an_outage_of_the_vendor_keeps_nobody_from_sending(viewer: Viewer, outside: SandboxServer) -> None:
    outside.sandbox.change_settings(outage=Outage.UNAVAILABLE)
    assert viewer.post("/messages", {"person_id": add_contact(outside), "text": "Hello"}).status_code == 201


def test_a_company_that_leaves_meanwhile_is_not_found(
    viewer: Viewer, service: Service, outside: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = composing.message_of

    def leave(*given: Any) -> Any:
        with service.database.write() as connection:
            connection.execute(delete(pipedrive_companies))
        return compose(*given)

    monkeypatch.setattr("connectors.pipedrive.messages.routes.message_of", leave)
    problem_of(viewer.post("/messages", {"person_id": add_contact(outside), "text": "Hello"}), 404)
    assert rows(service, messages) == []
