"""Canceling a message while it waits, and redacting one that does not."""

from typing import Any

import pytest
import uuid_utils
from flask.testing import FlaskClient
from sqlalchemy import RowMapping, select

from connectors.shared.clock import now_ms
from connectors.shared.messages.tables import messages
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

ON_THEIR_WAY: list[dict[str, Any]] = [
    {"status": "sending", "begun_at": 1},
    *({"status": status} for status in ("sent", "delivered", "failed", "canceled", "suppressed", "unconfirmed")),
]
WAITING: list[dict[str, Any]] = [
    {"status": "scheduled"},
    {"status": "queued", "error_code": "503", "error_message": "The vendor was away."},
    {"status": "sending", "claimed_by": 7},
]


def row(tenant: Tenant, message_id: str) -> RowMapping:
    with tenant.service.database.read() as connection:
        return connection.execute(select(messages).where(messages.c.id == message_id)).mappings().one()


@pytest.mark.parametrize("values", WAITING)
def test_what_waits_is_canceled_and_told(client: FlaskClient, tenant: Tenant, values: dict[str, Any]) -> None:
    told: list[str] = []
    tenant.service.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    message_id = tenant.message(**values)
    response = client.post(f"/api/v1/messages/{message_id}/cancel", headers=tenant.headers)
    assert response.status_code == 200
    body = response.get_json()
    assert (body["id"], body["status"], body["error"]["code"]) == (message_id, "canceled", "canceled")
    assert body["finished_at"]
    assert row(tenant, message_id)["deadline_at"] is None
    assert told == [message_id]


def test_an_empty_object_may_come_along(client: FlaskClient, tenant: Tenant) -> None:
    message_id = tenant.message()
    assert client.post(f"/api/v1/messages/{message_id}/cancel", json={}, headers=tenant.headers).status_code == 200


@pytest.mark.parametrize("values", ON_THEIR_WAY)
def test_what_does_not_wait_is_not_canceled(client: FlaskClient, tenant: Tenant, values: dict[str, Any]) -> None:
    told: list[str] = []
    tenant.service.endings.register(lambda _connection, ids, _moment: told.extend(ids))
    message_id = tenant.message(**values)
    before = row(tenant, message_id)
    detail = problem_of(client.post(f"/api/v1/messages/{message_id}/cancel", headers=tenant.headers), 409)["detail"]
    assert values["status"] in detail
    assert row(tenant, message_id) == before
    assert told == []


@pytest.mark.parametrize("values", ON_THEIR_WAY[1:])
def test_a_text_is_redacted_and_the_fate_is_kept(client: FlaskClient, tenant: Tenant, values: dict[str, Any]) -> None:
    message_id = tenant.message(**values, variables='["Asha"]', content_digest=b"\x01" * 16, finished_at=now_ms())
    for _ in range(2):
        response = client.delete(f"/api/v1/messages/{message_id}/text", headers=tenant.headers)
        assert response.status_code == 200
        body = response.get_json()
        assert (body["text"], body["status"], body["to"]) == (None, values["status"], "+919816111111")
    found = row(tenant, message_id)
    assert (found["text"], found["variables"], found["content_digest"]) == (None, None, None)
    assert found["finished_at"]


@pytest.mark.parametrize("values", [*WAITING, ON_THEIR_WAY[0]])
def test_what_is_still_to_be_sent_keeps_its_text(client: FlaskClient, tenant: Tenant, values: dict[str, Any]) -> None:
    message_id = tenant.message(**values)
    detail = problem_of(client.delete(f"/api/v1/messages/{message_id}/text", headers=tenant.headers), 409)["detail"]
    assert "Cancel it first" in detail
    assert row(tenant, message_id)["text"]


@pytest.mark.parametrize(("method", "verb"), [("POST", "cancel"), ("DELETE", "text")])
@pytest.mark.parametrize("odd", ["1", "%00", "x" * 5000, "0197a3c2-7f00-7c3e-9d7a-0b1c2d3e4f50%0a"])
def test_any_other_id_is_not_there(client: FlaskClient, tenant: Tenant, method: str, verb: str, odd: str) -> None:
    problem_of(client.open(f"/api/v1/messages/{odd}/{verb}", method=method, headers=tenant.headers), 404)


@pytest.mark.parametrize(("method", "verb", "status"), [("POST", "cancel", "queued"), ("DELETE", "text", "sent")])
def test_a_stranger_s_message_is_out_of_reach(
    client: FlaskClient, tenant: Tenant, stranger: Tenant, method: str, verb: str, status: str
) -> None:
    theirs = stranger.message(status=status)
    before = row(stranger, theirs)
    for message_id in (theirs, str(uuid_utils.uuid7())):
        path = f"/api/v1/messages/{message_id}/{verb}"
        problem_of(client.open(path, method=method, headers=tenant.headers), 404)
    assert row(stranger, theirs) == before
