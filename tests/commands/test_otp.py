"""`connectors otp`, as people and scripts run it."""

import json
import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from connectors.cli import cli
from connectors.sandbox.options import Outage
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from tests.shared.messages.tenants import add_tenant
from tests.shared.verifications.desk import ON_SQLITE
from tests.shared.verifications.gateways import CALLS, PIN, PINS, TO_CALL, GatewayDouble, kind, own_desk

TO = "+919816111111"

pytestmark = ON_SQLITE


@pytest.fixture
def vendor(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    add_tenant(service, "C-1")
    with SandboxServer() as running:
        monkeypatch.setenv("CONNECTORS_MESSAGE_CENTRAL_URL", running.url)
        yield running


def run(*arguments: str, stdin: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["otp", *arguments], input=stdin)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def sent_code(vendor: SandboxServer) -> str:
    found = re.search(r"\b[0-9]{4,8}\b", vendor.messages()[-1].text)
    assert found
    return found[0]


def test_a_code_is_sent_and_checked(vendor: SandboxServer) -> None:
    sent = run("send", "--to", TO)
    verification_id = sent.stdout.strip()
    assert "by SMS" in sent.stderr
    code = sent_code(vendor)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert run("check", verification_id, wrong, code=1).stdout.startswith("pending: The code is wrong.")
    assert run("check", verification_id, "-", stdin=f"{code}\n").stdout.startswith("approved")


def test_programs_read_json(vendor: SandboxServer) -> None:
    options = ("--channel", "whatsapp", "--channel", "SMS", "--code-length", "4", "--ttl", "30", "--language", "en")
    made = json.loads(run("send", "--to", TO, *options, "--json").stdout)
    assert (made["channels"], made["code_length"], made["language"]) == (["WHATSAPP", "SMS"], 4, "en")
    checked = json.loads(run("check", made["id"], sent_code(vendor), "--json").stdout)
    assert (checked["status"], checked["vendor"]["code"]) == ("approved", "200")


@pytest.mark.usefixtures("vendor")
@pytest.mark.parametrize(
    "arguments",
    [
        ("send",),
        ("send", "--to", "nobody"),
        ("send", "--to", TO, "--channel", "PIGEON"),
        ("send", "--to", TO, "--code-length", "9"),
        ("send", "--to", TO, "--language", "e n"),
        ("check", "an-id"),
        ("check", "an-id", "12"),
        ("check", "an-id\x00", "1234"),
    ],
)
def test_what_was_asked_wrongly_is_2(arguments: tuple[str, ...]) -> None:
    run(*arguments, code=2)


def test_what_did_not_work_is_1(vendor: SandboxServer) -> None:
    assert "no such verification" in run("check", "an-id", "1234", code=1).stderr
    vendor.settings(outage=Outage.UNAVAILABLE)
    assert "not available" in run("send", "--to", TO, code=1).stderr


def test_a_number_is_verified_by_a_call_or_a_pin(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = (kind(GatewayDouble(CALLS)), kind(GatewayDouble(PINS)))
    monkeypatch.setattr("connectors.service.GATEWAYS", kinds)
    own_desk(service, CALLS, PINS)
    called = run("send", "--to", TO, "--channel", "call")
    assert f"Call +{TO_CALL} from {TO} until" in called.stderr
    assert "verified by a call" in run("check", called.stdout.strip(), "1234", code=1).stderr
    pinned = run("send", "--to", TO, "--channel", "PIN")
    assert run("check", pinned.stdout.strip(), PIN).stdout.startswith("approved")
