"""The gateway, its PINs and its form, before an Ogangi on a real socket."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from connectors.shared.accounts.store import gateway_login_values
from connectors.shared.accounts.tables import connections
from connectors.shared.errors import NotUnderstood, SettingsError
from connectors.shared.gateways.base import Outgoing, Recipient, Verdict
from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin
from connectors.shared.gateways.ogangi.client import Ogangi
from connectors.shared.gateways.ogangi.gateway import OgangiGateway
from connectors.shared.gateways.ogangi.kind import OGANGI
from connectors.shared.gateways.ogangi.pins import OgangiPins
from connectors.shared.gateways.ogangi.settings import read_ogangi_settings
from tests.shared.gateways.conformance.wire import Reply
from tests.shared.gateways.ogangi.conftest import Book
from tests.shared.gateways.ogangi.scripted import PUBLIC_KEY, ScriptedOgangi, said

OUTGOING = Outgoing("sale", "+2020", "SMS", "TRANSACTION", None, None)
TO = Recipient("91", "9816111111")


@pytest.mark.parametrize(
    ("options", "name", "parameters"),
    [
        ({"call": "sendMT"}, "sendMT", {"carrier": "null"}),
        ({"call": "sendMT", "carrier": "2", "flags": "f 1"}, "sendMT", {"carrier": "2", "flags": "f 1"}),
        ({"call": "sendSMS", "carrier": "Movistar"}, "tools/sendSMS", {"carrier": "Movistar"}),
    ],
)
def test_a_connection_sends_as_its_options_say(
    book: Book, client: Ogangi, ogangi: ScriptedOgangi, options: dict[str, str], name: str, parameters: dict[str, str]
) -> None:
    result = OgangiGateway(client, book.logins()).send(book.add(**options), OUTGOING, [TO])
    assert result.verdict is Verdict.ACCEPTED
    assert result.transaction_id == (None if name == "sendMT" else "-8174720676710228700")
    (call,) = ogangi.seen
    usual = {"instanceId": "7", "from": "2020", "mobileNumber": "919816111111", "text": "sale"}
    assert (call.name, call.parameters) == (name, usual | parameters)


@pytest.mark.parametrize(
    ("changes", "recipients", "code"),
    [
        ({"channel": "WHATSAPP"}, 1, "channel"),
        ({"sender_id": ""}, 1, "sender_id"),
        ({"sender_id": ".."}, 1, "not_sendable"),
        ({"text": "x" * 1_601}, 1, "text_too_long"),
        ({"text": ""}, 1, "not_sendable"),
        ({}, 2, "one_by_one"),
        ({"differing": True}, 1, "one_by_one"),
    ],
)
def test_what_cannot_be_sent_never_goes_out(
    book: Book, client: Ogangi, ogangi: ScriptedOgangi, changes: dict[str, Any], recipients: int, code: str
) -> None:
    outgoing = replace(OUTGOING, **changes)
    result = OgangiGateway(client, book.logins()).send(book.add(), outgoing, [TO] * recipients)
    assert (result.verdict, result.code, result.split) == (Verdict.REFUSED, code, recipients > 1)
    assert not ogangi.seen


def test_the_longest_text_is_sent(book: Book, client: Ogangi, ogangi: ScriptedOgangi) -> None:
    outgoing = replace(OUTGOING, text="й" * 1_600)
    assert OgangiGateway(client, book.logins()).send(book.add(), outgoing, [TO]).verdict is Verdict.ACCEPTED
    assert ogangi.seen[0].parameters["text"] == outgoing.text


def test_a_key_that_was_corrected_is_used_at_once(book: Book, client: Ogangi) -> None:
    connection_id = book.add(private_key="wrong")
    gateway = OgangiGateway(client, book.logins())
    assert gateway.send(connection_id, OUTGOING, [TO]).verdict is Verdict.ACCOUNT_REFUSED
    assert gateway.prove(connection_id).verdict is Verdict.ACCOUNT_REFUSED
    login = GatewayLogin("ogangi", "7", {PRIVATE_KEY: "my-private-key"}, {"public_key": PUBLIC_KEY})
    with book.database.write() as connection:
        values = gateway_login_values(book.secrets, login)
        connection.execute(update(connections).where(connections.c.id == connection_id).values(values))
    assert gateway.prove(connection_id, 5.0).verdict is Verdict.ACCEPTED
    assert gateway.send(connection_id, OUTGOING, [TO]).verdict is Verdict.ACCEPTED


def test_a_removed_connection_is_told(book: Book, client: Ogangi) -> None:
    logins = book.logins()
    gateway = OgangiGateway(client, logins)
    assert gateway.send(1_000, OUTGOING, [TO]).code == "account_removed"
    assert gateway.prove(1_000).verdict is Verdict.ACCOUNT_REFUSED
    assert OgangiPins(client, logins).send_pin(1_000, TO.digits, "Your code", 6).result.code == "account_removed"


@pytest.mark.parametrize("no_page", [Reply(500, b"<html/>"), Reply(404), Reply(200, said("x", status="ERROR"))])
def test_proving_takes_an_error_about_page_0_for_no_page_0(
    book: Book, client: Ogangi, ogangi: ScriptedOgangi, no_page: Reply
) -> None:
    ogangi.inbox.first, ogangi.inbox.no_page = 1, no_page
    assert OgangiGateway(client, book.logins()).prove(book.add()).verdict is Verdict.ACCEPTED
    assert ogangi.pages == [0, 1]


def test_proving_in_vain_is_no_refusal(book: Book, client: Ogangi, ogangi: ScriptedOgangi) -> None:
    ogangi.script = lambda _: Reply(503)
    assert OgangiGateway(client, book.logins()).prove(book.add()).verdict is Verdict.TRY_AGAIN
    assert ogangi.pages == [0]


def test_a_pin_comes_back(book: Book, client: Ogangi, ogangi: ScriptedOgangi) -> None:
    sent = OgangiPins(client, book.logins()).send_pin(book.add(), TO.digits, "Ваш код", 6)
    assert (sent.pin, sent.result.verdict) == ("846547", Verdict.ACCEPTED)
    assert "846547" not in repr(sent)
    expected = {"carrier": "null", "from": "2020", "mobileNumber": TO.digits, "text": "Ваш код", "length": "6"}
    assert ogangi.seen[0].parameters == {"instanceId": "7"} | expected


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(200, said("x")), Verdict.IN_DOUBT),
        (Reply(hang_up=True), Verdict.IN_DOUBT),
        (Reply(404), Verdict.REFUSED),
        (
            Reply(
                200,
                said("x", "<result><PinSMSConfirmation><pin>1</pin></PinSMSConfirmation></result>", status="ERROR"),
            ),
            Verdict.TRY_AGAIN,
        ),
    ],
)
def test_without_a_pin_it_says_why(
    book: Book, client: Ogangi, ogangi: ScriptedOgangi, reply: Reply, verdict: Verdict
) -> None:
    ogangi.script = lambda _: reply
    sent = OgangiPins(client, book.logins()).send_pin(book.add(), TO.digits, "Your code", 6)
    assert (sent.pin, sent.result.verdict) == (None, verdict)
    assert sent.result.explanation


GIVEN = {"instance_id": "7", "public_key": PUBLIC_KEY, "call": None, "carrier": None, "flags": None}
SECRET = {PRIVATE_KEY: "k"}


@pytest.mark.parametrize(
    ("given", "secret", "words"),
    [
        ({"instance_id": None}, SECRET, "--instance-id"),
        ({"public_key": ""}, SECRET, "--public-key"),
        ({}, {}, "private key"),
        ({"call": "sendSMS"}, SECRET, "--carrier"),
        ({"call": "sendSMS", "carrier": "Movistar", "flags": "1"}, SECRET, "--flags"),
        ({"call": "sendFax"}, SECRET, "sendMT, sendSMS"),
        ({"carrier": ".."}, SECRET, "--carrier cannot be dots"),
    ],
)
def test_the_form_says_what_is_missing(given: dict[str, str], secret: dict[str, str], words: str) -> None:
    with pytest.raises(NotUnderstood, match=words):
        OGANGI.login.make("C-1", GIVEN | given, secret)


def test_a_login_is_changed_by_what_is_given() -> None:
    login = OGANGI.login.make("C-1", GIVEN | {"flags": "1"}, SECRET)
    assert login == GatewayLogin("ogangi", "7", SECRET, {"call": "sendMT", "public_key": PUBLIC_KEY, "flags": "1"})
    changed = OGANGI.login.change(
        login, {"call": "sendSMS", "carrier": "Movistar", "flags": "", "public_key": None}, {}
    )
    options = {"call": "sendSMS", "carrier": "Movistar", "public_key": PUBLIC_KEY}
    assert (changed.secret, changed.options) == (SECRET, options)
    assert OGANGI.login.change(changed, {}, {PRIVATE_KEY: "new"}).secret == {PRIVATE_KEY: "new"}


@pytest.mark.parametrize(
    ("name", "value"), [("URL", "ogangi"), ("BASE64", "hex"), ("TIMEOUT", "0"), ("TIMEOUT", "301")]
)
def test_a_setting_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CONNECTORS_OGANGI_{name}", value)
    with pytest.raises(SettingsError, match=name):
        read_ogangi_settings().client()
