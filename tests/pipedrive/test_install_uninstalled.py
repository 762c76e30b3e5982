"""The uninstallation: only Pipedrive may tell of it, what goes with whom, and what is told too late."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, func, insert, select, update
from werkzeug.test import TestResponse

from connectors.app import app_for
from connectors.pipedrive.company.store import templates_owner
from connectors.pipedrive.installation.uninstalling import Uninstallation, uninstall
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import (
    pipedrive_campaigns,
    pipedrive_companies,
    pipedrive_events,
    pipedrive_grants,
    pipedrive_logs,
    pipedrive_messages,
    pipedrive_people,
    pipedrive_webhooks,
)
from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.tables import connections
from connectors.shared.automations.tables import automations
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import HOUR, SECOND, now_ms, to_rfc3339
from connectors.shared.database import metadata
from connectors.shared.messages.tables import messages
from connectors.shared.templates.store import create as create_template
from connectors.shared.templates.tables import templates
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import install, set_up
from tests.pipedrive.contacts import add_contact
from tests.pipedrive.problems import problem_of

NOW = object()


def basic(user: str = CLIENT_ID, password: str = CLIENT_SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def told(company_id: object = 1, user_id: object = 7, timestamp: object = NOW, **more: object) -> dict[str, object]:
    moment = datetime.now(UTC).isoformat() if timestamp is NOW else timestamp
    return {"client_id": CLIENT_ID, "company_id": company_id, "user_id": user_id, "timestamp": moment} | more


def tell(client: FlaskClient, body: object, headers: Mapping[str, str] | None = None) -> TestResponse:
    how: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
    return client.delete("/pipedrive/callback", headers=basic() if headers is None else headers, **how)


def holders(service: Service) -> set[tuple[int, int]]:
    with service.database.read() as connection:
        found = connection.execute(select(pipedrive_grants.c.company_id, pipedrive_grants.c.user_id))
        return {(row.company_id, row.user_id) for row in found}


def companies(service: Service) -> set[int]:
    with service.database.read() as connection:
        return set(connection.execute(select(pipedrive_companies.c.company_id)).scalars())


WRONG: tuple[dict[str, str], ...] = (
    {},
    basic(password="wrong"),
    basic(user="wrong"),
    basic(password=""),
    basic(password="é\N{SNOWMAN}"),
    basic(CLIENT_ID + ":", CLIENT_SECRET),
    basic(CLIENT_ID, CLIENT_SECRET + " "),
    {"Authorization": f"Bearer {CLIENT_SECRET}"},
    {"Authorization": "Basic"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic \xff\xfe"},
    {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()},
    {"Authorization": "Basic " + base64.b64encode(CLIENT_ID.encode()).decode()},
)


def test_only_pipedrive_may_tell(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    install(service, outside)
    for headers in WRONG:
        response = tell(client, told(), headers)
        problem_of(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert holders(service) == {(1, 7)}


def test_whoever_uninstalls_is_forgotten(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    for company_id, user_id in ((1, 7), (1, 8), (2, 7)):
        install(service, outside, company_id, user_id)
    response = tell(client, told(company_id="1", user_id="7"))
    assert (response.status_code, response.get_json()) == (200, {"success": True, "forgotten": True})
    assert holders(service) == {(1, 8), (2, 7)}
    assert companies(service) == {1, 2}
    assert tell(client, told(user_id=8)).status_code == 200
    assert companies(service) == {2}
    assert tell(client, told(user_id=8)).get_json() == {"success": True, "forgotten": False}


def test_who_was_never_here(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    install(service, outside)
    for body in (told(company_id=5), told(user_id=9), told(2**63 - 1, 2**63 - 1)):
        assert tell(client, body).get_json() == {"success": True, "forgotten": False}
    assert holders(service) == {(1, 7)}


def test_a_body_that_tells_nothing(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    install(service, outside)
    for body in (b"", b"{", b"\xff", b'{"a":"\xed\xa0\x80"}', b"[" * 5_000):
        problem_of(tell(client, body), 400)
    wrongs: list[object] = [
        *([], b"null", "x", 5, {}, told(company_id=None), told(user_id=0), told(user_id=-1), told(user_id=True)),
        *(told(user_id=1.5), told(user_id=2**63), told(user_id=""), told(user_id="7x"), told(user_id=[7])),
        *(told(user_id="٧"), told(user_id="9" * 30), told(client_id="another"), told(client_id=5)),
    ]
    for wrong in wrongs:
        assert "errors" in problem_of(tell(client, wrong), 422)
    problem_of(tell(client, b" " * 100_000), 413)
    assert holders(service) == {(1, 7)}


def test_one_that_was_told_before_the_app_was_installed_again(
    client: FlaskClient, service: Service, outside: SandboxServer
) -> None:
    install(service, outside)
    installed = now_ms() - HOUR
    with service.database.write() as connection:
        connection.execute(update(pipedrive_grants).values(installed_at=installed))
    before = datetime.fromtimestamp((installed - 2 * SECOND) // SECOND, UTC)
    timestamps: list[object] = [
        *(before.isoformat(), before.strftime("%Y-%m-%dT%H:%M:%SZ"), before.strftime("%Y-%m-%d %H:%M:%S")),
        before.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        *(int(before.timestamp()), str(int(before.timestamp())), before.timestamp() * SECOND, 0, "1"),
        *(installed - 1 if (installed - 1) % SECOND else installed - 2, "2001-01-01"),
    ]
    for timestamp in timestamps:
        assert tell(client, told(timestamp=timestamp)).get_json() == {"success": True, "forgotten": False}, timestamp
    assert holders(service) == {(1, 7)}


def test_one_that_was_told_after_it(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    begun = now_ms()
    timestamps: list[object] = [
        *(None, "", "soon", [], {}, True, "9999-99-99", "9" * 50, "-5", 10**17),
        *(now_ms(), now_ms() / SECOND, str(now_ms() // SECOND), datetime.now(UTC).isoformat()),
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),  # in the very second of the installation
    ]
    for timestamp in timestamps:
        install(service, outside)
        with service.database.write() as connection:
            connection.execute(update(pipedrive_grants).values(installed_at=begun))
        assert tell(client, told(timestamp=timestamp)).get_json() == {"success": True, "forgotten": True}, timestamp
        assert companies(service) == set()


def test_a_moment_without_milliseconds_is_anywhere_in_its_second(
    client: FlaskClient, service: Service, outside: SandboxServer
) -> None:
    install(service, outside)
    second = now_ms() // SECOND - 10
    with service.database.write() as connection:
        connection.execute(update(pipedrive_grants).values(installed_at=second * SECOND + 700))
    assert tell(client, told(timestamp=second * SECOND + 699)).get_json()["forgotten"] is False
    assert tell(client, told(timestamp=second)).get_json()["forgotten"] is True


def fill(connection: Connection, company_id: int, account_id: int) -> None:
    """Leave something of a company in each table."""
    at, moment = f"{company_id}", now_ms()
    one = select(connections.c.id).where(connections.c.account_id == account_id)
    common = {
        "account_id": account_id,
        "connection_id": connection.execute(one).scalar_one(),
        "source": "pipedrive",
        "sender_id": "UTOMOB",
        "channel": "sms",
        "message_type": "TRANSACTION",
        "created_at": moment,
    }
    row = {"country_code": "91", "encoding": "GSM-7", "segments": 1, "status": "sent", "priority": 1}
    message = common | row | {"id": f"message-{at}", "next_attempt_at": moment, "expires_at": moment}
    campaign = common | {"id": f"campaign-{at}", "name": "x", "file_kind": "json", "parked": False}
    whose = {"company_id": company_id, "user_id": 7}
    gathered = {"campaign_id": campaign["id"], "account_id": account_id, "description": "x", "selection": "{}"}
    log = {"message_id": message["id"], "kind": "note", "state": "waiting", "next_attempt_at": 0, "created_at": 0}
    connection.execute(insert(messages).values(message))
    connection.execute(insert(campaigns).values(campaign))
    connection.execute(insert(pipedrive_messages).values(whose | {"message_id": message["id"], "person_id": 1}))
    connection.execute(insert(pipedrive_campaigns).values(whose | gathered | {"log_kind": "none", "created_at": 0}))
    person = {"campaign_id": campaign["id"], "row": 1, "company_id": company_id, "person_id": 1, "name": "Asha"}
    connection.execute(insert(pipedrive_people).values(person))
    connection.execute(insert(pipedrive_logs).values(whose | log | {"person_id": 1}))
    hook = {"kind": "person.create", "wanted": True}
    connection.execute(insert(pipedrive_webhooks).values(whose | hook))
    event = {"id": f"event-{at}", "meta_id": "1", "kind": "person.create", "happened_at": 0, "received_at": 0}
    connection.execute(insert(pipedrive_events).values(event | {"company_id": company_id, "refs": "{}"}))
    decided = {"owner": f"pipedrive:{company_id}", "trigger": "person_added", "enabled": True}
    connection.execute(insert(automations).values(decided | {"created_at": 0, "updated_at": 0}))
    for owner in ("", templates_owner(company_id)):
        create_template(connection, account_id, {"name": "welcome", "text": "Welcome."}, owner)


def owners(service: Service, table: Table) -> set[int]:
    with service.database.read() as connection:
        return set(connection.execute(select(table.c.company_id)).scalars())


def test_with_the_last_user_everything_of_the_company_goes(both_services: Service, outside: SandboxServer) -> None:
    for company_id in (1, 2):
        install(both_services, outside, company_id)
        account_id = set_up(both_services, company_id, f"C-{company_id}")
        with both_services.database.write() as connection:
            fill(connection, company_id, account_id)
    ours = [
        table for table in metadata.sorted_tables if table.name.startswith("pipedrive_") and "company_id" in table.c
    ]
    assert len(ours) >= 6
    assert [owners(both_services, table) for table in ours] == [{1, 2}] * len(ours)
    assert tell(app_for(both_services).test_client(), told()).get_json() == {"success": True, "forgotten": True}
    assert [owners(both_services, table) for table in ours] == [{2}] * len(ours)
    with both_services.database.read() as connection:
        # What was sent stays in the ledger, and the login of Message Central with it: other tools may use it.
        assert connection.execute(select(func.count()).select_from(messages)).scalar_one() == 2
        assert sorted(connection.scalars(select(templates.c.owner))) == ["", "", "pipedrive:2"]
        assert list(connection.scalars(select(automations.c.owner))) == ["pipedrive:2"]


def test_with_the_last_user_what_waits_is_called_off(
    service: Service, client: FlaskClient, outside: SandboxServer
) -> None:
    for user_id in (7, 8):
        install(service, outside, user_id=user_id)
    set_up(service)
    later = to_rfc3339(now_ms() + HOUR)
    body = {"person_id": add_contact(outside), "text": "Your viewing is tomorrow.", "due_at": later}
    assert Viewer(client, outside).post("/messages", body).status_code == 201
    for user_id, status in ((8, "scheduled"), (7, "canceled")):
        assert tell(client, told(user_id=user_id)).status_code == 200
        with service.database.read() as connection:
            assert connection.scalars(select(messages.c.status)).one() == status


def test_the_last_two_users_go_at_once(both_services: Service, outside: SandboxServer) -> None:
    for user_id in (7, 8):
        install(both_services, outside, user_id=user_id)
    barrier = Barrier(2)

    def leave(user_id: int) -> None:
        barrier.wait(10)
        with both_services.database.write() as connection:
            uninstall(connection, both_services.endings, Uninstallation(GrantKey(1, user_id), now_ms()))

    threads = [Thread(target=leave, args=(user_id,)) for user_id in (7, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert holders(both_services) == set()
    assert companies(both_services) == set()


def test_who_uninstalled_is_disconnected(client: FlaskClient, service: Service, outside: SandboxServer) -> None:
    install(service, outside)
    token = outside.sandbox.pipedrive.signed_token(1, 7)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/pipedrive/api/me", headers=headers).status_code == 200
    tell(client, told())
    assert client.get("/pipedrive/api/me", headers=headers).status_code in (401, 403)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_whatever_the_body_is_called(client: FlaskClient, service: Service, outside: SandboxServer, kind: str) -> None:
    install(service, outside)
    body = b'{"company_id":1,"user_id":7}'
    response = client.delete("/pipedrive/callback", data=body, content_type=kind, headers=basic())
    assert response.get_json() == {"success": True, "forgotten": True}
