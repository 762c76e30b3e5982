"""Every call of the document by its path, order, signature and Base64; texts arrive octet by octet."""

import json
import logging
from xml.sax.saxutils import escape

import pytest

from connectors.shared.gateways.ogangi.answers import Answer, Meaning, SentMessage
from connectors.shared.gateways.ogangi.client import Keys, Ogangi, Sms
from connectors.shared.gateways.ogangi.signing import Base64, NotSendable, encoded, segment, signature
from tests.shared.gateways.conformance.wire import Reply
from tests.shared.gateways.ogangi.scripted import PREFIX, PRIVATE_KEY, PUBLIC_KEY, ScriptedOgangi, Seen, said

KEYS = Keys("7", PUBLIC_KEY, PRIVATE_KEY)
TEXT = "Ваш заказ — 3 шт. 😀 a/b?c>d~"
SMS = Sms("2020", "18765422035", TEXT, "2")


def client(ogangi: ScriptedOgangi, base64: Base64 = Base64.URL_SAFE) -> Ogangi:
    return Ogangi(ogangi.url, timeout=2.0, base64=base64)


# The vectors of https://github.com/nyaruka/courier/blob/main/handlers/messangi/handler_test.go.
@pytest.mark.parametrize(
    ("text", "base64", "expected"),
    [
        (
            "Simple Message ☺",
            "U2ltcGxlIE1lc3NhZ2Ug4pi6",
            "f69bc6a924480d3ed82970d9679c4be90589bd3064add51c47e8bf50a211d55f",
        ),
        ("Error Response", "RXJyb3IgUmVzcG9uc2U", "27f4c67fa00848ea6029cc0b1797aae6d05e2970ecb6e44ca486b463b933e61a"),
        (
            "Invalid Parameters",
            "SW52YWxpZCBQYXJhbWV0ZXJz",
            "f3d2ea825cf61226925dee2db3c14b7fc00f3183f11809d2183d1e2dbd230df6",
        ),
    ],
)
def test_signature_is_that_of_others(ogangi: ScriptedOgangi, text: str, base64: str, expected: str) -> None:
    assert encoded("text", text, Base64.URL_SAFE) == base64
    assert signature("my-private-key", ["7", "2020", "2", "18765422035", base64]) == expected
    client(ogangi).send_mt(KEYS, Sms("2020", "18765422035", text, "2"))
    path = f"{PREFIX}sendMT/7/2020/2/18765422035/{base64}/my-public-key/{expected}"
    assert [(call.method, call.target) for call in ogangi.seen] == [("GET", path)]


@pytest.mark.parametrize("variant", list(Base64))
def test_every_call_arrives_as_it_was_said(ogangi: ScriptedOgangi, variant: Base64) -> None:
    asked = client(ogangi, base64=variant)
    flagged = Sms("BLUE KURTA", "18765422035", TEXT, flags="a/b c")
    answers = [
        asked.send_mt(KEYS, Sms("2020", "18765422035", TEXT)),
        asked.send_mt(KEYS, flagged),
        asked.send_sms(KEYS, SMS),
        asked.send_pin(KEYS, SMS, 6),
        asked.fire(KEYS, "18765422035", TEXT),
        asked.incoming(KEYS, 3, 50),
        asked.incoming(KEYS, 0, 1, "from=58123&keyword=^A.*"),
    ]
    assert [answer.meaning for answer in answers] == [Meaning.OK] * len(answers)
    message = {"instanceId": "7", "mobileNumber": "18765422035", "text": TEXT}
    page = {"instanceId": "7", "page": "3", "resultsPerPage": "50", "parameters": "null"}
    assert [(call.name, call.parameters) for call in ogangi.seen] == [
        ("sendMT", message | {"from": "2020", "carrier": "null"}),
        ("sendMT", message | {"from": "BLUE KURTA", "carrier": "null", "flags": "a/b c"}),
        ("tools/sendSMS", message | {"from": "2020", "carrier": "2"}),
        ("tools/sendSMSPinMobileNumberConfirm", message | {"from": "2020", "carrier": "2", "length": "6"}),
        ("fireMessage", message),
        ("tools/getMOMessages", page),
        ("tools/getMOMessages", page | {"page": "0", "resultsPerPage": "1", "parameters": "from=58123&keyword=^A.*"}),
    ]
    assert {call.method for call in ogangi.seen} == {"GET"}
    # As the document shows it: https://messangi.com/documentation/doku.php?id=restapi:appx_mo_search
    assert "/tools/getMOMessages/7/0/1/from=58123&keyword=%5EA.*/" in ogangi.seen[-1].target
    assert answers[2].message == SentMessage("-8174720676710228700", "SENT_TO_CARRIER")
    assert answers[3].pin == "846547"


def test_standard_base64_is_padded_and_encoded_for_the_path() -> None:
    assert encoded("text", "??>>", Base64.STANDARD) == "Pz8%2BPg%3D%3D"
    assert encoded("text", "??>>", Base64.URL_SAFE) == "Pz8-Pg"


def test_by_post_the_path_alone_is_signed(ogangi: ScriptedOgangi) -> None:
    client(ogangi).fire_by_post(KEYS, "18765422035", TEXT, "2020")
    (call,) = ogangi.seen
    assert (call.name, call.method, call.parameters) == ("fireMessage", "POST", {"instanceId": "7"})
    assert call.content_type == "application/json; charset=utf-8"
    assert TEXT.encode() in call.body
    body = json.loads(call.body)
    named = {"sender_id_id": "2020", "keyword_value": TEXT, "recipient_address": "18765422035"}
    assert body == {"event": {"fld-val-list": named}, "mobileNumber": "18765422035", "text": TEXT}


@pytest.mark.parametrize("value", ["", ".", "..", "..."])
def test_what_no_path_can_hold_is_not_sent(ogangi: ScriptedOgangi, value: str) -> None:
    with pytest.raises(NotSendable, match="sender id"):
        client(ogangi).send_mt(KEYS, Sms(value, "18765422035", TEXT))
    assert not ogangi.seen


def test_half_of_a_character_is_a_question_mark() -> None:
    assert segment("flags", "a\ud83d") == "a%3F"
    assert encoded("text", "a\ud83d", Base64.URL_SAFE) == "YT8"


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (Reply(hang_up=True), Meaning.NO_ANSWER),
        (Reply(200, said("sendMT"), cut_short=True), Meaning.NO_ANSWER),
        (Reply(silent=True), Meaning.NO_ANSWER),
        (Reply(200, b"x" * 1_100_000), Meaning.UNREADABLE),
    ],
)
def test_a_call_without_an_answer_is_made_once(ogangi: ScriptedOgangi, reply: Reply, meaning: Meaning) -> None:
    ogangi.script = lambda _: reply
    assert Ogangi(ogangi.url, timeout=0.2).send_mt(KEYS, SMS).meaning is meaning
    assert len(ogangi.seen) == 1


def test_nobody_there_is_known() -> None:
    assert Ogangi("http://127.0.0.1:9", timeout=1).send_mt(KEYS, SMS) == Answer(Meaning.NOT_CONNECTED)


@pytest.mark.parametrize("name", ["send_mt", "send_sms", "fire"])
def test_no_number_no_text_and_no_key_is_logged(
    ogangi: ScriptedOgangi, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    def echo(call: Seen) -> Reply:
        words = escape(f"{SMS.number} {SMS.text} {call.target}")
        # What follows the broken line is no header any more: the answer ends with the connection.
        headers = {"Nonsense": f"a\r\n{call.target} without a colon"}
        return Reply(200, said(name, status="ERROR", words=words), headers, cut_short=True)

    ogangi.script = echo
    for logger in ("urllib3", "urllib3.connection", "requests"):
        caplog.set_level(logging.DEBUG, logger=logger)
    asked = client(ogangi)
    answer = asked.fire(KEYS, SMS.number, SMS.text) if name == "fire" else getattr(asked, name)(KEYS, SMS)
    assert answer.meaning is Meaning.ERROR
    assert "Failed to parse headers" in caplog.text
    spoken = f"{caplog.text} {answer!r} {answer.description} {KEYS!r} {SMS!r}"
    hidden = [
        SMS.number,
        SMS.text,
        encoded("text", TEXT, Base64.URL_SAFE),
        PRIVATE_KEY,
        PUBLIC_KEY,
        ogangi.seen[0].target,
    ]
    for secret in hidden:
        assert secret not in spoken
