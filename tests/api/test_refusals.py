import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from connectors.shared.accounts.api_keys import Holder
from tests.api.ledger import Tenant
from tests.api.problems import problem_of


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("+919816111111 has the code 1234")


def test_a_fault_of_ours_is_logged_and_told_without_detail(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.api.messages.get_message", broken)
    message_id = tenant.message()
    with capture_logs() as logged:
        response = client.get(f"/api/v1/messages/{message_id}", headers=tenant.headers)
    body = problem_of(response, 500)
    assert "9816111111" not in str(body)
    assert "RuntimeError" not in str(body)
    (entry,) = [entry for entry in logged if entry["event"] == "request_failed"]
    assert entry["endpoint"] == "messages.show"
    assert entry["log_level"] == "error"
    assert message_id not in str(entry)


def test_an_account_that_was_removed_since_is_404(
    client: FlaskClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "connectors.shared.web.rest.key_holders.find_holder", lambda *_: Holder(tenant.account_id + 1_000, 1)
    )
    problem_of(client.get("/api/v1/account", headers=tenant.headers), 404)
