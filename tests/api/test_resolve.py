import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages
from tests.api.ledger import Tenant
from tests.api.problems import problem_of


@pytest.mark.parametrize(("resolution", "status"), [("sent", "sent"), ("failed", "failed"), ("resend", "queued")])
def test_a_person_settles_what_is_in_doubt(client: FlaskClient, tenant: Tenant, resolution: str, status: str) -> None:
    message_id = tenant.message(status="unconfirmed", begun_at=now_ms(), finished_at=now_ms(), error_code="interrupted")
    response = client.post(f"/api/v1/messages/{message_id}/resolve", json={"as": resolution}, headers=tenant.headers)
    assert response.status_code == 200
    assert response.get_json()["status"] == status
    shown = client.get(f"/api/v1/messages/{message_id}", headers=tenant.headers)
    assert shown.get_json() == response.get_json()


def test_what_is_resent_has_its_validity_anew(client: FlaskClient, tenant: Tenant) -> None:
    message_id = tenant.message(status="unconfirmed", begun_at=now_ms(), expires_at=now_ms() - 1)
    before = now_ms()
    client.post(f"/api/v1/messages/{message_id}/resolve", json={"as": "resend"}, headers=tenant.headers)
    with tenant.service.database.read() as connection:
        row = connection.execute(select(messages).where(messages.c.id == message_id)).one()
    assert row.expires_at >= before + tenant.service.settings.validity_ms


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "delivered", "failed"])
def test_only_what_is_in_doubt_can_be_settled(client: FlaskClient, tenant: Tenant, status: str) -> None:
    message_id = tenant.message(status=status)
    response = client.post(f"/api/v1/messages/{message_id}/resolve", json={"as": "failed"}, headers=tenant.headers)
    assert status in problem_of(response, 409)["detail"]
    assert client.get(f"/api/v1/messages/{message_id}", headers=tenant.headers).get_json()["status"] == status


def test_an_erased_message_cannot_be_resent(client: FlaskClient, tenant: Tenant) -> None:
    message_id = tenant.message(status="unconfirmed", text=None)
    response = client.post(f"/api/v1/messages/{message_id}/resolve", json={"as": "resend"}, headers=tenant.headers)
    problem_of(response, 409)
