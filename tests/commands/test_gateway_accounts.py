"""`connectors accounts`, `routes` and `callback-url` for vendors other than the first; nobody answers for them here."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from connectors.cli import cli
from connectors.service import Service
from connectors.shared.accounts.store import read_gateway_login
from connectors.shared.accounts.tables import connections
from connectors.shared.gateways.installed import NAMES
from connectors.shared.gateways.logins import GatewayLogin
from tests.shared.messages.tenants import number_of

SECRET = "S3cret of the shop"
SMSC = ("accounts", "add", "--gateway", "smsc", "--customer-id", "shop", "--login", "shop", "--country-code", "91")
OGANGI = ("--gateway", "ogangi", "--instance-id", "77", "--public-key", "pk", "--sender-id", "1234", "--password-stdin")
CENTRAL = ("accounts", "add", "--customer-id", "C-1", "--sender-id", "UTOMOB", "--password-stdin")


@pytest.fixture(autouse=True)
def nobody_there(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MESSAGE_CENTRAL", "SMSC", "OGANGI"):
        monkeypatch.setenv(f"CONNECTORS_{name}_URL", "http://127.0.0.1:9")


def run(*arguments: str, stdin: str = SECRET + "\n", code: int = 0) -> str:
    """Run a command; returns both its outputs, with no secret in them."""
    result: Result = CliRunner().invoke(cli, list(arguments), input=stdin)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert "should not have happened" not in result.output
    assert SECRET not in result.output
    return result.output


def logins(service: Service) -> list[GatewayLogin]:
    with service.database.read() as connection:
        ids = list(connection.scalars(select(connections.c.id).order_by(connections.c.id)))
        return [read_gateway_login(connection, service.secrets, each) for each in ids]


def accounts_now() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("accounts", "list", "--json"))
    return found


def test_an_account_of_another_vendor_with_a_second_connection(service: Service) -> None:
    added = run(*SMSC, "--password-stdin")
    assert "Added shop." in added
    assert "the password could not be checked now" in added
    assert "Connected shop to Ogangi." in run("accounts", "connect", *OGANGI, "--call", "sendSMS", "--carrier", "x")
    first, second = logins(service)
    assert (first.login, first.secret) == ("shop", {"password": SECRET})
    assert (second.login, second.secret) == ("77", {"private_key": SECRET})
    assert second.options == {"public_key": "pk", "call": "sendSMS", "carrier": "x"}
    (shown,) = accounts_now()
    assert (shown["customer_id"], shown["gateway"], shown["sender_id"]) == ("shop", "smsc", None)
    assert [(each["gateway"], each["sender_id"]) for each in shown["connections"]] == [
        ("smsc", None),
        ("ogangi", "1234"),
    ]
    for word in ("shop", "smsc", "ogangi", "1234"):
        assert word in run("accounts", "list")
    assert "already" in run("accounts", "connect", *OGANGI, code=1)
    assert "accounts connect" in run(*SMSC, "--password-stdin", code=1)


def test_an_update_is_of_the_first_connection_unless_another_is_named(service: Service) -> None:
    run(*SMSC, "--password-stdin")
    run("accounts", "connect", *OGANGI)
    run("accounts", "update", "--customer-id", "shop", "--sender-id", "SHOP", "--api-key-stdin", stdin="a key\n")
    run("accounts", "update", "--customer-id", "shop", "--gateway", "ogangi", "--flags", "7", "--rate", "3", stdin="")
    first, second = logins(service)
    assert (first.secret, first.login) == ({"api_key": "a key"}, "shop")
    assert (second.secret, second.options["flags"]) == ({"private_key": SECRET}, "7")
    (shown,) = accounts_now()
    assert (shown["sender_id"], shown["rate"]) == ("SHOP", 0)
    assert "accounts connect" in run("accounts", "update", "--customer-id", "shop", "--gateway", NAMES[0], code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*CENTRAL, "--login", "x"), "--login is no option of Message Central: it takes --email"),
        ((*SMSC, "--password-stdin", "--email", "a@b.c"), "--email is no option of SMSC: it takes --login"),
        ((*SMSC, "--password-stdin", "--instance-id", "1"), "--instance-id is no option of SMSC"),
        ((*SMSC, "--password-stdin", "--api-key-stdin"), "Give either"),
        ((*CENTRAL[:-1], "--api-key-stdin"), "Message Central has no API keys"),
        (SMSC, "--password-stdin or --api-key-stdin"),
        (("accounts", "add", "--gateway", "smsc", "--customer-id", "x", "--password-stdin"), "--login"),
        (("accounts", "add", "--customer-id", "x", "--gateway", "ogangi", "--password-stdin"), "--instance-id"),
        (("accounts", "add", "--customer-id", "x", *OGANGI, "--call", "fire"), "sendMT"),
        (("accounts", "add", "--customer-id", "x", *OGANGI, "--instance-id", "1" * 200), "128"),
        (("accounts", "add", "--customer-id", "x", *OGANGI, "--public-key", "a\nb"), "printable"),
        (("accounts", "add", "--customer-id", "x", "--gateway", "pigeon"), "smsc"),
    ],
)
def test_what_does_not_fit_the_vendor_is_told_in_words(arguments: tuple[str, ...], said: str) -> None:
    assert said in " ".join(run(*arguments, code=2).split())
    assert accounts_now() == []


def test_routes_are_added_listed_and_removed() -> None:
    run(*SMSC, "--password-stdin")
    run("accounts", "connect", *OGANGI)
    assert "There is no route" in run("routes", "list")
    added = run("routes", "add", "--prefix", "+91", "--gateway", "ogangi", "--fallback", "smsc")
    assert "+91" in added
    for prefix in ("0091", "91", "+9 1"):
        run("routes", "add", "--prefix", prefix, "--gateway", "ogangi")
    run("routes", "add", "--prefix", "*", "--gateway", "smsc", "--fallback", "ogangi", "--customer-id", "shop")
    found = json.loads(run("routes", "list", "--json"))
    told = [(each["prefix"], each["gateway"], each["fallback"]) for each in found]
    assert told == [("", "smsc", "ogangi"), ("91", "ogangi", None)]
    for word in ("every number", "+91", "ogangi"):
        assert word in run("routes", "list")
    run("routes", "remove", "--prefix", "*")
    assert "There is no route" in run("routes", "remove", "--prefix", "*", code=1)


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "first digits"),
        ("+", "first digits"),
        ("9a", "first digits"),
        ("India", "first digits"),
        ("9" * 16, "15"),
        ("+0", "0"),
        ("٩١", "first digits"),
    ],
)
def test_a_prefix_is_digits(prefix: str, said: str) -> None:
    run(*SMSC, "--password-stdin")
    assert said in run("routes", "add", "--prefix", prefix, "--gateway", "smsc", code=2)


def test_a_route_to_where_there_is_no_connection_is_refused() -> None:
    run(*SMSC, "--password-stdin")
    assert "accounts connect" in run("routes", "add", "--prefix", "91", "--gateway", "ogangi", code=2)
    assert "another gateway" in run(
        "routes", "add", "--prefix", "91", "--gateway", "smsc", "--fallback", "smsc", code=2
    )


def test_each_vendor_s_callback_url() -> None:
    run(*SMSC, "--password-stdin")
    own = run("callback-url", "--customer-id", "shop")
    assert own.startswith("http://127.0.0.1:8000/smsc/callbacks/")
    assert "SMSC" in own
    assert "/message-central/callbacks/" in run("callback-url", "--customer-id", "shop", "--gateway", NAMES[0])
    assert "/smsc/callbacks/" in run("callback-url", "--gateway", "smsc")
    assert "/message-central/callbacks/" in run("callback-url")
    assert "calls nobody" in run("callback-url", "--gateway", "ogangi")


def test_a_message_may_go_without_a_sender_id_where_the_vendor_has_one() -> None:
    run(*SMSC, "--password-stdin")
    run("send", "--to", number_of(1), "--text", "Hello")
    (message,) = json.loads(run("messages", "list", "--json"))
    assert message["sender_id"] == ""
    assert "from" not in run("messages", "show", message["id"])
