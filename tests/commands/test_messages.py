"""`connectors messages`, as people and scripts run it."""

import json

import pytest
from click.testing import CliRunner

from connectors.cli import cli
from connectors.service import Service
from tests.shared.messages.tenants import Tenant, add_tenant, change, number_of, status


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["messages", *arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def ids(*arguments: str) -> list[str]:
    return [message["id"] for message in json.loads(run("list", "--json", *arguments))]


def test_messages_are_listed_newest_first_and_narrowed(tenant: Tenant) -> None:
    assert "There is no message yet." in run("list")
    first = tenant.accept(number_of(1), "Hello Ann")
    second = tenant.accept(number_of(2), "Hello Bob")
    change(
        tenant.service, first, status="failed", error_code="511", error_message="No such country.", campaign_id="c-1"
    )
    assert ids() == [second, first]
    assert ids("--limit", "1") == [second]
    assert ids("--status", "failed") == ids("--campaign", "c-1") == ids("--to", number_of(1)[3:]) == [first]
    shown = run("list")
    for words in (first, second, number_of(1), "failed", "No such country. – Hello Ann", "queued"):
        assert words in shown
    assert "There is no such message." in run("list", "--status", "delivered")
    assert "--to: " in run("list", "--to", "12", code=2)
    run("list", "--status", "lost", code=2)


def test_one_is_shown_whole(tenant: Tenant) -> None:
    message_id = tenant.accept(number_of(1), "Hello \x1b[2J[bold]", external_id="order 7")
    change(tenant.service, message_id, error_code="508", error_message="No credits.")
    shown = run("show", message_id)
    for words in (message_id, number_of(1), "Hello �[2J[bold]", "No credits. (508)", "order 7", "UCS-2, 1 SMS"):
        assert words in shown
    assert "\x1b" not in run("list")
    assert json.loads(run("show", message_id, "--json"))["status"] == "queued"
    change(tenant.service, message_id, recipient=None, text=None)
    assert "(erased)" in run("show", message_id)
    assert "(erased)" in run("list")


def test_what_waits_is_canceled_and_nothing_else(tenant: Tenant) -> None:
    message_id = tenant.accept(number_of(1), "Hello")
    assert "will not be sent" in run("cancel", message_id)
    assert status(tenant.service, message_id) == "canceled"
    assert "this one is canceled" in run("cancel", message_id, code=1)


def test_those_of_others_are_not_there(tenant: Tenant) -> None:
    message_id = tenant.accept(number_of(1), "Hello")
    add_tenant(tenant.service, "C-TWO")
    for command in (("list",), ("show", message_id), ("cancel", message_id)):
        assert "--customer-id" in run(*command, code=2)
    for verb in ("show", "cancel"):
        assert "There is no such message." in run(verb, message_id, "--customer-id", "C-TWO", code=1)
        assert "There is no such message." in run(verb, "nothing", "--customer-id", "C-ONE", code=1)
    assert ids("--customer-id", "C-TWO") == []
    assert "printable" in run("show", "\udc80", code=2)
