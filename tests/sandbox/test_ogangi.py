"""The stand-in for Ogangi, called as its documents say."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import requests

from connectors.sandbox.server import SandboxServer

TEXT = "Hola Lucía ☺ 😀"
NUMBER = "584121234567"


def b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def standard(text: str) -> str:
    return quote(base64.b64encode(text.encode()).decode(), safe="")


class Client:
    """A client that signs with the sandbox's keys, or with others."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server

    def url(self, method: str, *signed: str, public: str = "sandbox-public", private: str = "sandbox-private") -> str:
        signature = hmac.new(private.encode(), "/".join(signed).encode(), hashlib.sha256).hexdigest()
        return "/".join((f"{self.server.url}/ogangi/rest/api/{method}", *signed, public, signature))

    def get(self, method: str, *signed: str, **keys: str) -> ElementTree.Element:
        answer = requests.get(self.url(method, *signed, **keys), timeout=10)
        assert answer.status_code == 200
        return ElementTree.fromstring(answer.content)  # noqa: S314 - the sandbox's own

    def status(self, method: str, *signed: str) -> int:
        return requests.get(self.url(method, *signed), timeout=10).status_code

    def texts(self) -> list[tuple[str, str, str, str]]:
        return [(one.to, one.sender_id, one.text, one.gateway) for one in self.server.messages()]


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def ogangi(running: SandboxServer) -> Client:
    running.sandbox.reset()
    return Client(running)


@pytest.mark.parametrize("text64", [b64(TEXT), standard(TEXT), b64(TEXT) + "="])
@pytest.mark.parametrize("flags", [(), ("1",)])
def test_send_mt_names_no_id(ogangi: Client, text64: str, flags: tuple[str, ...]) -> None:
    answer = ogangi.get("sendMT", "7", "2020", "null", NUMBER, text64, *flags)
    assert [(child.tag, child.text) for child in answer] == [
        ("input", "sendMT"),
        ("status", "OK"),
        ("description", "Completed"),
    ]
    assert ogangi.texts() == [(f"+{NUMBER}", "2020", TEXT, "ogangi")]


def test_send_sms_shows_the_message(ogangi: Client) -> None:
    answer = ogangi.get("tools/sendSMS", "7", "Movistar", "2020", b64(NUMBER), b64("<Hi> & bye"))
    [message] = answer.iter("message")
    assert int(message.findtext("id", ""))
    shown = [message.findtext(name) for name in ("carrier", "from", "to", "text", "status", "encoding")]
    assert shown == ["Movistar", "2020", NUMBER, "<Hi> & bye", "SENT_TO_CARRIER", "UTF-8"]
    assert ogangi.texts() == [(f"+{NUMBER}", "2020", "<Hi> & bye", "ogangi")]


def test_a_pin_is_sent_and_answered(ogangi: Client) -> None:
    answer = ogangi.get("tools/sendSMSPinMobileNumberConfirm", "7", "null", "2020", NUMBER, b64("Your code:"), "6")
    pin = answer.findtext("result/PinSMSConfirmation/pin", "")
    assert len(pin) == 6
    assert ogangi.texts() == [(f"+{NUMBER}", "2020", f"Your code: {pin}", "ogangi")]


@pytest.mark.parametrize("keys", [{"public": "other"}, {"private": "other"}])
def test_a_wrong_key_is_a_bad_signature(ogangi: Client, keys: dict[str, str]) -> None:
    answer = ogangi.get("sendMT", "7", "2020", "null", NUMBER, b64("Hi"), **keys)
    assert answer.findtext("status") == "BAD_SIGNATURE"
    assert ogangi.texts() == []


def test_every_parameter_is_signed(ogangi: Client) -> None:
    url = ogangi.url("sendMT", "7", "2020", "null", NUMBER, b64("Hi")).replace(f"/{NUMBER}/", "/584121234568/")
    assert "BAD_SIGNATURE" in requests.get(url, timeout=10).text
    assert ogangi.texts() == []


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("sendMT", ("7", "2020", "null", "number", b64("Hi"))),
        ("sendMT", ("7", "2020", "null", NUMBER, "*")),
        ("sendMT", ("7", "2020", "null", NUMBER)),
        ("sendMT", ("7", "2020", "null", "584120000011", b64("Hi"))),
        ("tools/sendSMS", ("7", "null", "2020", NUMBER, b64("Hi"))),
        ("tools/sendSMSPinMobileNumberConfirm", ("7", "null", "2020", NUMBER, b64("Hi"), "99")),
        ("tools/getMOMessages", ("7", "1", "0", "null")),
        ("tools/getMOMessages", ("7", "1", "10", "colour=red")),
        ("tools/getMOMessages", ("7", "1", "10", "order=random")),
        ("tools/getMOMessages", ("7", "1", "10", "keyword=(")),
        ("tools/other", ("7",)),
    ],
)
def test_parameters_that_make_no_sense_are_a_404(ogangi: Client, method: str, parameters: tuple[str, ...]) -> None:
    assert ogangi.status(method, *parameters) == 404
    assert ogangi.texts() == []


@pytest.mark.parametrize(
    ("digits", "status"), [("0011", "CODE_NOT_ALLOWED"), ("0012", "BLACKLISTED"), ("0017", "EXHAUSTED")]
)
def test_send_sms_says_within_ok_what_went_nowhere(ogangi: Client, digits: str, status: str) -> None:
    answer = ogangi.get("tools/sendSMS", "7", "null", "2020", b64(f"58412000{digits}"), b64("Hi"))
    assert (answer.findtext("status"), answer.findtext("result/messages/message/status")) == ("OK", status)
    assert ogangi.texts() == []


@pytest.mark.parametrize(("digits", "status"), [("0013", 429), ("0014", 503), ("0015", 200)])
def test_the_first_try_fails(ogangi: Client, digits: str, status: int) -> None:
    call = ("sendMT", "7", "2020", "null", f"58412000{digits}", b64("Hi"))
    first = requests.get(ogangi.url(*call), timeout=10)
    assert first.status_code == status
    assert status != 200 or "<status>ERROR</status>" in first.text
    assert ogangi.texts() == []
    assert ogangi.get(*call).findtext("status") == "OK"


def test_a_lost_answer_is_a_message_all_the_same(ogangi: Client) -> None:
    with pytest.raises(requests.ConnectionError):
        ogangi.status("sendMT", "7", "2020", "null", "584120000016", b64("Hi"))
    assert len(ogangi.texts()) == 1


FILTERS = "from=13056708084,58&order=desc&to=2020&keyword=%5ESTO.*&carrier=movistar"


def test_what_people_wrote_is_listed_newest_first(ogangi: Client) -> None:
    fired = ogangi.get("fireMessage", "7", NUMBER, b64("first"))
    assert fired.findtext("input") == "activateCampaign"
    posted = requests.post(ogangi.url("fireMessage", "7"), json={"mobileNumber": NUMBER, "text": TEXT}, timeout=10)
    assert ElementTree.fromstring(posted.content).findtext("result/mo/text") == TEXT  # noqa: S314 - the sandbox's own
    lever = f"{ogangi.server.url}/sandbox/ogangi/incoming"
    body = {"from": "+13056708084", "to": "2020", "text": "STOP"}
    assert requests.post(lever, json=body, timeout=10).status_code == 201
    assert requests.post(lever, json={"from": "+13056708084"}, timeout=10).status_code == 400

    def listed(page: str, size: str, search: str = "null") -> tuple[str | None, list[str | None]]:
        answer = ogangi.get("tools/getMOMessages", "7", page, size, search)
        found = [one.findtext("text") for one in answer.iter("MOMessage")]
        return answer.findtext("result/MOMessageList/records"), found

    assert listed("1", "2") == ("3", ["STOP", TEXT])
    assert listed("0", "2") == listed("1", "2")
    assert listed("2", "2") == ("3", ["first"])
    assert listed("3", "2") == ("3", [])
    assert listed("1", "10", FILTERS) == ("1", ["STOP"])
    assert listed("1", "10", "order=asc")[1] == ["first", TEXT, "STOP"]
    assert listed("1", "10", "from=1305") == ("0", [])


def test_nothing_is_fired_by_a_body_without_a_number(ogangi: Client) -> None:
    assert requests.post(ogangi.url("fireMessage", "7"), json={"text": "x"}, timeout=10).status_code == 404
    assert ogangi.server.sandbox.ogangi.incoming() == []
