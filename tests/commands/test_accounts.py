"""`connectors accounts`, `api-keys` and `callback-url`, as people and scripts run them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from connectors.cli import cli
from connectors.sandbox.options import Outage, SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.store import read_login
from connectors.shared.accounts.tables import connections
from tests.clevertap.customer import PASSWORD, accepted, behind, customer_of

ADD = ["accounts", "add", "--customer-id", "C-1", "--email", "ann@example.com", "--sender-id", "UTOMOB",
       "--country-code", "91", "--password-stdin"]  # fmt: skip


@pytest.fixture
def vendor(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    with SandboxServer(SandboxOptions(accounts={"C-1": PASSWORD})) as running:
        monkeypatch.setenv("CONNECTORS_MESSAGE_CENTRAL_URL", running.url)
        behind(service, running.url)
        yield running


@pytest.fixture
def nobody_there(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_MESSAGE_CENTRAL_URL", "http://127.0.0.1:9")


def run(*arguments: str, stdin: str | bytes = PASSWORD + "\n", code: int = 0) -> str:
    """Run a command; returns both its outputs. No stack trace, no password in any of them."""
    result: Result = CliRunner().invoke(cli, list(arguments), input=stdin)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert PASSWORD not in result.output
    return result.output


def accounts_now() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("accounts", "list", "--json"))
    return found


def account_with(service: Service, key: str) -> int:
    """Ask for the account with a key, of a service that remembers nothing; returns the HTTP status."""
    client = customer_of(service).client
    return client.get("/api/v1/account", headers={"Authorization": f"Bearer {key}"}).status_code


@pytest.mark.usefixtures("vendor")
def test_an_account_is_added_checked_and_listed() -> None:
    assert "accepts the password" in run(*ADD, "--rate", "20", "--bulk", "off", "--message-type", "promotional")
    found = accounts_now()[0]
    assert found["customer_id"] == "C-1"
    assert (found["state"], found["sender_id"], found["country_code"]) == ("active", "UTOMOB", "91")
    assert (found["rate"], found["bulk"], found["message_type"]) == (20.0, False, "PROMOTIONAL")
    shown = run("accounts", "list")
    for word in ("C-1", "active", "UTOMOB", "+91", "never"):
        assert word in shown


@pytest.mark.usefixtures("vendor")
def test_an_account_is_added_once() -> None:
    run(*ADD)
    assert "accounts update" in run(*ADD, code=1)


@pytest.mark.usefixtures("vendor")
def test_a_wrong_password_is_kept_with_a_warning() -> None:
    assert "Warning" in run(*ADD, stdin="wrong\n")
    assert len(accounts_now()) == 1


@pytest.mark.usefixtures("nobody_there")
def test_what_cannot_be_checked_is_kept_with_a_warning() -> None:
    assert "could not be checked" in run(*ADD)
    assert len(accounts_now()) == 1


@pytest.mark.parametrize(
    ("stdin", "kept"),
    [("ends without a line", "ends without a line"), (" spaces \r\nmore\n", " spaces "), ("पास 👩‍👧\n", "पास 👩‍👧"),
     ("﻿from a file\n", "from a file")],
)  # fmt: skip
@pytest.mark.usefixtures("nobody_there")
def test_the_password_is_the_first_line_of_stdin(service: Service, stdin: str, kept: str) -> None:
    run(*ADD, stdin=stdin)
    with service.database.read() as connection:
        connection_id = connection.execute(select(connections.c.id)).scalar_one()
        assert read_login(connection, service.secrets, connection_id)[0].password == kept


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (ADD, "\n", "empty"),
        (ADD, b"caf\xe9\n", "UTF-8"),
        (ADD, b"p\x00w\n", "UTF-8"),
        (ADD[:-1], "x", "--password-stdin"),
        (["accounts", "add", "--password-stdin"], "x", "--customer-id"),
        ([*ADD, "--country-code", "999"], "x", "calling code"),
        ([*ADD, "--country-code", "IN"], "x", "calling code"),
        ([*ADD, "--sender-id", "S" * 16], "x", "15"),
        ([*ADD, "--email", "e" * 255], "x", "254"),
        ([*ADD, "--rate", "nan"], "x", "rate"),
        ([*ADD, "--rate", "-1"], "x", "rate"),
        ([*ADD, "--bulk", "maybe"], "x", "bulk"),
        ([*ADD, "--message-type", "NEWS"], "x", "promotional"),
        ([*ADD, "--entity-id", "a b"], "x", "DLT"),
        ([*ADD, "--customer-id", "C" * 129], "x", "dashboard"),
        ([*ADD, "--customer-id", "C\n1"], "x", "dashboard"),
        ([*ADD, "--password", "x"], "x", "No such option"),
        (["accounts", "update", "--customer-id", "C-1", "--rate", "x"], "", "rate"),
        (["api-keys", "revoke", "x"], "", "x"),
        (["nonsense"], "", "nonsense"),
    ],
)
@pytest.mark.usefixtures("service")
def test_who_asks_wrongly_is_told_and_gets_2(arguments: list[str], stdin: str, said: str) -> None:
    assert said in run(*arguments, stdin=stdin, code=2)
    assert accounts_now() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["accounts", "update", "--customer-id", "C-9", "--rate", "1"],
        ["accounts", "remove", "--customer-id", "C-9"],
        ["api-keys", "create", "--customer-id", "C-9"],
        ["api-keys", "create"],
        ["api-keys", "list", "--customer-id", "C-9"],
        ["callback-url", "--customer-id", "C-9"],
        ["messages", "resolve", "no-such", "--as", "sent"],
    ],
)
@pytest.mark.usefixtures("service")
def test_what_is_not_there_is_1(arguments: list[str]) -> None:
    assert "Error: " in run(*arguments, code=1)


@pytest.mark.usefixtures("vendor")
def test_an_update_takes_effect_in_a_running_service(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.shared.accounts.door.REMEMBERED_SECONDS", 0.0)
    customer = customer_of(service)
    run(*ADD)
    accepted(customer.send(senderId=None, mobileNumber="9816111111"))
    run("accounts", "update", "--customer-id", "C-1", "--sender-id", "", "--country-code", "", "--entity-id", "1101")
    assert customer.send(senderId=None, mid="2").status_code == 400
    assert customer.send(mobileNumber="9816111111", mid="3").get_json()["responseCode"] == 511
    found = accounts_now()[0]
    assert (found["sender_id"], found["country_code"], found["entity_id"]) == (None, None, "1101")


def test_a_new_password_ends_a_pause_and_is_checked(service: Service, vendor: SandboxServer) -> None:
    run(*ADD, stdin="wrong\n")
    with service.database.write() as connection:
        connection.execute(
            update(connections).values(state="paused", reason_code="501", reason="It said: [/nonsense] [red]no[/red]")
        )
    shown = run("accounts", "list")
    assert "paused: It said: [/nonsense] [red]no[/red]" in shown
    assert "accepts" in run("accounts", "update", "--customer-id", "C-1", "--password-stdin")
    assert accounts_now()[0]["state"] == "active"
    vendor.settings(outage=Outage.UNAVAILABLE)
    assert "Warning" in run("accounts", "update", "--customer-id", "C-1", "--password-stdin")


@pytest.mark.usefixtures("vendor")
def test_an_update_of_nothing_is_asked_wrongly() -> None:
    run(*ADD)
    assert "at least one" in run("accounts", "update", "--customer-id", "C-1", code=2)


@pytest.mark.usefixtures("vendor")
def test_a_removed_account_is_gone_with_all_it_had(service: Service) -> None:
    run(*ADD)
    accepted(customer_of(service).send())
    key = run("api-keys", "create").split()[-1]
    assert account_with(service, key) == 200
    run("accounts", "remove", "--customer-id", "C-1", stdin="")
    assert account_with(service, key) == 401
    assert accounts_now() == []
    assert "no account yet" in run("accounts", "list")


@pytest.mark.usefixtures("vendor")
def test_keys_are_shown_once_and_revoked(service: Service) -> None:
    run(*ADD)
    key = run("api-keys", "create", "--customer-id", "C-1").split()[-1]
    assert account_with(service, key) == 200
    listed = run("api-keys", "list")
    assert key not in listed
    assert "active" in listed
    assert "Revoked" in run("api-keys", "revoke", listed.split()[0])
    assert "revoked" in run("api-keys", "list")
    assert account_with(service, key) == 401
    run("api-keys", "revoke", "999", code=1)


@pytest.mark.usefixtures("nobody_there")
def test_where_there_are_several_accounts_one_has_to_be_named() -> None:
    run(*ADD)
    run(*ADD, "--customer-id", "C-2")
    for command in (["api-keys", "create"], ["api-keys", "list"], ["api-keys", "revoke", "1"]):
        assert "--customer-id" in run(*command, code=2)
    run("api-keys", "create", "--customer-id", "C-2")


@pytest.mark.usefixtures("nobody_there")
def test_the_callback_url_comes_with_the_mail_that_asks_for_it(service: Service) -> None:
    run(*ADD)
    everyone = run("callback-url")
    own = run("callback-url", "--customer-id", "C-1")
    client = customer_of(service).client
    for shown in (everyone, own):
        url = shown.splitlines()[0]
        assert url.startswith("http://127.0.0.1:8000/message-central/callbacks/")
        assert shown.count(url) == 2
        for word in ("Subject:", "Customer ID", "Brand", "e-mail", "Callback URL"):
            assert word in shown
        receipt = {"messageId": "unknown", "status": "DELIVRD", "mobile": "919816111111"}
        assert client.post(url.removeprefix("http://127.0.0.1:8000"), json=receipt).status_code == 200
    assert "ann@example.com" in own
    assert everyone.splitlines()[0] != own.splitlines()[0]


@pytest.mark.usefixtures("nobody_there")
def test_many_accounts_and_long_reasons_are_a_line_each(service: Service) -> None:
    for name in ("C-" + "9" * 60, "C-2"):
        run(*ADD, "--customer-id", name)
    with service.database.write() as connection:
        connection.execute(update(connections).values(state="paused", reason_code="501", reason="why " * 12))
    shown = run("accounts", "list")
    assert "C-" + "9" * 60 in shown
    assert len(shown.strip().splitlines()) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CONNECTORS_DATABASE_URL": "nonsense"}, "CONNECTORS_DATABASE_URL"),
        ({"CONNECTORS_RETENTION_DAYS": "many"}, "RETENTION_DAYS"),
        ({"CONNECTORS_DATA_DIR": "/dev/null/x"}, "/dev/null"),
        ({"CONNECTORS_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/x"}, "database"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], said: str
) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    if "CONNECTORS_DATABASE_URL" in changes:
        monkeypatch.setenv("CONNECTORS_SECRET_KEY", "a key")
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    assert said in run("accounts", "list", code=1)


def test_a_damaged_key_file_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTORS_DATA_DIR", str(tmp_path))
    (tmp_path / "secret.key").write_text("")
    assert "secret.key" in run("accounts", "list", code=1)


def test_as_real_processes(tmp_path: Path) -> None:
    """The same from a shell: exit codes, streams, nothing asked without a terminal."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONNECTORS_")} | {
        "CONNECTORS_DATA_DIR": str(tmp_path),
        "CONNECTORS_MESSAGE_CENTRAL_URL": "http://127.0.0.1:9",
    }

    def shell(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "connectors", *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=30, check=False
        )

    added = shell(*ADD, stdin=PASSWORD + "\n")
    assert (added.returncode, added.stdout) == (0, "Added C-1.\n")
    assert added.stderr.startswith("Warning: ")
    unasked = shell(*ADD[:-1])
    assert (unasked.returncode, unasked.stdout) == (2, "")
    assert "--password-stdin" in unasked.stderr
    created = shell("api-keys", "create", "--customer-id", "C-1")
    assert (created.returncode, created.stderr) == (0, "")
    assert created.stdout.split()[-1].startswith("mck_")
    assert shell("accounts", "remove", "--customer-id", "C-1").returncode == 0
    missing = shell("accounts", "remove", "--customer-id", "C-1")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("Error: There is no account C-1.")
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and PASSWORD.encode() in file.read_bytes()]
