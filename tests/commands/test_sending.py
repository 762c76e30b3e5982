"""`connectors send`, as people and scripts run it."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import RowMapping, select

from connectors.cli import cli
from connectors.sandbox.ogangi import signing
from connectors.sandbox.server import SandboxServer
from connectors.service import Service
from connectors.shared.accounts.store import Defaults, connect, insert_account
from connectors.shared.clock import DAY, now_ms, to_rfc3339
from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin
from connectors.shared.messages.tables import messages
from connectors.shared.templates import store as templates
from tests.clevertap.customer import behind
from tests.shared.messages.tenants import Tenant, add_tenant, dispatching

ANN = "+919816111111"
TEXT = ("--text", "Your order has been shipped.")


@pytest.fixture
def tenant(service: Service) -> Tenant:
    return add_tenant(service)


@pytest.fixture
def sending(service: Service, tenant: Tenant) -> Iterator[SandboxServer]:
    """Somebody sends, and Message Central takes it; no receipt comes."""
    with SandboxServer() as vendor:
        behind(service, vendor.url)
        with dispatching(service):
            yield vendor


def invoke(*arguments: str, stdin: str | bytes = "") -> Result:
    result = CliRunner().invoke(cli, ["send", *arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def run(*arguments: str, stdin: str | bytes = "", code: int = 0) -> str:
    result = invoke(*arguments, stdin=stdin)
    assert result.exit_code == code, result.output
    return result.output


def kept(service: Service) -> list[RowMapping]:
    with service.database.read() as connection:
        return list(connection.execute(select(messages).order_by(messages.c.id)).mappings())


@pytest.mark.usefixtures("tenant")
def test_without_a_dispatcher_it_is_kept_and_says_so(service: Service) -> None:
    said = run("--to", "98161 11111", *TEXT, "--external-id", "order 7", "--sender-id", "SHOP")
    assert "Kept. Nothing sends at the moment: start `connectors serve`." in said
    (message,) = kept(service)
    assert (message["recipient"], message["text"]) == (ANN[1:], TEXT[1])
    assert (message["status"], message["source"]) == ("queued", "command")
    assert (message["sender_id"], message["external_id"]) == ("SHOP", "order 7")
    assert message["id"] in said


@pytest.mark.usefixtures("sending")
@pytest.mark.parametrize(
    ("ends_in", "code", "words"),
    [
        ("1111", 0, "Sent to +919816111111: the gateway took it (1 SMS). Whether it arrives, a receipt says later."),
        ("0011", 1, "Not delivered to +919816110011 (failed). Message Central does not send to this number"),
        ("0016", 1, "In doubt: it may have been sent to +919816110016 or not."),
        ("0017", 0, "Kept. The account is paused."),
    ],
)
def test_what_became_of_it_is_said(ends_in: str, code: int, words: str) -> None:
    assert words in run("--to", f"+91981611{ends_in}", *TEXT, code=code)


def test_where_no_receipt_will_come_none_is_promised(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    login = GatewayLogin("ogangi", "43", {PRIVATE_KEY: signing.PRIVATE_KEY}, {"public_key": signing.PUBLIC_KEY})
    with service.database.write() as connection:
        account_id = insert_account(connection, "C-OGANGI")
        connect(connection, service.secrets, account_id, login, Defaults(sender_id="1989", country_code="91"))
    with SandboxServer() as vendor:
        monkeypatch.setenv("CONNECTORS_OGANGI_URL", f"{vendor.url}/ogangi")
        with dispatching(service):
            said = run("--to", ANN, *TEXT)
    assert said.startswith("Sent to +919816111111: the gateway took it (1 SMS).")
    assert "this gateway does not tell" in said
    assert "receipt" not in said


@pytest.mark.usefixtures("sending")
def test_programs_get_json_and_nothing_else() -> None:
    result = invoke("--to", ANN, *TEXT, "--json")
    message = json.loads(result.stdout)
    assert (message["status"], message["to"], message["segments"]) == ("sent", ANN, 1)
    assert result.stderr == ""
    failed = invoke("--to", "+919816110011", *TEXT, "--json")
    assert (failed.exit_code, json.loads(failed.stdout)["status"]) == (1, "failed")


@pytest.mark.usefixtures("sending")
def test_what_is_due_later_is_not_waited_for(service: Service) -> None:
    assert "Kept. It goes out on " in run("--to", ANN, *TEXT, "--at", to_rfc3339(now_ms() + DAY) or "")
    assert kept(service)[0]["status"] == "scheduled"


@pytest.mark.usefixtures("tenant")
def test_a_text_comes_on_standard_input_too(service: Service) -> None:
    run("--to", ANN, "--text", "-", stdin="\ufeffGrüße,\r\nIhr Laden\r\n".encode())
    assert kept(service)[0]["text"] == "Grüße,\nIhr Laden"


def test_a_template_is_filled_in(service: Service, tenant: Tenant) -> None:
    with service.database.write() as connection:
        given = {"name": "shipped", "text": "Dear {{ name }}, order {{ order.number }} left.", "sender_id": "SHOP"}
        templates.create(connection, tenant.account_id, given)
    run("--to", ANN, "--template", "shipped", "--var", "name=Ann", "--var", "order.number=7")
    (message,) = kept(service)
    assert (message["text"], message["sender_id"]) == ("Dear Ann, order 7 left.", "SHOP")
    assert '--var order.number="…"' in run("--to", ANN, "--template", "shipped", "--var", "name=Ann", code=2)
    assert "There are: shipped." in run("--to", ANN, "--template", "shiped", code=2)


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "12", *TEXT), "--to: No phone number of +91 can look like this"),
        (("--to", ANN), "either --text or --template"),
        (("--to", ANN, *TEXT, "--template", "shipped"), "either --text or --template"),
        (("--to", ANN, "--template", "shipped"), "There is none yet."),
        (("--to", ANN, *TEXT, "--var", "name=Ann"), "--var fills in a template"),
        (("--to", ANN, "--template", "shipped", "--var", "name"), "name=value"),
        (("--to", ANN, *TEXT, "--at", "tomorrow"), "Write a moment like"),
        (("--to", ANN, *TEXT, "--at", "2126-11-21T08:00:00Z"), "--at: This is too far ahead"),
        (("--to", ANN, *TEXT, "--sender-id", "no, not this"), "--sender-id: A sender id has"),
        (("--to", ANN, *TEXT, "--template-id", "1107"), "--entity-id: Give the --entity-id that the --template-id"),
        (("--to", ANN, "--text", " "), "--text: The text is empty"),
        (("--to", ANN, "--text", "x" * 1_600), "--text: The text needs 11 SMS"),
        (("--to", ANN, "--text", "half \ud83d"), "not UTF-8"),
        (("--to", ANN, "--text", "-"), "not UTF-8"),
        (("--to", ANN, *TEXT, "--external-id", "\udc80"), "printable"),
    ],
)
def test_what_is_asked_wrongly_says_what_to_do(service: Service, arguments: tuple[str, ...], words: str) -> None:
    assert words in run(*arguments, stdin=b"Gr\xfc\xdfe", code=2)
    assert kept(service) == []


@pytest.mark.usefixtures("service")
def test_without_an_account_it_says_how_to_add_one() -> None:
    assert "connectors accounts add --customer-id" in run("--to", ANN, *TEXT, code=1)


@pytest.mark.usefixtures("tenant")
def test_of_several_accounts_one_is_named(service: Service) -> None:
    add_tenant(service, "C-TWO")
    assert "C-ONE, C-TWO" in run("--to", ANN, *TEXT, code=2)
    assert "There is: C-ONE, C-TWO." in run("--to", ANN, *TEXT, "--customer-id", "C-THREE", code=1)
    said = run("--to", ANN, *TEXT, "--customer-id", "C-TWO")
    assert f"`connectors messages show {kept(service)[0]['id']} --customer-id C-TWO`" in said
