"""A message with what a person read from a vendor's picture: only by a gateway with captchas, and shown nowhere."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from structlog.testing import capture_logs

from connectors.shared.accounts.store import Defaults, connect
from connectors.shared.clock import now_ms
from connectors.shared.gateways.base import Fault, SendResult, Verdict
from connectors.shared.gateways.logins import GatewayLogin
from connectors.shared.messages import retention
from connectors.shared.messages.outcomes import Finish, OutcomeWriter
from connectors.shared.messages.sweep import Sweeper
from connectors.shared.messages.tables import messages
from connectors.shared.routes.store import add_route
from tests.api.ledger import Tenant
from tests.api.problems import problem_of

URL = "/api/v1/messages"
CAPTCHA = {"imgcode": "7f3k", "userip": "203.0.113.7"}
ASKED = {"to": "+79161234567", "text": "Your order has been shipped."}


@pytest.fixture
def routed(tenant: Tenant) -> Tenant:
    """A tenant whose messages to +7 travel by SMSC, and fall back to Message Central."""
    login = GatewayLogin("smsc", "shop", {"password": "x"})
    with tenant.service.database.write() as connection:
        connect(connection, tenant.service.secrets, tenant.account_id, login, Defaults())
        add_route(connection, tenant.account_id, "7", "smsc", "message-central")
    return tenant


def kept(tenant: Tenant, message_id: str) -> Any:
    with tenant.service.database.read() as connection:
        return connection.execute(select(messages).where(messages.c.id == message_id)).one()


def accepted(client: FlaskClient, tenant: Tenant) -> str:
    response = client.post(URL, json=ASKED | {"captcha": CAPTCHA}, headers=tenant.headers)
    assert response.status_code == 201
    assert "7f3k" not in response.get_data(as_text=True)
    assert response.get_json()["sender_id"] == ""  # SMSC has one of its own
    return str(response.get_json()["id"])


def test_it_travels_by_the_one_gateway_that_takes_it_and_is_not_shown(client: FlaskClient, routed: Tenant) -> None:
    with capture_logs() as logged:
        row = kept(routed, accepted(client, routed))
    assert (row.captcha, row.fallback_id) == ('["7f3k","203.0.113.7"]', None)
    assert "7f3k" not in str(logged)
    without = client.post(URL, json=ASKED, headers=routed.headers).get_json()
    assert kept(routed, without["id"]).fallback_id == routed.connection_id


def test_by_another_gateway_it_is_refused(client: FlaskClient, routed: Tenant) -> None:
    asked = ASKED | {"to": "+919816111111", "captcha": CAPTCHA}
    (words,) = problem_of(client.post(URL, json=asked, headers=routed.headers), 422)["errors"]["captcha"]
    assert "SMSC" in words


@pytest.mark.parametrize(
    "captcha",
    [
        "7f3k",
        {},
        {"imgcode": "7f3k"},
        CAPTCHA | {"imgcode": ""},
        CAPTCHA | {"imgcode": "a" * 33},
        CAPTCHA | {"imgcode": "a\x00"},
        CAPTCHA | {"imgcode": 7},
        CAPTCHA | {"userip": "localhost"},
        CAPTCHA | {"userip": "fe80::1%\x00"},
        CAPTCHA | {"userip": "1" * 50},
        CAPTCHA | {"more": "x"},
    ],
    ids=str,
)
def test_what_is_no_captcha_is_refused(client: FlaskClient, routed: Tenant, captcha: Any) -> None:
    problem = problem_of(client.post(URL, json=ASKED | {"captcha": captcha}, headers=routed.headers), 422)
    assert any(name.startswith("captcha") for name in problem["errors"])


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.IN_DOUBT])
def test_it_is_gone_once_the_call_has_ended(client: FlaskClient, routed: Tenant, verdict: Verdict) -> None:
    message = accepted(client, routed)
    own = messages.c.id == message
    with routed.service.database.write() as connection:
        connection.execute(update(messages).where(own).values(status="sending", begun_at=now_ms(), claimed_by=1))
        ended = Finish((message,), kept(routed, message).connection_id, 0, SendResult(verdict, Fault.NOBODY), 1)
        OutcomeWriter(routed.service.endings).apply(connection, [ended])
    assert kept(routed, message).captcha is None


def test_it_is_gone_once_canceled_expired_or_erased(client: FlaskClient, routed: Tenant) -> None:
    canceled, expired, lost, erased = (accepted(client, routed) for _ in range(4))
    assert client.post(f"{URL}/{canceled}/cancel", headers=routed.headers).status_code == 200
    service = routed.service
    with service.database.write() as connection:
        connection.execute(update(messages).where(messages.c.id == expired).values(deadline_at=1))
        died = {"status": "sending", "begun_at": 1, "claimed_by": 999}
        connection.execute(update(messages).where(messages.c.id == lost).values(died))
        Sweeper(service.endings, 60_000).sweep(connection, now_ms())
    for each, status in ((canceled, "canceled"), (expired, "failed"), (lost, "unconfirmed")):
        assert (kept(routed, each).status, kept(routed, each).captcha) == (status, None)
    assert kept(routed, erased).captcha is not None
    retention.erase_number(service.database, service.endings, service.forgetting, ASKED["to"][1:])
    assert kept(routed, erased).captcha is None
