"""The stand-in for SMSC, called as its documents say."""

import hashlib
import threading
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import requests

from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from tests.sandbox.posts import Posts, posts

TEXT = "Привет, мир 😀"


class Client:
    """A client of SMSC with a login and a password, that asks for JSON in UTF-8."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server

    def raw(self, call: str, **parameters: str) -> requests.Response:
        sent = {"login": "shop", "psw": "secret", "fmt": "3", "charset": "utf-8", **parameters}
        url = f"{self.server.url}/sys/{call}.php"
        answer = requests.post(url, {name: value for name, value in sent.items() if value}, timeout=10)
        assert answer.status_code == 200
        return answer

    def call(self, call: str, **parameters: str) -> Any:
        return self.raw(call, **parameters).json()

    def send(self, phones: str = "+79161112233", mes: str = TEXT, **parameters: str) -> Any:
        return self.call("send", phones=phones, mes=mes, **parameters)


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxServer]:
    with SandboxServer(SandboxOptions(receipt_delay=0.01)) as server:
        yield server


@pytest.fixture
def smsc(running: SandboxServer) -> Client:
    running.sandbox.reset()
    running.settings(smsc_callback_urls=(), receipt_delay=0.01)
    return Client(running)


def test_one_id_covers_many_phones_and_bad_numbers_are_told_apart(smsc: Client) -> None:
    answer = smsc.send("+79161112233,+79161110011;+79161110012", id="order-7", op="1", cost="3", sender="SHOP")
    assert answer["id"] == "order-7"
    assert answer["cnt"] == 1
    assert answer["cost"] == "1.40"
    assert answer["balance"] == "998.60"
    assert [(phone["phone"], phone["status"], phone["error"]) for phone in answer["phones"]] == [
        ("79161112233", "-1", "0"),
        ("79161110011", "22", "249"),
        ("79161110012", "23", "252"),
    ]
    [message] = smsc.server.messages()
    assert (message.to, message.text, message.sender_id, message.gateway) == ("+79161112233", TEXT, "SHOP", "smsc")


def test_texts_that_differ_go_by_a_list(smsc: Client) -> None:
    assert smsc.call("send", list="+79161112233:Hi: Ann\n+79161112234:Hi Bo")["cnt"] == 2
    assert [(one.to, one.text) for one in smsc.server.messages()] == [
        ("+79161112233", "Hi: Ann"),
        ("+79161112234", "Hi Bo"),
    ]


@pytest.mark.parametrize(("charset", "codec"), [("", "cp1251"), ("koi8-r", "koi8-r"), ("utf-8", "utf-8")])
def test_texts_come_in_the_charset_that_is_named(smsc: Client, charset: str, codec: str) -> None:
    query = f"login=shop&psw=secret&phones=89161112233&mes={quote('Привет', encoding=codec)}&charset={charset}&fmt=1"
    answer = requests.get(f"{smsc.server.url}/sys/send.php?{query}", timeout=10)
    assert answer.text.endswith(",1")
    assert [(one.to, one.text) for one in smsc.server.messages()] == [("+79161112233", "Привет")]


def test_a_body_of_json_is_taken(smsc: Client) -> None:
    body = {"login": "shop", "psw": "secret", "phones": "+79161112233", "mes": TEXT}
    assert requests.post(f"{smsc.server.url}/rest/send/", json=body, timeout=10).json()["cnt"] == 1
    assert smsc.server.messages()[0].text == TEXT


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"psw": "wrong"}, 2),
        ({"login": "", "psw": ""}, 2),
        ({"apikey": "wrong"}, 2),
        ({"phones": ""}, 1),
        ({"mes": ""}, 1),
        ({"mes": "x" * 1_001}, 1),
        ({"id": "a" * 41}, 1),
        ({"id": "2147483648"}, 1),
        ({"cost": "4"}, 1),
        ({"imgcode": "4321", "userip": "192.0.2.1"}, 1),
        ({"imgcode": "1234"}, 1),
        ({"sender": "A name that is too long"}, 6),
        ({"phones": "+7916"}, 7),
        ({"phones": "+79161110011"}, 7),
        ({"phones": "+79161110012"}, 8),
        ({"phones": "+79161110017"}, 3),
    ],
)
def test_refusals_are_in_the_body_of_a_200(smsc: Client, parameters: dict[str, str], error: int) -> None:
    answer = smsc.send(**{"id": "7", **parameters})
    assert answer["error_code"] == error
    assert ("id" in answer) == (error in (3, 6, 7, 8))
    assert smsc.server.messages() == []


def test_a_right_captcha_and_an_api_key_are_let_in(smsc: Client) -> None:
    answer = smsc.send(login="", psw="", apikey="key", imgcode="1234", userip="192.0.2.1")
    assert answer["cnt"] == 1


@pytest.mark.parametrize(("cost", "taken"), [("1", 5), ("0", 1)])
def test_identical_calls_are_refused_within_a_minute(smsc: Client, cost: str, taken: int) -> None:
    answers = [smsc.send(cost=cost, id=str(attempt + 1)) for attempt in range(taken + 1)]
    assert ["error_code" in answer for answer in answers] == [False] * taken + [True]
    assert answers[-1]["error_code"] == 9
    assert len(smsc.server.messages()) == (cost == "0")
    assert "error" not in smsc.send(mes="Another text", cost=cost)


@pytest.mark.parametrize(
    ("call", "parameters", "taken"),
    [
        ("balance", {}, 10),
        ("status", {"id": "7", "phone": "79161112233"}, 5),
        ("status", {"id": "7,", "phone": "79161112233,"}, 1),
        ("receive_phones", {"get": "1"}, 2),
        ("wait_call", {"phone": "79161112233"}, 50),
        ("downloads", {"get_list": "1"}, 3),
    ],
)
def test_limits_of_a_minute(smsc: Client, call: str, parameters: dict[str, str], taken: int) -> None:
    answers = [smsc.call(call, **parameters) for _ in range(taken + 1)]
    refused = [answer.get("error_code") == 9 if isinstance(answer, dict) else False for answer in answers]
    assert refused == [False] * taken + [True]


def test_fifteen_requests_at_a_time_are_one_too_many(smsc: Client) -> None:
    smsc.server.settings(receipt_delay=0)
    slow = [f"+7916{number:03d}0019" for number in range(14)]
    threads = [threading.Thread(target=smsc.send, args=(phone,)) for phone in slow]
    for thread in threads:
        thread.start()
    smsc.server.wait_for(lambda server: server.stats()["messages"] == 14)
    assert smsc.call("downloads", get_list="1")["error_code"] == 9
    for thread in threads:
        thread.join()
    assert isinstance(smsc.call("downloads", get_list="1"), list)


@pytest.mark.parametrize(("digits", "status"), [("0013", 200), ("0014", 503), ("0015", 500)])
def test_the_first_try_fails(smsc: Client, digits: str, status: int) -> None:
    def send() -> requests.Response:
        sent = {"login": "shop", "psw": "secret", "fmt": "3", "phones": f"+7916111{digits}", "mes": "Hello"}
        return requests.post(f"{smsc.server.url}/sys/send.php", sent, timeout=10)

    first = send()
    assert first.status_code == status
    assert status != 200 or first.json()["error_code"] == 9
    assert smsc.server.messages() == []
    assert send().json()["cnt"] == 1


def test_a_lost_answer_is_a_message_all_the_same(smsc: Client) -> None:
    with pytest.raises(requests.ConnectionError):
        smsc.send("+79161110016")
    assert len(smsc.server.messages()) == 1


@pytest.mark.parametrize(
    ("digits", "status", "error"),
    [("0001", 20, 237), ("0002", 3, 0), ("0003", 23, 252), ("0004", 0, 0), ("2233", 1, 0)],
)
def test_what_became_of_a_message(smsc: Client, digits: str, status: int, error: int) -> None:
    phone = f"7916111{digits}"
    smsc.send(f"+{phone}", id="7")
    smsc.server.wait_for(lambda server: server.messages()[0].state != "accepted")
    found = smsc.call("status", id="7", phone=phone, all="1")
    assert (found["status"], found["err"], found["message"], found["phone"]) == (status, error, TEXT, phone)
    assert smsc.call("status", id="8", phone=phone)["status"] == -3
    many = smsc.raw("status", id="7,", phone=f"{phone},", fmt="2", charset="")
    assert ElementTree.fromstring(many.content).findtext("status/status") == str(status)  # noqa: S314 - the sandbox's own


def test_history_and_the_file_of_a_task(smsc: Client) -> None:
    smsc.send(mes="first")
    smsc.send(mes="second")
    listed = smsc.call("get", get_messages="1")
    assert [one["message"] for one in listed] == ["second", "first"]
    older = smsc.call("get", get_messages="1", prev_id=str(listed[0]["int_id"]))
    assert [one["message"] for one in older] == ["first"]
    assert smsc.call("get", get_messages="1", start="31.02.2026")["error_code"] == 5
    assert smsc.call("downloads", get_list="1")[0]["status"] == 2
    assert b";second" in smsc.raw("downloads", get_file="1", id="1").content
    assert smsc.call("downloads", get_file="1", id="2")["error_code"] == 1


def test_numbers_are_rented_and_renewed(smsc: Client) -> None:
    free = smsc.call("receive_phones", get="1")
    assert {"phone", "type", "cost", "current_cost", "info"} == set(free[0])
    phone = free[0]["phone"]
    assert smsc.call("receive_phones", chg="1", phone=phone, noprolong="1")["error_code"] == 1
    rented = smsc.call("receive_phones", buy="1", phone=phone, noprolong="1")
    assert rented["cost"] == free[0]["current_cost"]
    assert smsc.call("receive_phones", chg="1", phone=phone, noprolong="0") == {"result": "OK"}
    assert phone not in {number["phone"] for number in smsc.call("receive_phones", get="1")}
    left = 1000 - float(rented["cost"])
    assert smsc.call("balance", cur="1") == {"balance": f"{left:.2f}", "currency": "RUR"}


def lever(smsc: Client, path: str, body: object) -> int:
    return requests.post(f"{smsc.server.url}/sandbox/smsc/{path}", json=body, timeout=10).status_code


def test_incoming_messages_are_listed_after_an_id(smsc: Client) -> None:
    for text in ("STOP", TEXT):
        assert lever(smsc, "incoming", {"from": "+79161112233", "to": "79165550100", "text": text}) == 201
    listed = smsc.call("get", get_answers="1")
    assert [(one["phone"], one["to_phone"], one["message"]) for one in listed] == [
        ("79161112233", "79165550100", "STOP"),
        ("79161112233", "79165550100", TEXT),
    ]
    assert smsc.call("get", get_answers="1", after_id=str(listed[0]["id"])) == listed[1:]
    assert lever(smsc, "incoming", {"from": "nobody", "text": "STOP"}) == 400


def tell(smsc: Client, receiver: Posts, query: str) -> None:
    """Have a handler with this query be told of a delivered message, of an answer and of a call, in this order."""
    smsc.server.settings(smsc_callback_urls=(f"{receiver.url}{query}",))
    smsc.send(id="order-7")
    receiver.wait_for(1)
    lever(smsc, "incoming", {"from": "+79161112233", "to": "79165550100", "text": TEXT})
    receiver.wait_for(2)
    lever(smsc, "call", {"from": "+79161112233", "to": "74955550110"})
    receiver.wait_for(3)


@pytest.mark.parametrize("fmt", ["", "2", "3"])
@pytest.mark.parametrize("charset", ["", "utf-8", "koi8-r"])
def test_handlers_are_told_in_their_format_and_charset(smsc: Client, fmt: str, charset: str) -> None:
    with posts() as receiver:
        tell(smsc, receiver, f"!get=1&two=2?charset={charset or 'windows-1251'}&fmt={fmt}&mine=kept")
    status, incoming, call = receiver.read()
    assert receiver.targets == ["/smsc/callbacks/token?get=1&two=2"] * 3
    assert (status["id"], status["phone"], status["status"], status["err"]) == ("order-7", "79161112233", "1", "0")
    assert all(one["mine"] == "kept" and one["fmt"] == fmt for one in (status, incoming, call))
    assert "mes" not in status
    assert "mes" not in call
    whole = charset == "utf-8" or fmt in ("2", "3")
    assert incoming["mes"] == (TEXT if whole else TEXT.replace("😀", "?"))
    assert (incoming["to"], incoming["sms_id"]) == ("79165550100", "order-7")
    assert (call["phone"], call["waitcall"]) == ("79161112233", "74955550110")


@pytest.mark.parametrize("name", ["md5", "sha1", "crc32"])
def test_a_secret_is_replaced_by_the_hash(smsc: Client, name: str) -> None:
    with posts() as receiver:
        tell(smsc, receiver, f"?charset=utf-8&{name}=secret-1")

    def expected(text: str) -> str:
        return str(zlib.crc32(text.encode())) if name == "crc32" else hashlib.new(name, text.encode()).hexdigest()

    status, incoming, call = receiver.read()
    assert status[name] == expected("order-7:79161112233:1:secret-1")
    assert incoming[name] == expected(f"79161112233:{TEXT}:79165550100:secret-1")
    assert call[name] == expected("79161112233:74955550110:secret-1")
