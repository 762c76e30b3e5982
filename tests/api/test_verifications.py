"""Numbers are verified over the API: Message Central is the sandbox, on a real socket."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from connectors.sandbox.options import Outage, SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.serving.worker import dispatcher_for
from connectors.shared.accounts.store import Defaults, connect
from connectors.shared.gateways.message_central.kind import MESSAGE_CENTRAL
from connectors.shared.routes.store import add_route
from tests.api.ledger import Tenant
from tests.api.problems import problem_of
from tests.clevertap.customer import behind
from tests.shared.verifications.gateways import CALLS, PIN, PINS, TO_CALL, GatewayDouble, kind, login

URL = "/api/v1/verifications"
TO = "+919816111111"
BOTH = ["SMS", "WHATSAPP"]

Post = Callable[..., TestResponse]


@pytest.fixture
def vendor(service: Service) -> Iterator[SandboxServer]:
    with SandboxServer(SandboxOptions()) as vendor:
        behind(service, vendor.url)
        yield vendor


@pytest.fixture
def post(vendor: SandboxServer, client: FlaskClient, tenant: Tenant) -> Post:
    """Posts JSON as the tenant, below the path of verifications."""

    def post(path: str = "", body: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        return client.post(f"{URL}{path}", json=body, headers=tenant.headers | (headers or {}))

    return post


def started(post: Post, **body: Any) -> dict[str, Any]:
    response = post(body={"to": TO} | body)
    assert response.status_code == 201, response.get_data(as_text=True)
    made: dict[str, Any] = response.get_json()
    return made


def code_on_the_phone(vendor: SandboxServer) -> str:
    found = re.search(r"\b[0-9]{4,8}\b", vendor.messages()[-1].text)
    assert found
    return found[0]


def another(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_a_number_is_verified(post: Post, client: FlaskClient, tenant: Tenant, vendor: SandboxServer) -> None:
    response = post(body={"to": "098161 11111", "channels": BOTH, "code_length": 8, "ttl_seconds": 30})
    assert response.status_code == 201
    made = response.get_json()
    assert response.headers["Location"] == f"{URL}/{made['id']}"
    assert (made["status"], made["to"], made["channel"]) == ("pending", TO, "SMS")
    assert client.get(f"{URL}/{made['id']}", headers=tenant.headers).get_json() == made
    code = code_on_the_phone(vendor)
    assert len(code) == 8
    wrong = post(f"/{made['id']}/check", {"code": another(code)}).get_json()
    assert (wrong["status"], wrong["vendor"]["code"], wrong["vendor"]["message"]) == (
        "pending",
        "702",
        "WRONG_OTP_PROVIDED",
    )
    right = post(f"/{made['id']}/check", {"code": code})
    assert (right.status_code, right.get_json()["status"]) == (200, "approved")
    assert post(f"/{made['id']}/check", {"code": code}).get_json()["status"] == "approved"


def test_a_second_request_is_answered_with_the_first_verification(post: Post, vendor: SandboxServer) -> None:
    assert started(post)["id"] == started(post)["id"]
    assert len(vendor.messages()) == 1


def test_a_resend_moves_to_the_next_channel(post: Post, vendor: SandboxServer) -> None:
    made = started(post, channels=BOTH)
    moved = post(f"/{made['id']}/resend")
    assert (moved.status_code, moved.get_json()["channel"]) == (200, "WHATSAPP")
    assert post(f"/{made['id']}/check", {"code": code_on_the_phone(vendor)}).get_json()["status"] == "approved"
    problem_of(post(f"/{made['id']}/resend"), 409)


def test_where_the_vendor_sends_no_second_code_a_resend_waits(post: Post) -> None:
    made = started(post)
    refused = post(f"/{made['id']}/resend")
    problem_of(refused, 429)
    assert int(refused.headers["Retry-After"]) == 60


def test_an_undelivered_code_is_followed_by_one_on_the_next_channel(
    post: Post, app: Flask, client: FlaskClient, tenant: Tenant, vendor: SandboxServer
) -> None:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    dispatcher = dispatcher_for(tenant.service)
    dispatcher.start()
    token = tenant.service.callback_tokens.of_operator()
    vendor.settings(
        callback_urls=(f"http://127.0.0.1:{server.server_port}/message-central/callbacks/{token}",), receipt_delay=0.0
    )
    try:
        made = started(post, to="+919816110001", channels=BOTH)
        vendor.wait_for(lambda vendor: len(vendor.messages()) == 2)
        vendor.wait_for(lambda _: _shown(client, tenant, made["id"])["channel"] == "WHATSAPP")
    finally:
        dispatcher.stop()
        server.shutdown()
        thread.join()
        server.server_close()
    assert [message.flow_type for message in vendor.messages()] == BOTH


def _shown(client: FlaskClient, tenant: Tenant, verification_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = client.get(f"{URL}/{verification_id}", headers=tenant.headers).get_json()
    return shown


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch, tenant: Tenant) -> GatewayDouble:
    """The tenant is connected to two more gateways; returns the first, which confirms calls."""
    calls = GatewayDouble(CALLS)
    monkeypatch.setattr("connectors.service.GATEWAYS", (MESSAGE_CENTRAL, kind(calls), kind(GatewayDouble(PINS))))
    for name in (CALLS, PINS):
        with tenant.service.database.write() as connection:
            connect(connection, tenant.service.secrets, tenant.account_id, login(name), Defaults())
    return calls


@pytest.mark.usefixtures("others")
def test_a_call_is_awaited_and_then_a_pin_is_checked(post: Post, client: FlaskClient, tenant: Tenant) -> None:
    made = started(post, channels=["CALL", "PIN"], language="pt-BR")
    assert made["call"] == {"number": f"+{TO_CALL}", "expires_at": made["expires_at"]}
    assert _shown(client, tenant, made["id"]) == made
    problem_of(post(f"/{made['id']}/check", {"code": "1234"}), 409)
    moved = post(f"/{made['id']}/resend").get_json()
    assert (moved["channel"], moved["call"]) == ("PIN", None)
    checked = post(f"/{made['id']}/check", {"code": PIN}).get_json()
    assert (checked["status"], checked["vendor"], checked["tries_left"]) == ("approved", None, 5)


def test_a_channel_that_nobody_has_is_named(post: Post) -> None:
    body = problem_of(post(body={"to": TO, "channels": ["CALL"]}), 422)
    assert list(body["errors"]) == ["channels"]


@pytest.mark.parametrize("outage", [Outage.UNAVAILABLE, Outage.CLOSE, Outage.HTML])
def test_while_the_vendor_is_away_it_is_503(post: Post, vendor: SandboxServer, outage: Outage) -> None:
    made = started(post)
    vendor.settings(outage=outage)
    for response in (post(body={"to": "+919816111112"}), post(f"/{made['id']}/check", {"code": "1234"})):
        problem_of(response, 503)
        assert int(response.headers["Retry-After"]) >= 1
    vendor.settings(outage=None)
    assert post(f"/{made['id']}/check", {"code": code_on_the_phone(vendor)}).get_json()["status"] == "approved"


def test_refusals_of_the_number_name_it(post: Post) -> None:
    for to in ("+919816110011", "+919816110012", "nobody"):
        assert set(problem_of(post(body={"to": to}), 422)["errors"]) == {"to"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "to"),
        ({"to": 919816111111}, "to"),
        ({"to": TO, "channels": []}, "channels"),
        ({"to": TO, "channels": ["SMS", "SMS"]}, "channels"),
        ({"to": TO, "channels": ["PIGEON"]}, "channels.0"),
        ({"to": TO, "channels": "SMS"}, "channels"),
        ({"to": TO, "code_length": 3}, "code_length"),
        ({"to": TO, "code_length": 9}, "code_length"),
        ({"to": TO, "code_length": "6"}, "code_length"),
        ({"to": TO, "ttl_seconds": 0}, "ttl_seconds"),
        ({"to": TO, "language": "e n"}, "language"),
        ({"to": TO, "language": "en\n"}, "language"),
        ({"to": TO, "code": "1234"}, "code"),
    ],
)
def test_what_does_not_validate_is_named(post: Post, vendor: SandboxServer, body: Any, field: str) -> None:
    assert set(problem_of(post(body=body), 422)["errors"]) == {field}
    assert vendor.messages() == []


@pytest.mark.parametrize("body", [{}, {"code": 1234}, {"code": "12"}, {"code": "1234\n"}, {"code": "12345678 9"}])
def test_what_is_no_code_is_422(post: Post, body: Any) -> None:
    body = problem_of(post(f"/{started(post)['id']}/check", body), 422)
    assert list(body["errors"]) == ["code"]


def test_anothers_is_nowhere(post: Post, client: FlaskClient, stranger: Tenant) -> None:
    made = started(post)
    for method, path in (("GET", ""), ("POST", "/check"), ("POST", "/resend")):
        for id_ in (made["id"], "nothing%00"):
            body = {"code": "1234"} if path == "/check" else None
            response = client.open(f"{URL}/{id_}{path}", method=method, json=body, headers=stranger.headers)
            problem_of(response, 404)


def test_a_request_that_is_sent_twice_is_done_once(post: Post, vendor: SandboxServer) -> None:
    key = {"Idempotency-Key": "one"}
    vendor.settings(outage=Outage.UNAVAILABLE)
    problem_of(post(body={"to": TO}, headers=key), 503)
    vendor.settings(outage=None)
    first, again = (post(body={"to": TO}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert vendor.stats()["calls_by_kind"]["otp"] == 1
    problem_of(post(body={"to": "+919816111112"}, headers=key), 422)


def test_guesses_at_once(post: Post, app: Flask, tenant: Tenant, vendor: SandboxServer) -> None:
    made = started(post)
    guess = another(code_on_the_phone(vendor))

    def check(_: int) -> str:
        response = app.test_client().post(f"{URL}/{made['id']}/check", json={"code": guess}, headers=tenant.headers)
        return str(response.get_json()["status"])

    with ThreadPoolExecutor(12) as pool:
        assert {"locked"} <= set(pool.map(check, range(12))) <= {"pending", "locked"}
    assert vendor.stats()["calls_by_kind"]["validate"] == 5


def test_a_slow_vendor_leaves_a_thread_free(vendor: SandboxServer, app: Flask, tenant: Tenant) -> None:
    vendor.settings(outage=Outage.TIMEOUT)
    most = tenant.service.settings.web_threads - 1

    def ask(last: int) -> int:
        body = {"to": f"+91981611{last:04}"}
        return app.test_client().post(URL, json=body, headers=tenant.headers).status_code

    with ThreadPoolExecutor(most + 1) as pool:
        calls = [pool.submit(ask, 2000 + number) for number in range(most)]
        vendor.wait_for(lambda _: tenant.service.verifications.slots.free == 0)
        assert ask(3000) == 503
        assert not any(call.done() for call in calls)
        vendor.settings(outage=None)
        assert {call.result() for call in calls} == {503}


def test_no_code_of_ours_is_left_anywhere(
    others: GatewayDouble,
    post: Post,
    tenant: Tenant,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    with tenant.service.database.write() as connection:
        add_route(connection, tenant.account_id, "", CALLS, None)
    with capture_logs() as entries:
        made = started(post, code_length=8)
        answered = [
            post(f"/{made['id']}/check", {"code": code}).get_data(as_text=True)
            for code in (another(others.code), others.code)
        ]
    tenant.service.database.dispose()
    captured = capfd.readouterr()
    told = [*answered, str(entries), captured.out, captured.err, *(str(vars(record)) for record in caplog.records)]
    assert "approved" in answered[1]
    assert others.code not in "".join(told)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert others.code.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("ends", ["right", "wrong", "away"])
def test_no_code_is_left_anywhere(
    post: Post,
    vendor: SandboxServer,
    tenant: Tenant,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    ends: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as entries:
        made = started(post, code_length=8)
        right = code_on_the_phone(vendor)
        code = right if ends == "right" else another(right)
        vendor.settings(outage=Outage.CLOSE if ends == "away" else None)
        answered = post(f"/{made['id']}/check", {"code": code}).get_data(as_text=True)
    tenant.service.database.dispose()
    captured = capfd.readouterr()
    told = [answered, str(entries), captured.out, captured.err, *(str(vars(record)) for record in caplog.records)]
    assert code not in "".join(told)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert code.encode() not in path.read_bytes(), path
