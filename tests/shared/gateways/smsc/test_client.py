"""Every call of SMSC's document: what goes over the wire, and what is made of the answers."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from connectors.shared.gateways.smsc.answers import (
    Answered,
    Balance,
    Cost,
    DedicatedNumber,
    Done,
    MessageStatus,
    Outcome,
    Refusal,
    Rented,
    Sent,
    SentPhone,
    Task,
    WaitedCall,
)
from connectors.shared.gateways.smsc.client import Credentials, Sms, Smsc
from tests.shared.gateways.smsc.vendor import LOGIN, PASSWORD, ScriptedSmsc, hangs_up, refuses, says, smsc

WHO = Credentials(LOGIN, PASSWORD)
ONE = Sms(("79990000001",), 'Привет 👋🏽 & 50% = ½ + "x"\nвторая строка')
GUARDED = Sms(("79990000001",), "a", sender="SHOP", id="i-1", captcha=("c0de", "192.0.2.7"))
ALWAYS = {"login": LOGIN, "psw": PASSWORD, "fmt": "3", "charset": "utf-8"}

Ask = Callable[[Smsc], Any]


@pytest.fixture(scope="module")
def vendor() -> Iterator[ScriptedSmsc]:
    with smsc() as vendor:
        yield vendor


def client_of(vendor: ScriptedSmsc, timeout: float = 5.0) -> Smsc:
    return Smsc(vendor.url, timeout=timeout)


CALLS: list[tuple[Ask, str, dict[str, str], Any, Any]] = [
    (
        lambda c: c.send(WHO, ONE),
        "send",
        {"phones": "+79990000001", "mes": ONE.text},
        {"id": 1, "cnt": 2},
        Sent("1", 2),
    ),
    (
        lambda c: c.send(WHO, GUARDED, told=3),
        "send",
        {
            "phones": "+79990000001",
            "mes": "a",
            "sender": "SHOP",
            "id": "i-1",
            "imgcode": "c0de",
            "userip": "192.0.2.7",
            "cost": "3",
        },
        {"id": "i-1", "cnt": "1", "cost": 1.40, "balance": "100.50"},
        Sent("i-1", 1, "1.4", "100.50"),
    ),
    (
        lambda c: c.send(WHO, Sms(("79990000001", "79990000002"), "a", details=True), told=2),
        "send",
        {"phones": "+79990000001,+79990000002", "mes": "a", "op": "1", "cost": "2"},
        {
            "id": 7,
            "cnt": 1,
            "cost": "1",
            "phones": [
                {"phone": "79990000001", "mccmnc": "25001", "cost": "1", "status": "0", "error": "0"},
                {"phone": "+7 999 0000002", "error": 8},
            ],
        },
        Sent("7", 1, "1", None, (SentPhone("79990000001", None, 0, "1", "25001"), SentPhone("79990000002", "8"))),
    ),
    (
        lambda c: c.send(WHO, Sms(("79990000001", "79990000002"), differing=("Раз: 👍", "Два"))),
        "send",
        {"list": "+79990000001:Раз: 👍\n+79990000002:Два"},
        [{"id": 1, "cnt": 2}],
        Sent("1", 2),
    ),
    (lambda c: c.cost(WHO, Sms(("79990000001",), "a")), "send", {"phones": "+79990000001", "mes": "a", "cost": "1"},
     {"cost": "1.40", "cnt": 1}, Cost("1.40", 1)),
    (
        lambda c: c.status(WHO, [("79990000001", "i-1"), ("79990000002", "i-2")], full=2),
        "status",
        {"phone": "79990000001,79990000002", "id": "i-1,i-2", "all": "2"},
        [
            {"status": 1, "last_timestamp": "1286524541", "err": 0, "id": "i-1", "phone": "79990000001"},
            {"status": "-3"},
        ],
        [
            MessageStatus(
                "i-1",
                "79990000001",
                1,
                0,
                1_286_524_541_000,
                {"status": "1", "last_timestamp": "1286524541", "err": "0", "id": "i-1", "phone": "79990000001"},
            ),
            MessageStatus(None, None, -3, details={"status": "-3"}),
        ],
    ),
    (
        lambda c: c.status(WHO, [("79990000001", "1")]),
        "status",
        {"phone": "79990000001", "id": "1"},
        {"status": 25, "last_date": "21.11.2026 03:00:00", "err": "250"},
        [
            MessageStatus(
                None,
                None,
                25,
                250,
                1_795_219_200_000,
                {"status": "25", "last_date": "21.11.2026 03:00:00", "err": "250"},
            )
        ],
    ),
    (lambda c: c.balance(WHO), "balance", {"cur": "1"}, {"balance": "83.6", "credit": 10, "currency": "RUR"},
     Balance("83.6", "10", "RUR")),
    (
        lambda c: c.history(
            WHO, start=date(2026, 11, 1), end=date(2026, 11, 21), phones=("79990000001",), count=5_000, before="99"
        ),
        "get",
        {
            "get_messages": "1",
            "start": "01.11.2026",
            "end": "21.11.2026",
            "phone": "79990000001",
            "cnt": "1000",
            "prev_id": "99",
        },
        [],
        [],
    ),
    (
        lambda c: c.answers(WHO, after="41", hours=500, count=10, to_phone="79990000009"),
        "get",
        {"get_answers": "1", "after_id": "41", "hour": "168", "cnt": "10", "to_phone": "79990000009"},
        {"id": 42, "received": "21.11.2026 03:00:00", "phone": 79990000001, "message": "\ud83d?", "to_phone": "7999"},
        [Answered("42", "79990000001", "\ufffd?", "7999", 1_795_219_200_000)],
    ),
    (lambda c: c.answers(WHO), "get", {"get_answers": "1"}, {"error": "no messages", "error_code": 3}, []),
    (lambda c: c.numbers(WHO), "receive_phones", {"get": "1"},
     {"phone": "79990000001", "type": 4, "cost": 500, "current_cost": "150.5", "info": "МТС"},
     [DedicatedNumber("79990000001", 4, "500", "150.5", "МТС")]),
    (lambda c: c.rent(WHO, "79990000001"), "receive_phones", {"buy": "1", "phone": "79990000001", "noprolong": "0"},
     {"cost": 150.5}, Rented("150.5")),
    (lambda c: c.rent(WHO, "79990000001", renewed=False), "receive_phones",
     {"buy": "1", "phone": "79990000001", "noprolong": "1"}, b"150.5", Rented("150.5")),
    (lambda c: c.change_renewal(WHO, "79990000001", renewed=False), "receive_phones",
     {"chg": "1", "phone": "79990000001", "noprolong": "1"}, b"OK", Done()),
    (lambda c: c.wait_call(WHO, "79990000001"), "wait_call", {"phone": "79990000001"},
     {"phone": "+78000000001", "all_phones": "78000000001,78000000002"},
     WaitedCall("78000000001", ("78000000001", "78000000002"))),
    (lambda c: c.tasks(WHO, count=5, after="3"), "downloads", {"get_list": "1", "cnt": "5", "after_id": "3"},
     [{"id": 4, "name": "Выгрузка", "status": "2", "created": "21.11.2026", "file": "x.csv"}],
     [Task("4", "Выгрузка", 2, "21.11.2026", None, "x.csv")]),
    (lambda c: c.download(WHO, task_id="4"), "downloads", {"get_file": "1", "id": "4"},
     "id;текст\r\n1;Да\r\n".encode("windows-1251"), "id;текст\r\n1;Да\r\n".encode("windows-1251")),
    (lambda c: c.download(WHO, name="x.csv"), "downloads", {"get_file": "1", "name": "x.csv"},
     b"ERROR = 1 (parameters error)", Refusal(Outcome.REFUSED, 1, "parameters error", http_status=200)),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "script", "params", "answer", "result"), CALLS)
def test_every_call_goes_out_and_comes_back_as_documented(
    vendor: ScriptedSmsc, ask: Ask, script: str, params: dict[str, str], answer: Any, result: Any
) -> None:
    vendor.on(script, says(answer))
    assert ask(client_of(vendor)) == result
    asked = vendor.to(script)[-1]
    assert asked.params == {**ALWAYS, **params}
    assert asked.head.startswith(f"POST /sys/{script}.php HTTP/1.1\r\n".encode())
    assert b"application/x-www-form-urlencoded" in asked.head


@pytest.mark.parametrize(
    ("who", "proof"),
    [
        (Credentials(api_key="k3y"), {"apikey": "k3y"}),
        (Credentials(LOGIN, api_key="k3y"), {"login": LOGIN, "apikey": "k3y"}),
    ],
)
def test_an_api_key_goes_instead_of_the_password(vendor: ScriptedSmsc, who: Credentials, proof: dict[str, str]) -> None:
    vendor.on("balance", says({"balance": 1}))
    client_of(vendor).balance(who)
    assert vendor.to("balance")[-1].params == {**proof, "cur": "1", "fmt": "3", "charset": "utf-8"}


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        (refuses(9), Outcome.REFUSED, 9),
        (refuses(8, id=5), Outcome.REFUSED, 8),
        (says({"error": "no", "error_code": "2"}, status=403), Outcome.REFUSED, 2),
        (says([{"error": "no", "error_code": 2}], status=500), Outcome.REFUSED, 2),
        (says(b"ERROR = 2 (authorise error)"), Outcome.REFUSED, 2),
        (says({"error": "no code at all"}), Outcome.REFUSED, None),
        # It says both: nobody can tell.
        (says({"error": "no", "error_code": 9, "id": 1, "cnt": 1}), Outcome.UNREADABLE, None),
        (says({"id": 1, "cnt": 0}), Outcome.UNREADABLE, None),
        (says({"cnt": 1}), Outcome.UNREADABLE, None),
        (says(b""), Outcome.UNREADABLE, None),
        (says(b"OK"), Outcome.UNREADABLE, None),
        (says(b"\xff\xfe{"), Outcome.UNREADABLE, None),
        (says(b"[" * 100_000), Outcome.UNREADABLE, None),
        (says(b"<html>Bad gateway</html>", status=502), Outcome.UNREADABLE, None),
        (says(b"", status=302, headers="Location: /\r\n"), Outcome.UNREADABLE, None),
        (says(b" " * 1_000_001), Outcome.UNREADABLE, None),
        (says(b"x", status=404), Outcome.HTTP_REFUSED, None),
        (says(b"x", status=403), Outcome.HTTP_DENIED, None),
        (says(b"x", status=429), Outcome.THROTTLED, None),
        (says(b"x", status=503), Outcome.UNAVAILABLE, None),
        (hangs_up, Outcome.NO_ANSWER, None),
        (lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", Outcome.NO_ANSWER, None),
    ],
)
def test_what_is_no_result_is_a_refusal_that_says_why(
    vendor: ScriptedSmsc, answer: Any, outcome: Outcome, code: int | None
) -> None:
    vendor.on("send", answer)
    before = len(vendor.to("send"))
    refusal = client_of(vendor, timeout=0.5).send(WHO, ONE)
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.code) == (outcome, code)
    assert len(vendor.to("send")) == before + 1


def test_silence_and_a_closed_door_are_told_apart(vendor: ScriptedSmsc) -> None:
    vendor.on("send", vendor.keeps_silent)
    before = len(vendor.to("send"))
    silent = client_of(vendor, timeout=0.2).send(WHO, ONE)
    assert isinstance(silent, Refusal)
    assert silent.outcome is Outcome.NO_ANSWER
    assert len(vendor.to("send")) == before + 1
    closed = Smsc("http://127.0.0.1:9").send(WHO, ONE)
    assert isinstance(closed, Refusal)
    assert closed.outcome is Outcome.NOT_CONNECTED


def test_no_secret_text_or_number_is_in_words_logs_or_reprs(
    vendor: ScriptedSmsc, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    sms = Sms(("79990000001",), "ein Geheimnis", captcha=("c0de", "192.0.2.7"))
    vendor.on("send", refuses(6, f"forbidden: {PASSWORD} ein Geheimnis 79990000001", id=1))
    refusal = client_of(vendor).send(WHO, sms)
    # A header without a colon: urllib3 says of which URL it came, and what it could not read.
    vendor.on("send", says({"id": 1, "cnt": 1}, headers=f"X: y\r\n{PASSWORD} ein Geheimnis\r\n"))
    client_of(vendor).send(WHO, sms)
    said = f"{refusal!r} {WHO!r} {sms!r} {caplog.text}"
    for secret in (PASSWORD, "Geheimnis", "79990000001", "c0de"):
        assert secret not in said
