from dataclasses import replace

from flask.testing import FlaskClient
from sqlalchemy import update

from connectors.service import Service
from connectors.shared.accounts.tables import connections
from tests.api.ledger import Tenant


def test_the_account_and_how_it_is(client: FlaskClient, tenant: Tenant) -> None:
    response = client.get("/api/v1/account", headers=tenant.headers)
    assert response.status_code == 200
    body = response.get_json()
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "customer_id": "C-ONE",
        "sender_id": "UTOMOB",
        "country_code": "91",
        "message_type": "TRANSACTION",
        "entity_id": None,
        "template_id": None,
        "rate": 0.0,
        "bulk": True,
        "email": "sms@example.com",
        "state": "active",
        "reason": None,
        "retry_at": None,
        "last_receipt_at": None,
        "unmatched_receipts": 0,
        "waiting": 0,
        "daily_limit": None,
        "gateway": "message-central",
        "connections": [
            {
                "gateway": "message-central",
                "state": "active",
                "reason": None,
                "retry_at": None,
                "sender_id": "UTOMOB",
                "waiting": 0,
                "last_receipt_at": None,
            }
        ],
    }


def test_it_begins_with_whose_it_is_and_tells_of_the_day(client: FlaskClient, service: Service, tenant: Tenant) -> None:
    service.settings = replace(service.settings, daily_limit=5)
    body = client.get("/api/v1/account", headers=tenant.headers).get_json()
    assert next(iter(body)) == "customer_id"
    assert body["daily_limit"] == {"limit": 5, "counted": 0, "held_until": None}


def test_a_pause_is_explained(client: FlaskClient, tenant: Tenant) -> None:
    with tenant.service.database.write() as connection:
        connection.execute(
            update(connections).values(
                state="paused", reason_code="508", reason="No credit is left.", retry_at=1_795_248_000_000
            )
        )
    body = client.get("/api/v1/account", headers=tenant.headers).get_json()
    assert body["state"] == "paused"
    assert body["reason"] == {"code": "508", "message": "No credit is left."}
    assert body["retry_at"] == "2026-11-21T08:00:00Z"


def test_each_key_sees_its_own(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    tenant.message()
    stranger.receipt(account_id=stranger.account_id)
    for one, waiting, unmatched in ((tenant, 1, 0), (stranger, 0, 1)):
        body = client.get("/api/v1/account", headers=one.headers).get_json()
        assert (body["customer_id"], body["waiting"]) == (one.customer_id, waiting)
        assert body["unmatched_receipts"] == unmatched


def test_no_secret_is_shown(client: FlaskClient, tenant: Tenant) -> None:
    text = client.get("/api/v1/account", headers=tenant.headers).get_data(as_text=True)
    assert "password" not in text
    assert "secret" not in text
    assert "token" not in text
