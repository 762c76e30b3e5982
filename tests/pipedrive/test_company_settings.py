"""Settings of a company: who changes them, what they may be, and the login of Message Central behind them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from connectors.app import app_for
from connectors.pipedrive.platform.memory import Remembered
from connectors.pipedrive.tables import pipedrive_companies
from connectors.sandbox.options import Outage
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.store import (
    Defaults,
    Login,
    add_account,
    add_gateway_account,
    connections_of,
    read_login,
)
from connectors.shared.accounts.tables import accounts, connections
from connectors.shared.clock import HOUR, now_ms
from connectors.shared.gateways.logins import GatewayLogin
from tests.pipedrive.asking import Viewer
from tests.pipedrive.companies import COMPANY, install, set_up
from tests.pipedrive.problems import faults_of, problem_of

NAMES = (
    *("customer_id", "email", "password", "sender_id", "country_code", "message_type", "entity_id", "channel"),
    *("log_single", "log_campaign", "activity_type", "campaign_senders"),
)
LOGIN = {"customer_id": "C-ONE", "password": "right"}
WHOLE = LOGIN | {
    "email": "ops@acme.example",
    "sender_id": "UTOMOB",
    "country_code": "+91",
    "message_type": "PROMOTIONAL",
    "entity_id": "1101456789012345678",
    "channel": "SMS",
    "log_single": "activity",
    "log_campaign": "note",
    "activity_type": "task",
    "campaign_senders": "all",
}


@pytest.fixture
def admin(service: Service, client: FlaskClient, outside: SandboxServer) -> Viewer:
    """An admin of a company that has just installed the app."""
    outside.sandbox.change_settings(accounts={"C-ONE": "right", "C-TWO": "right, too"})
    install(service, outside)
    return Viewer(client, outside)


def stored_login(service: Service, customer_id: str = "C-ONE") -> Login:
    with service.database.read() as connection:
        statement = select(connections.c.id).where(connections.c.login == customer_id)
        return read_login(connection, service.secrets, connection.execute(statement).scalar_one())[0]


def count_accounts(service: Service) -> int:
    with service.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(accounts)) or 0


def shown(viewer: Viewer) -> dict[str, Any]:
    found = viewer.get("/settings").json
    assert found is not None
    return dict(found)


def test_nothing_is_set_at_first(admin: Viewer) -> None:
    response = admin.get("/settings")
    assert response.status_code == 200
    assert response.json is not None
    assert {name: response.json[name] for name in NAMES} == dict.fromkeys(NAMES)
    assert response.json["password_saved"] is False
    assert response.json["account"] is None


def test_saves_everything_but_shows_no_password(admin: Viewer, service: Service) -> None:
    response = admin.put("/settings", WHOLE)
    assert response.status_code == 200
    expected = WHOLE | {"password": None, "country_code": "91"}
    assert response.json == shown(admin)
    assert shown(admin) == expected | {"password_saved": True, "account": {"state": "active", "reason": None}}
    assert "right" not in response.get_data(as_text=True)
    assert stored_login(service) == Login("C-ONE", "right", "ops@acme.example")


def test_keeps_what_it_is_not_given(admin: Viewer, outside: SandboxServer) -> None:
    admin.put("/settings", WHOLE)
    asked = outside.sandbox.tokens.minted
    response = admin.put("/settings", {"sender_id": "OTHER", "entity_id": None})
    assert response.json is not None
    assert {name: response.json[name] for name in NAMES} == WHOLE | {
        "password": None,
        "country_code": "91",
        "sender_id": "OTHER",
        "entity_id": None,
    }
    assert outside.sandbox.tokens.minted == asked


def test_what_was_shown_may_be_sent_back(admin: Viewer, outside: SandboxServer) -> None:
    admin.put("/settings", WHOLE)
    asked = outside.sandbox.tokens.minted
    before = shown(admin)
    response = admin.put("/settings", {name: before[name] for name in NAMES})
    assert response.json == before
    assert outside.sandbox.tokens.minted == asked


def test_says_what_holds_where_nobody_decided(admin: Viewer) -> None:
    admin.put("/settings", LOGIN)
    found = shown(admin)
    assert (found["log_single"], found["log_campaign"], found["campaign_senders"]) == ("note", "none", "admins")


REFUSED: tuple[tuple[str, Any], ...] = (
    ("customer_id", ""),
    ("customer_id", " C-ONE"),
    ("customer_id", "C-\x00"),
    ("customer_id", "C" * 129),
    ("customer_id", 7),
    ("password", ""),
    ("password", "a\nb"),
    ("password", "p" * 201),
    ("email", "nobody"),
    ("sender_id", "a name that is too long"),
    ("country_code", "999"),
    ("country_code", "India"),
    ("country_code", 91),
    ("message_type", "GREETING"),
    ("entity_id", "12a"),
    ("channel", "VIBER"),
    ("log_single", "call"),
    ("log_campaign", "all"),
    ("activity_type", "no such type"),
    ("campaign_senders", "nobody"),
    ("something_else", 1),
)


def test_refuses_by_field(admin: Viewer, service: Service) -> None:
    for field, value in REFUSED:
        assert list(faults_of(admin.put("/settings", LOGIN | {field: value}))) == [field], value
    assert count_accounts(service) == 0


def test_refuses_logins(admin: Viewer, service: Service) -> None:
    incomplete: tuple[tuple[dict[str, str], set[str]], ...] = (
        ({"customer_id": "C-ONE"}, {"password"}),
        ({"password": "right"}, {"customer_id"}),
        ({"email": "ops@acme.example"}, {"customer_id", "password"}),
        (LOGIN | {"password": "guessed"}, {"password"}),
        ({"customer_id": "C-NONE", "password": "right"}, {"password"}),
    )
    for given, fields in incomplete:
        assert faults_of(admin.put("/settings", given)).keys() == fields
    assert count_accounts(service) == 0
    assert shown(admin)["customer_id"] is None


def test_a_vendor_that_cannot_be_reached_is_said_so(admin: Viewer, service: Service, outside: SandboxServer) -> None:
    for outage in (Outage.UNAVAILABLE, Outage.SERVER_ERROR, Outage.THROTTLED, Outage.CLOSE, Outage.HTML):
        outside.sandbox.change_settings(outage=outage)
        problem_of(admin.put("/settings", WHOLE), 503)
    assert shown(admin) == shown(admin) | dict.fromkeys(NAMES)
    assert count_accounts(service) == 0


def test_another_customer_id_needs_its_own_password(admin: Viewer, service: Service) -> None:
    admin.put("/settings", LOGIN)
    assert faults_of(admin.put("/settings", {"customer_id": "C-TWO"})).keys() == {"password"}
    response = admin.put("/settings", {"customer_id": "C-TWO", "password": "right, too"})
    assert response.json is not None
    assert response.json["customer_id"] == "C-TWO"
    assert count_accounts(service) == 2


def test_a_new_password_replaces_the_old_one(admin: Viewer, service: Service, outside: SandboxServer) -> None:
    admin.put("/settings", LOGIN)
    outside.sandbox.change_settings(accounts={"C-ONE": "newer"})
    assert admin.put("/settings", {"password": "newer"}).status_code == 200
    assert stored_login(service).password == "newer"
    assert admin.put("/settings", {"email": "new@acme.example"}).status_code == 200
    assert stored_login(service) == Login("C-ONE", "newer", "new@acme.example")


def test_joins_an_account_that_is_there(admin: Viewer, service: Service) -> None:
    defaults = Defaults(sender_id="THEIRS", country_code="44", message_type="PROMOTIONAL")
    with service.database.write() as connection:
        account_id = add_account(connection, service.secrets, Login("C-ONE", "old", "it@acme.example"), defaults)
        paused = {"state": "paused", "reason_code": "511", "reason": "No credits."}
        connection.execute(update(connections).values(paused))
    response = admin.put("/settings", LOGIN | {"sender_id": "OURS", "country_code": "91"})
    assert response.status_code == 200
    assert stored_login(service) == Login("C-ONE", "right", "it@acme.example")
    with service.database.read() as connection:
        row = connection.execute(select(connections)).mappings().one()
        assert connection.scalar(select(pipedrive_companies.c.account_id)) == account_id
    assert (row["sender_id"], row["country_code"], row["message_type"]) == ("THEIRS", "44", "PROMOTIONAL")
    assert (row["state"], row["reason"]) == ("active", None)


def test_an_account_of_another_gateway_gets_this_connection_too(admin: Viewer, service: Service) -> None:
    with service.database.write() as connection:
        login = GatewayLogin("smsc", "shop", {"password": "x"})
        account_id = add_gateway_account(connection, service.secrets, "C-ONE", login, Defaults())
    assert admin.put("/settings", LOGIN).status_code == 200
    assert stored_login(service).password == "right"
    with service.database.read() as connection:
        assert [row["gateway"] for row in connections_of(connection, account_id)] == ["smsc", "message-central"]
        assert connection.scalar(select(pipedrive_companies.c.account_id)) == account_id


def test_a_known_customer_id_lets_nobody_in(admin: Viewer, service: Service, client: FlaskClient) -> None:
    with service.database.write() as connection:
        add_account(connection, service.secrets, Login("C-ONE", "right"), Defaults())
    assert faults_of(admin.put("/settings", {"customer_id": "C-ONE", "password": "wrong"})).keys() == {"password"}
    assert stored_login(service).password == "right"
    with service.database.read() as connection:
        assert connection.scalar(select(pipedrive_companies.c.account_id)) is None


def test_passwords_are_not_tried_for_ever(admin: Viewer, outside: SandboxServer) -> None:
    statuses = [admin.put("/settings", LOGIN | {"password": f"guess {n}"}).status_code for n in range(12)]
    assert statuses[:10] == [422] * 10
    assert statuses[-1] == 429


def test_chooses_an_activity_type(admin: Viewer) -> None:
    for given, expected in (
        ({"log_single": "note"}, None),
        ({"log_single": "activity"}, "call"),
        ({"activity_type": "meeting"}, "meeting"),
        ({"log_campaign": "activity"}, "meeting"),
        ({"activity_type": None, "log_campaign": "none"}, "call"),
        ({"activity_type": None, "log_single": "none"}, None),
        ({"log_single": "activity", "activity_type": "task"}, "task"),
    ):
        response = admin.put("/settings", given)
        assert response.json is not None
        assert response.json["activity_type"] == expected, given


def test_lists_activity_types(admin: Viewer) -> None:
    response = admin.get("/activity-types")
    assert response.json is not None
    assert {"key": "call", "name": "Call"} in response.json["items"]


def test_only_admins_change_settings(service: Service, client: FlaskClient, outside: SandboxServer) -> None:
    install(service, outside, is_admin=False)
    viewer = Viewer(client, outside)
    for given in (LOGIN, {}, {"no such": "field"}):
        problem_of(viewer.put("/settings", given), 403)
    assert viewer.get("/settings").status_code == 200


def test_an_admin_no_more_is_none(admin: Viewer, outside: SandboxServer) -> None:
    assert admin.put("/settings", {"sender_id": "UTOMOB"}).status_code == 200
    outside.sandbox.pipedrive.add_user(COMPANY, 7, is_admin=False)
    problem_of(admin.put("/settings", {"sender_id": "OTHER"}), 403)


def test_nobody_without_a_grant_sees_anything(client: FlaskClient, outside: SandboxServer, service: Service) -> None:
    install(service, outside)
    stranger = Viewer(client, outside, company_id=2, user_id=7)
    for response in (stranger.get("/settings"), stranger.put("/settings", LOGIN), stranger.get("/me")):
        problem_of(response, 401)
    assert client.get("/pipedrive/api/settings").status_code == 401


def test_each_company_has_its_own(admin: Viewer, service: Service, outside: SandboxServer, client: FlaskClient) -> None:
    admin.put("/settings", WHOLE)
    install(service, outside, company_id=2, user_id=7)
    found = shown(Viewer(client, outside, company_id=2))
    assert {name: found[name] for name in NAMES} == dict.fromkeys(NAMES)


def test_no_body_makes_an_error_of_ours(client: FlaskClient, admin: Viewer) -> None:
    headers = admin.headers | {"Content-Type": "application/json"}
    for body in (b"{", b"\xff", b"[" * 2_000, b"7", b'{"email": "\\ud800"}', b'{"sender_id": "\\u0000"}'):
        response = client.put("/pipedrive/api/settings", data=body, headers=headers)
        assert response.status_code in (400, 422)
        problem_of(response, response.status_code)


def test_tells_who_looks(admin: Viewer, service: Service, outside: SandboxServer, client: FlaskClient) -> None:
    expected = {
        "user": {"id": 7, "name": "Asha Example", "is_admin": True},
        "company": {"id": 1, "name": "Acme", "domain": "acme"},
        "set_up": False,
        "may_send_campaigns": True,
        "defaults": {"sender_id": None, "country_code": None, "message_type": None, "channel": "SMS"},
        "confirm_above": 500,
        "account": None,
        "writes": None,
    }
    assert admin.get("/me").json == expected
    set_up(service, sender_id=None, channel="WHATSAPP", writes_rest_until=now_ms() + HOUR, writes_rest_because="Busy.")
    install(service, outside, user_id=8, is_admin=False)
    found = Viewer(client, outside, user_id=8).get("/me").json
    assert found is not None
    assert found["set_up"] is True
    assert found["may_send_campaigns"] is False
    assert found["account"] == {"state": "active", "reason": None}
    assert found["defaults"] == {
        "sender_id": "UTOMOB",
        "country_code": "91",
        "message_type": "TRANSACTION",
        "channel": "WHATSAPP",
    }
    assert found["writes"]["because"] == "Busy."


def test_secrets_are_in_no_log(
    admin: Viewer, outside: SandboxServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "never-to-be-seen"
    outside.sandbox.change_settings(accounts={"C-ONE": secret})
    admin.put("/settings", LOGIN | {"password": secret})
    admin.put("/settings", LOGIN | {"password": f"{secret}-2"})
    written = capfd.readouterr()
    assert secret not in written.out + written.err + caplog.text


@pytest.mark.parametrize("known", [True, False], ids=["same customer", "customers of their own"])
def test_two_companies_save_at_once(both_services: Service, outside: SandboxServer, known: bool) -> None:
    app: Flask = app_for(both_services)
    for company_id in (1, 2):
        install(both_services, outside, company_id=company_id)

    def put(company_id: int) -> int:
        viewer = Viewer(app.test_client(), outside, company_id=company_id)
        customer = "C-ONE" if known else f"C-{company_id}"
        return viewer.put("/settings", {"customer_id": customer, "password": "right"}).status_code

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(put, [1, 2, 1, 2])) == [200] * 4
    with both_services.database.read() as connection:
        linked = list(connection.scalars(select(pipedrive_companies.c.account_id)))
        found = list(connection.scalars(select(accounts.c.id)))
    assert set(linked) == set(found)
    assert len(found) == (1 if known else 2)


def test_remembers_what_is_worth_it() -> None:
    calls: list[int] = []

    def load() -> int:
        calls.append(1)
        return len(calls)

    memory: Remembered[str, int] = Remembered(60.0, worthless=2)
    assert [memory.get("a", load), memory.get("a", load), memory.get("a", load, anew=True)] == [1, 1, 2]
    assert memory.get("a", load) == 3
