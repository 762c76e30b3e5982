import os
import subprocess
import sys
from pathlib import Path

import pytest
from environs import Env
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, update

from connectors.app import app_for
from connectors.service import Service
from connectors.settings import read_settings
from connectors.shared.accounts.tables import connections
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.database import metadata
from connectors.shared.messages.sweep import LEASE_MS
from connectors.shared.messages.tables import dispatchers
from connectors.shared.metrics import CALLS
from tests.api.ledger import Tenant
from tests.api.problems import problem_of
from tests.conftest import throw_away_database

NOBODY_LISTENS = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
PRIVATE = ("+91", "919816111111", "C-ONE", "C-TWO", "sms@example.com", "UTOMOB", "shipped")


def figures(client: FlaskClient) -> dict[str, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.get_data(as_text=True))
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def service_on(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(folder))
    monkeypatch.setenv("CONNECTORS_DATABASE_URL", url)
    monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a key for tests")
    return Service(read_settings(Env()))


def test_the_process_is_up_and_ready(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200


def test_without_a_database_it_is_up_and_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = service_on(NOBODY_LISTENS, tmp_path, monkeypatch)
    client = app_for(service).test_client()
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    problem_of(response, 503)
    assert int(response.headers["Retry-After"]) > 0
    assert figures(client)["connectors_database_up"] == 0
    service.close()


def test_without_a_database_the_api_says_when_to_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = service_on(NOBODY_LISTENS, tmp_path, monkeypatch)
    client = app_for(service).test_client()
    response = client.get("/api/v1/messages", headers={"Authorization": "Bearer mck_any"})
    body = problem_of(response, 503)
    assert int(response.headers["Retry-After"]) > 0
    assert "nobody" not in str(body)
    service.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_it_is_ready_once_the_database_is_migrated(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "postgresql":
        with throw_away_database() as url:
            becomes_ready(service_on(url, tmp_path, monkeypatch))
    else:
        becomes_ready(service_on(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path, monkeypatch))


def becomes_ready(service: Service) -> None:
    client = app_for(service).test_client()
    assert "connectors db upgrade" in problem_of(client.get("/readyz"), 503)["detail"]
    assert figures(client)["connectors_database_up"] == 0
    metadata.create_all(service.database.engine)
    assert client.get("/readyz").status_code == 200
    assert figures(client)["connectors_database_up"] == 1
    service.close()


def test_the_figures_of_an_empty_ledger(client: FlaskClient) -> None:
    found = figures(client)
    assert found["connectors_database_up"] == 1
    for name in ("waiting", "scheduled", "sending", "unconfirmed", "oldest_waiting_seconds"):
        assert found[f"connectors_messages_{name}"] == 0
    assert found["connectors_receipts_unmatched"] == 0
    assert found["connectors_dispatchers_alive"] == 0
    assert found["connectors_connections[active]"] == 0


def test_messages_are_counted_by_where_they_stand(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    for times, status in enumerate(("queued", "scheduled", "sending", "unconfirmed", "delivered", "sent"), 1):
        for _ in range(times):
            tenant.message(status=status)
    stranger.message()
    found = figures(client)
    assert found["connectors_messages_waiting"] == 2
    assert found["connectors_messages_scheduled"] == 2
    assert found["connectors_messages_sending"] == 3
    assert found["connectors_messages_unconfirmed"] == 4


def test_the_oldest_waiting_is_found_behind_other_priorities_and_tries(
    client: FlaskClient, tenant: Tenant, stranger: Tenant
) -> None:
    moment = now_ms()
    tenant.message(created_at=moment - 10 * SECOND, next_attempt_at=moment - 10 * SECOND, priority=0)
    # It was tried and is tried again in a while: that it waits for long is still to be seen.
    stranger.message(created_at=moment - 900 * SECOND, next_attempt_at=moment + 30 * SECOND, priority=2)
    tenant.message(created_at=moment - 5_000 * SECOND, status="sent")
    assert 900 <= figures(client)["connectors_messages_oldest_waiting_seconds"] < 1_000


def test_a_message_that_became_due_has_waited_since_then(client: FlaskClient, tenant: Tenant) -> None:
    moment = now_ms()
    tenant.message(created_at=moment - 9_000 * SECOND, due_at=moment - 60 * SECOND)
    assert 60 <= figures(client)["connectors_messages_oldest_waiting_seconds"] < 160


def test_receipts_connections_and_dispatchers(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    moment = now_ms()
    tenant.receipt()
    tenant.receipt(matched_id=tenant.message())
    with tenant.service.database.write() as connection:
        for heartbeat in (moment, moment - 2 * LEASE_MS):
            connection.execute(insert(dispatchers).values(started_at=moment, heartbeat_at=heartbeat))
        paused = update(connections).where(connections.c.id == stranger.connection_id).values(state="paused")
        connection.execute(paused)
    found = figures(client)
    assert found["connectors_receipts_unmatched"] == 1
    assert found["connectors_dispatchers_alive"] == 1
    assert (found["connectors_connections[active]"], found["connectors_connections[paused]"]) == (1, 1)


def test_what_a_process_counts_is_told(client: FlaskClient) -> None:
    CALLS.labels("message-central", "accepted").inc()
    assert figures(client)["connectors_gateway_calls_total[message-central][accepted]"] >= 1


def test_nothing_private_is_in_them(client: FlaskClient, tenant: Tenant, stranger: Tenant) -> None:
    tenant.message(text="Your order has been shipped.")
    stranger.receipt(account_id=stranger.account_id)
    for path in ("/healthz", "/readyz", "/metrics"):
        text = client.get(path).get_data(as_text=True)
        assert not [word for word in PRIVATE if word in text]


def test_what_several_processes_count_is_added_up(tmp_path: Path) -> None:
    count = "from connectors.shared.metrics import CALLS, process_metrics as told; CALLS.labels('v', 'ok').inc()"
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        command = [sys.executable, "-c", f"{count}; print(told().decode())"]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert 'connectors_gateway_calls_total{gateway="v",verdict="ok"} 2.0' in told
