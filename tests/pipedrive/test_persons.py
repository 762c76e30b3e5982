"""A contact with their numbers."""

import pytest
from flask.testing import FlaskClient

from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.opt_outs.store import Scope, add
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import COMPANY, install, set_up
from tests.pipedrive.contacts import DESK, MOBILE, NUMBER, add_contact
from tests.pipedrive.problems import problem_of


@pytest.fixture
def viewer(service: Service, client: FlaskClient, outside: SandboxServer) -> Viewer:
    install(service, outside)
    return Viewer(client, outside)


def test_shows_a_contact(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    account_id = set_up(service)
    person_id = add_contact(outside, org_id=outside.sandbox.pipedrive.add_organization(COMPANY, "Orchid"))
    with service.database.write() as connection:
        add(connection, service.secrets, account_id, NUMBER[1:], Scope.ALL, "test")
    assert viewer.get(f"/persons/{person_id}").json == {
        "id": person_id,
        "name": "Asha Rao",
        "first_name": "Asha",
        "last_name": "Rao",
        "org_id": 1,
        "owner_id": 7,
        "phones": [MOBILE | {"e164": NUMBER}, DESK | {"e164": "+918023456789"}],
        "opted_out": {NUMBER: "all"},
    }


def test_before_anything_is_set_only_whole_numbers_are_read(viewer: Viewer, outside: SandboxServer) -> None:
    whole = {"value": "+44 7400 123456", "label": "", "primary": True}
    shown = viewer.get(f"/persons/{add_contact(outside, phones=[whole, MOBILE])}").json
    assert shown is not None
    assert [phone["e164"] for phone in shown["phones"]] == [None, "+447400123456"]
    assert shown["opted_out"] == {}


def test_who_is_hidden_or_gone_is_not_found(viewer: Viewer, service: Service, outside: SandboxServer) -> None:
    install(service, outside, company_id=2)
    hidden = add_contact(outside, hidden_from=[7])
    deleted = add_contact(outside, is_deleted=True)
    theirs = [add_contact(outside, company_id=2) for _ in range(4)][-1]
    for person_id in (hidden, deleted, theirs, 0, 10**30, "9" * 5_000, "-1", "x"):
        problem_of(viewer.get(f"/persons/{person_id}"), 404)


def test_a_moment_is_waited(viewer: Viewer, outside: SandboxServer) -> None:
    person_id = add_contact(outside)
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "429", reset=0.1)
    assert viewer.get(f"/persons/{person_id}").status_code == 200
    outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", "429", times=2, reset=0.1)
    refused = viewer.get(f"/persons/{person_id}")
    assert "too many calls came at once" in problem_of(refused, 503)["detail"]
    assert refused.headers["Retry-After"] == "1"


def test_pipedrives_troubles_are_told(viewer: Viewer, outside: SandboxServer) -> None:
    person_id = add_contact(outside)
    for kind in ("daily", "500", "html"):
        outside.sandbox.pipedrive.misbehave("GET /api/v2/persons", kind)
        problem_of(viewer.get(f"/persons/{person_id}"), 503)
    outside.sandbox.pipedrive.kill_grant(COMPANY, 7)
    assert "Reconnect" in problem_of(viewer.get(f"/persons/{person_id}"), 401)["detail"]
