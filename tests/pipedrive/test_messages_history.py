"""What was sent to a contact: single messages and those of campaigns, seen by those who may see the contact."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update

from connectors.app import app_for
from connectors.pipedrive.tables import pipedrive_campaigns, pipedrive_companies, pipedrive_people
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.campaigns import store
from connectors.shared.clock import HOUR, now_ms, to_rfc3339
from connectors.shared.messages.accept import NewMessage
from connectors.shared.messages.composing import check_text
from connectors.shared.phone_numbers import PhoneNumber
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import COMPANY, USER, install, set_up
from tests.pipedrive.contacts import add_contact
from tests.pipedrive.problems import faults_of, problem_of


def send(viewer: Viewer, person_id: int, text: str = "Hello", **values: Any) -> str:
    response = viewer.post("/messages", {"person_id": person_id, "text": text} | values)
    assert response.status_code == 201, response.get_data(as_text=True)
    assert response.json is not None
    return str(response.json["id"])


def send_campaign(service: Service, person_ids: list[int], company_id: int = COMPANY) -> str:
    """Keep a campaign with a message to each person, as its gathering and its import would."""
    with service.database.write() as connection:
        companies = pipedrive_companies.c
        account_id = connection.scalar(select(companies.account_id).where(companies.company_id == company_id))
        assert account_id is not None
        sender = sender_of_account(connection, account_id)
        new = store.NewCampaign(
            sender.account_id, sender.connection_id, "Sale", "pipedrive", "Sale!", "UTOMOB", file_kind="json"
        )
        campaign_id = store.create(connection, service.secrets, new)
        connection.execute(
            insert(pipedrive_campaigns).values(
                campaign_id=campaign_id,
                company_id=company_id,
                account_id=account_id,
                user_id=USER,
                description="people",
                selection="{}",
                log_kind="none",
                created_at=now_ms(),
            )
        )
        for row, person_id in enumerate(person_ids, start=1):
            connection.execute(
                insert(pipedrive_people).values(
                    campaign_id=campaign_id, row=row, company_id=company_id, person_id=person_id, name=f"Person {row}"
                )
            )
        texts = [
            NewMessage(
                sender.account_id,
                sender.connection_id,
                PhoneNumber("91", f"98160{row:05}"),
                "Sale!",
                check_text("Sale!"),
                "UTOMOB",
                "pipedrive",
                campaign_id=campaign_id,
                campaign_row=row,
                parked=True,
            )
            for row in range(1, len(person_ids) + 1)
        ]
        service.acceptor.accept_within(connection, texts)
    return campaign_id


def listed(viewer: Viewer, person_id: int, **query: Any) -> dict[str, Any]:
    response = viewer.get("/messages", person_id=person_id, **query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return dict(response.json or {})


@pytest.fixture
def viewer(service: Service, client: FlaskClient, outside: SandboxServer) -> Viewer:
    install(service, outside)
    set_up(service)
    return Viewer(client, outside)


def test_lists_singles_and_campaigns(both_services: Service, outside: SandboxServer) -> None:
    install(both_services, outside)
    set_up(both_services)
    viewer = Viewer(app_for(both_services).test_client(), outside)
    asha, ravi = add_contact(outside), add_contact(outside, "Ravi")
    first = send(viewer, asha, "one")
    campaign_id = send_campaign(both_services, [ravi, asha])
    last = send(viewer, asha, "two")
    other = send(viewer, ravi, "three")
    found = listed(viewer, asha)
    assert found["next"] is None
    assert [(item["id"] in (first, last), item["campaign_id"], item["person_id"]) for item in found["items"]] == [
        (True, None, asha),
        (False, campaign_id, asha),
        (True, None, asha),
    ]
    assert [item["id"] for item in found["items"]][::2] == [last, first]
    assert [item["log"] and item["log"]["state"] for item in found["items"]] == ["waiting", None, "waiting"]
    assert other in [item["id"] for item in listed(viewer, ravi)["items"]]
    middle = found["items"][1]
    assert viewer.get(f"/messages/{middle['id']}").json == middle
    page = listed(viewer, asha, limit=2)
    assert page["items"] == found["items"][:2]
    assert listed(viewer, asha, limit=2, cursor=page["next"]) == {"items": found["items"][2:], "next": None}
    faults_of(viewer.get("/messages", person_id=ravi, cursor=page["next"]))
    canceled = viewer.post(f"/messages/{middle['id']}/cancel").json
    assert canceled == middle | (canceled or {})
    assert (canceled or {})["status"] == "canceled"


def test_cancels_what_waits(viewer: Viewer, outside: SandboxServer) -> None:
    message_id = send(viewer, add_contact(outside), due_at=to_rfc3339(now_ms() + HOUR))
    canceled = viewer.post(f"/messages/{message_id}/cancel").json
    assert canceled is not None
    assert canceled["status"] == "canceled"
    assert "canceled" in problem_of(viewer.post(f"/messages/{message_id}/cancel"), 409)["detail"]


def test_another_companys_is_not_there_on_the_same_account_either(
    viewer: Viewer, service: Service, client: FlaskClient, outside: SandboxServer
) -> None:
    install(service, outside, company_id=2)
    with service.database.write() as connection:
        account_id = connection.scalar(select(func.max(pipedrive_companies.c.account_id)))
        connection.execute(update(pipedrive_companies).values(account_id=account_id))
    asha = add_contact(outside)
    assert add_contact(outside, company_id=2) == asha
    stranger = Viewer(client, outside, company_id=2)
    message_id = send(viewer, asha, due_at=to_rfc3339(now_ms() + HOUR))
    send_campaign(service, [asha])
    of_campaign = listed(viewer, asha)["items"][0]["id"]
    assert listed(stranger, asha) == {"items": [], "next": None}
    for known in (message_id, of_campaign):
        problem_of(stranger.get(f"/messages/{known}"), 404)
        problem_of(stranger.post(f"/messages/{known}/cancel"), 404)
    assert viewer.get(f"/messages/{message_id}").json["status"] == "scheduled"  # type: ignore[index]


def test_who_may_not_see_a_contact_reads_nothing_about_them(
    viewer: Viewer, service: Service, client: FlaskClient, outside: SandboxServer
) -> None:
    install(service, outside, user_id=8)
    person_id = add_contact(outside, hidden_from=[8])
    message_id = send(viewer, person_id, due_at=to_rfc3339(now_ms() + HOUR))
    assert len(listed(viewer, person_id)["items"]) == 1
    colleague = Viewer(client, outside, user_id=8)
    problem_of(colleague.get("/messages", person_id=person_id), 404)
    problem_of(colleague.get(f"/messages/{message_id}"), 404)
    problem_of(colleague.post(f"/messages/{message_id}/cancel"), 404)


def test_looking_again_costs_pipedrive_little(viewer: Viewer, outside: SandboxServer) -> None:
    person_id = add_contact(outside)
    viewer.get(f"/persons/{person_id}")
    for _ in range(5):
        listed(viewer, person_id)
    assert len(outside.sandbox.pipedrive.requests) == 1


def test_refuses_what_is_no_id(viewer: Viewer, outside: SandboxServer) -> None:
    for person_id in ("", "x", "0", "-1", "9" * 5_000, "1.5"):
        faults_of(viewer.get("/messages", person_id=person_id))
    faults_of(viewer.get("/messages"))
    faults_of(viewer.get("/messages", person_id=1, limit=0))
    for path in ("x", "%00", "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50"):
        problem_of(viewer.get(f"/messages/{path}"), 404)
        problem_of(viewer.post(f"/messages/{path}/cancel"), 404)
