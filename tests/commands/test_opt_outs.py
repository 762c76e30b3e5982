"""`connectors opt-outs`, as people and scripts run it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.cli import cli
from connectors.service import Service
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.messages.retention import erase_number

ANN = "+919816111111"


@pytest.fixture(autouse=True)
def account(service: Service) -> None:
    with service.database.write() as connection:
        add_account(connection, service.secrets, Login("C-1", "password"), Defaults(country_code="91"))


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["opt-outs", *arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("list", "--json"))
    return found


def test_a_number_opts_out_and_in_again() -> None:
    assert "Nobody" in run("list")
    assert ANN in run("add", "--number", "98161 11111")
    run("add", "--number", ANN, "--scope", "all")
    (entry,) = entries()
    assert (entry["number"], entry["scope"], entry["source"]) == (ANN, "all", "command")
    shown = run("list")
    for word in (ANN, "all", "command", entry["created_at"]):
        assert word in shown
    run("remove", "--number", ANN)
    assert entries() == []
    assert "Error: This number has not opted out." in run("remove", "--number", ANN, code=1)


def test_the_erased_are_shown_as_such(service: Service) -> None:
    run("add", "--number", ANN)
    erase_number(service.database, service.endings, service.forgetting, ANN[1:])
    assert "(erased)" in run("list")


@pytest.mark.parametrize("arguments", [("--number", "12"), ("--number", ANN, "--scope", "some"), ()])
def test_what_is_asked_wrongly_exits_2(arguments: tuple[str, ...]) -> None:
    run("add", *arguments, code=2)
    assert entries() == []


def test_a_list_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "left.csv"
    file.write_text(f"Phone\n{ANN}\n9816222222\nnobody\n")
    shown = run("import", str(file), "--scope", "all")
    assert "Opted out: 2. Already were: 0. Could not be read: 1." in shown
    assert "Row 4: " in shown
    assert {entry["scope"] for entry in entries()} == {"all"}
    assert "Opted out: 0. Already were: 2." in run("import", str(file), "--mobile-column", "phone")


def test_a_list_that_is_none_is_told_so(tmp_path: Path) -> None:
    run("import", str(tmp_path / "nowhere.csv"), code=2)
    file = tmp_path / "left.csv"
    file.write_text("Name\nAnn\n")
    run("import", str(file), code=2)
    file.write_text("Phone\nnobody\n")
    run("import", str(file), code=1)


def test_where_there_are_several_accounts_one_has_to_be_named(service: Service, tmp_path: Path) -> None:
    with service.database.write() as connection:
        add_account(connection, service.secrets, Login("C-2", "password"), Defaults())
    file = tmp_path / "left.csv"
    file.write_text(f"Phone\n{ANN}\n")
    number = ("--number", ANN)
    for command in (("add", *number), ("list",), ("remove", *number), ("import", str(file))):
        assert "--customer-id" in run(*command, code=2)
    run("add", *number, "--customer-id", "C-2")
    assert json.loads(run("list", "--json", "--customer-id", "C-1")) == []
    assert ANN in run("list", "--customer-id", "C-2")
    run("add", *number, "--customer-id", "C-3", code=1)
