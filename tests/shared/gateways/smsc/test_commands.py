"""`connectors smsc`, as people and scripts run it, against a stand-in for SMSC."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.cli import cli
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.store import Defaults, connect
from connectors.shared.gateways.logins import PASSWORD, GatewayLogin
from connectors.shared.gateways.smsc.client import Credentials, Sms, Smsc
from connectors.shared.gateways.smsc.commands import numbers
from connectors.shared.gateways.smsc.gateway import NAME
from tests.shared.messages.tenants import add_tenant
from tests.shared.verifications.desk import ON_SQLITE

PHONE = "+79991234567"

pytestmark = ON_SQLITE


def add_to_smsc(service: Service, customer_id: str, password: str) -> None:
    account_id = add_tenant(service, customer_id).account_id
    login = GatewayLogin(NAME, customer_id, {PASSWORD: password})
    with service.database.write() as connection:
        connect(connection, service.secrets, account_id, login, Defaults(sender_id="SHOP"))


@pytest.fixture
def vendor(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """SMSC, and one account of two that is connected to it."""
    add_tenant(service, "C-0")
    add_to_smsc(service, "C-1", "p")
    with SandboxServer() as running:
        monkeypatch.setenv("CONNECTORS_SMSC_URL", running.url)
        yield running


def run(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(cli, ["smsc", *arguments], input=stdin)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def read(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_what_is_left_and_what_it_costs(vendor: SandboxServer) -> None:
    assert run("balance").stdout == "1000.00 RUR left.\n"
    assert read("balance", "--customer-id", "C-1") == {"balance": "1000.00", "credit": None, "currency": "RUR"}
    asked = ("cost", "--phone", PHONE, "--phone", "+79991234568", "--text")
    assert run(*asked, "-", stdin="Заказ\n").stdout == "It would cost 2.80, for 2 SMS in all. Nothing was sent.\n"
    assert read(*asked, "й" * 71) == {"cost": "5.60", "parts": 4}
    assert vendor.messages() == []


def test_what_became_of_messages(vendor: SandboxServer) -> None:
    sms = Sms(phones=(PHONE[1:],), text="Ваш заказ", id="an-id", sender="SHOP")
    Smsc(vendor.url).send(Credentials("C-1", "p"), sms)
    (found,) = read("history", "--phone", PHONE, "--count", "5")
    assert (found["phone"], found["id"], found["details"]["message"]) == (PHONE, "an-id", "Ваш заказ")
    assert "Ваш заказ" in run("history").stdout
    assert f"\n{PHONE} " not in run("history", "--from", "2026-01-01").stdout
    of_one = read("status", "--phone", PHONE, "--id", "an-id")
    assert {of_one["status"], of_one["error_code"]} <= {0, 1, None}
    assert of_one["outcome"] in (None, "delivered")
    assert "SMSC knows no message" in run("status", "--phone", PHONE, "--id", "another", code=1).stderr


@pytest.mark.usefixtures("vendor")
def test_numbers_are_rented(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = read("numbers")
    phone = offered[0]["phone"]
    assert phone in run("numbers").stdout
    # Over its limit SMSC is not asked at all.
    assert "Ask again in" in run("numbers", code=1).stderr
    assert read("rent", "--phone", phone, "--no-renewal") == {
        "phone": phone,
        "cost": offered[0]["current_cost"],
        "renewed": False,
    }
    assert "is renewed every month" in run("renewal", "--phone", phone, "--on").stdout
    assert read("renewal", "--phone", phone, "--off") == {"phone": phone, "renewed": False}
    assert "did not understand" in run("rent", "--phone", "+79160000000", code=1).stderr


@pytest.mark.usefixtures("vendor")
def test_at_a_terminal_it_says_what_a_number_costs_and_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "is_person", lambda: True)
    refused = run("rent", "--phone", "+79165550101", stdin="n\n", code=1)
    assert "costs 150.00 to the end of this month, then 500.00 every month. Rent it?" in refused.stderr
    assert "is not for rent" in run("rent", "--phone", "+79160000000", code=1).stderr
    assert "for 150.00" in run("rent", "--phone", "+79165550101", "--yes").stdout


@pytest.mark.usefixtures("vendor")
def test_tasks_and_their_files(tmp_path: Path) -> None:
    listed = read("tasks")
    assert {task["state"] for task in listed} == {"done", "waits"}
    assert "waits" in run("tasks").stdout
    done, waits = (next(task["id"] for task in listed if task["state"] == state) for state in ("done", "waits"))
    content = run("tasks", "--download", done).stdout
    assert content.startswith("id;")
    run("tasks", "--download", done, "--output", str(tmp_path / "sent.csv"))
    assert (tmp_path / "sent.csv").read_text("cp1251") == content
    run("tasks", "--download", waits, code=1)


@pytest.mark.usefixtures("vendor")
def test_a_number_to_call() -> None:
    asked = read("confirm-call", "--phone", PHONE)
    assert (asked["phone"], asked["number"] in asked["all_numbers"]) == (PHONE, True)
    assert f"from {PHONE} within 15 minutes" in run("confirm-call", "--phone", PHONE).stdout


WRONG: list[tuple[tuple[str, ...], int, str]] = [
    (("cost", "--phone", PHONE), 2, "--text"),
    (("cost", "--phone", "nobody", "--text", "a"), 2, "--phone"),
    (("cost", "--phone", PHONE, "--text", "й" * 1_001), 2, "1,000 characters"),
    (("cost", "--phone", PHONE, "--text", " "), 2, "empty"),
    (("status", "--phone", PHONE), 2, "--id"),
    (("status", "--phone", PHONE, "--id", "\x00"), 2, "--id"),
    (("history", "--from", "21.11.2026"), 2, "2026-11-21"),
    (("history", "--from", "2026-11-21", "--to", "2026-11-20"), 2, "--to"),
    (("history", "--from", "2026-01-01", "--to", "2026-11-20"), 2, "--to"),
    (("history", "--count", "1001"), 2, "--count"),
    (("renewal", "--phone", PHONE), 2, "--on"),
    (("renewal", "--phone", PHONE, "--on", "--off"), 2, "--on"),
    (("tasks", "--output", "x"), 2, "--download"),
    (("tasks", "--download", "1", "--json"), 2, "CSV"),
    (("balance", "--customer-id", "C-9"), 1, "C-9"),
    (("balance", "--customer-id", "C-0"), 1, "connectors accounts connect --customer-id C-0 --gateway smsc"),
]


@pytest.mark.usefixtures("vendor")
def test_what_was_asked_wrongly_says_what_to_do() -> None:
    for arguments, code, words in WRONG:
        assert words in run(*arguments, code=code).stderr, arguments


@pytest.mark.usefixtures("vendor")
def test_several_accounts_at_smsc(service: Service) -> None:
    add_to_smsc(service, "C-2", "wrong")
    assert "--customer-id" in run("balance", code=2).stderr
    assert "does not accept these credentials" in run("balance", "--customer-id", "C-2", code=1).stderr


def test_without_smsc_it_says_how_to_begin(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_SMSC_URL", "http://127.0.0.1:9")
    assert "connectors accounts add --customer-id NAME --gateway smsc" in run("balance", code=1).stderr
    add_to_smsc(service, "C-1", "p")
    assert "could not be reached" in run("balance", code=1).stderr
