"""SMSC behind the seam: what goes out, what is held, and what is in doubt."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.service import Service
from connectors.shared.gateways.base import Captcha, Fault, Gateway, Outgoing, Recipient, SendResult, Verdict
from connectors.shared.gateways.smsc.kind import SMSC
from tests.shared.gateways.smsc.vendor import PASSWORD, ScriptedSmsc, connect, hangs_up, refuses, says, smsc

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TEXT = Outgoing("Ваш заказ 📦 уже в пути", "SHOP", "SMS", "TRANSACTION", None, None)
ONE = [Recipient("7", "9990000001")]
THREE = [Recipient("7", f"999000000{n}") for n in (1, 2, 3)]
TRY_AGAIN, REFUSED, IN_DOUBT = Verdict.TRY_AGAIN, Verdict.REFUSED, Verdict.IN_DOUBT
ACCOUNT_REFUSED, ACCEPTED = Verdict.ACCOUNT_REFUSED, Verdict.ACCEPTED


@pytest.fixture
def vendor() -> Iterator[ScriptedSmsc]:
    with smsc() as vendor:
        yield vendor


@pytest.fixture
def gateway(service: Service, vendor: ScriptedSmsc, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setenv("CONNECTORS_SMSC_URL", vendor.url)
    monkeypatch.setenv("CONNECTORS_SMSC_TIMEOUT", "0.5")
    return SMSC.build(service).gateway


def test_one_and_many_go_under_an_id_of_ours(service: Service, gateway: Gateway, vendor: ScriptedSmsc) -> None:
    connection_id = connect(service)
    result = gateway.send(connection_id, TEXT, ONE)
    asked = vendor.to("send")[0].params
    assert result == SendResult(ACCEPTED, Fault.NOBODY, transaction_id=asked["id"])
    assert (asked["phones"], asked["mes"], asked["sender"]) == ("+79990000001", TEXT.text, "SHOP")
    assert (asked["psw"], asked["fmt"], asked["charset"]) == (PASSWORD, "3", "utf-8")
    vendor.on("send", says({"id": 77, "cnt": 3}))
    result = gateway.send(connection_id, replace(TEXT, sender_id=""), THREE)
    asked = vendor.to("send")[1].params
    assert asked["phones"] == "+79990000001,+79990000002,+79990000003"
    assert asked["op"] == "1"
    assert "sender" not in asked
    # The vendor named another: its receipts will too.
    assert result.transaction_id == "77" != asked["id"]


def test_differing_texts_travel_as_a_list_and_a_captcha_alone(
    service: Service, gateway: Gateway, vendor: ScriptedSmsc
) -> None:
    connection_id = connect(service, {"api_key": "k3y"})
    people = [replace(to, text=f"Добрый день: {to.national}") for to in THREE]
    gateway.send(connection_id, replace(TEXT, text="", differing=True), people)
    asked = vendor.to("send")[0].params
    assert asked["list"].split("\n")[1] == "+79990000002:Добрый день: 9990000002"
    assert "mes" not in asked
    assert "phones" not in asked
    assert asked["apikey"] == "k3y"
    guarded = replace(TEXT, captcha=Captcha("c0de", "192.0.2.7"))
    gateway.send(connection_id, guarded, ONE)
    asked = vendor.to("send")[1].params
    assert (asked["imgcode"], asked["userip"]) == ("c0de", "192.0.2.7")
    assert [gateway.most_recipients(it) for it in (TEXT, guarded, replace(TEXT, message_type="OTP"))] == [100, 1, 1]
    unfit = ["two\nlines", "two\u2028lines", " blank first", "x" * 1_001, ""]
    assert [gateway.lists(text) for text in [TEXT.text, *unfit]] == [True] + [False] * len(unfit)


@pytest.mark.parametrize(
    "unsendable", [replace(TEXT, text="й" * 1_001), replace(TEXT, channel="WHATSAPP"), replace(TEXT, channel="CALL")]
)
def test_what_smsc_cannot_carry_never_reaches_it(
    service: Service, gateway: Gateway, vendor: ScriptedSmsc, unsendable: Outgoing
) -> None:
    assert gateway.send(connect(service), unsendable, ONE).verdict is REFUSED
    assert vendor.asked == []


def test_the_same_to_the_same_waits_unless_it_never_came_there(
    service: Service, gateway: Gateway, vendor: ScriptedSmsc
) -> None:
    connection_id = connect(service)
    vendor.on("send", says(b"", status=503), refuses(2), says({"id": 1, "cnt": 1}))
    first = [gateway.send(connection_id, TEXT, ONE).verdict for _ in range(3)]
    assert first == [TRY_AGAIN, ACCOUNT_REFUSED, ACCEPTED]
    held = gateway.send(connection_id, TEXT, ONE)
    assert (held.verdict, held.code) == (TRY_AGAIN, "held")
    assert 0 < (held.retry_after or 0) <= 61
    assert len(vendor.to("send")) == 3
    assert gateway.send(connection_id, TEXT, THREE).verdict is ACCEPTED
    assert gateway.send(connection_id, replace(TEXT, text="another"), ONE).verdict is ACCEPTED
    assert gateway.send(connection_id, TEXT, list(reversed(THREE))).code == "held"


def test_a_message_that_a_503_lied_about_is_in_doubt_under_its_first_id(
    service: Service, gateway: Gateway, vendor: ScriptedSmsc
) -> None:
    connection_id = connect(service)
    vendor.on("send", says(b"", status=503), refuses(9))
    results = [gateway.send(connection_id, TEXT, ONE), gateway.send(connection_id, TEXT, ONE)]
    assert [result.verdict for result in results] == [TRY_AGAIN, IN_DOUBT]
    assert results[1].transaction_id == vendor.to("send")[0].params["id"]
    # Others that are refused so were not sent before.
    assert gateway.send(connection_id, TEXT, THREE).verdict is TRY_AGAIN


def test_without_an_answer_it_is_in_doubt_under_our_id_and_not_sent_again(
    service: Service, gateway: Gateway, vendor: ScriptedSmsc
) -> None:
    connection_id = connect(service)
    for place, answer in enumerate((hangs_up, vendor.keeps_silent, says(b"<html>", status=502), says({}))):
        vendor.on("send", answer)
        result = gateway.send(connection_id, replace(TEXT, text=f"n {place}"), ONE)
        assert result.verdict is IN_DOUBT
        assert len(vendor.to("send")) == place + 1
        assert result.transaction_id == vendor.to("send")[-1].params["id"]


def test_the_balance_proves_credentials_at_most_ten_times_a_minute(
    service: Service, gateway: Gateway, vendor: ScriptedSmsc
) -> None:
    connection_id = connect(service)
    vendor.on("balance", refuses(2), vendor.keeps_silent, says({"balance": "0.00"}))
    assert [gateway.prove(connection_id).verdict for _ in range(3)] == [ACCOUNT_REFUSED, TRY_AGAIN, ACCEPTED]
    rest = [gateway.prove(connection_id) for _ in range(8)]
    assert [result.verdict for result in rest] == [ACCEPTED] * 7 + [TRY_AGAIN]
    assert 1 <= (rest[-1].retry_after or 0) <= 61
    assert len(vendor.to("balance")) == 10


def test_a_connection_that_is_gone_is_refused(service: Service, gateway: Gateway) -> None:
    assert gateway.send(999, TEXT, ONE).verdict is REFUSED
    assert gateway.prove(999).verdict is REFUSED
