"""Answers as the document shows them, as they might be, and as nobody should send them."""

import pytest

from connectors.shared.gateways.base import Fault, Verdict
from connectors.shared.gateways.ogangi.answers import Meaning, Received, SentMessage, read_answer, read_date
from connectors.shared.gateways.ogangi.verdicts import of_question, of_send
from connectors.shared.gateways.ogangi.xml_reading import MOST_ELEMENTS
from connectors.shared.message_central.exchange import NoReply, Reply
from connectors.shared.message_central.outcomes import Outcome
from tests.shared.gateways.ogangi.scripted import said

# Word for word from https://messangi.com/documentation/doku.php?id=restapi:sms, the broken closing tag too.
SENT = (
    "<input>sendSMS</input> <status>OK</status> <description>Completed</description> <result> <messages> <message> "
    "<id>-8174720676710228700</id> <carrier>carrierName</carrier> <from>19893653744</from> <to>13056708084</to> "
    "<text>OGANGI TEST MESSAGE</text> <status>SENT_TO_CARRIER</status> "
    "<statusDescription>Sent to Carrier</statusDescription> <encoding>UTF-8</encoding> "
    "<date>2013-09-17T10:13:59.176-04:30</date> <timezone>America/Caracas</timezone> "
    "<clientId>As223sdadq8d8287v5v</clientId> </message> </messages> </result>"
)
INCOMING = (
    "<input>getMOMessages</input> <status>OK</status> <description>Completed</description> <result> <MOMessageList> "
    "<records>17</records> <MessageList> <MOMessage> <text>Test</text> <from>58123456789</from> "
    "<to>19893143924</to> <encoding>UTF-8</encoding> <keyword>^OGANGI.*</keyword> <carrier>Movistar</carrier> "
    "<sendDate>2014-10-13 10:30:51.922</sendDate> </MOMessage> </MessageList> <MOMessageList> </result>"
)
RECEIVED = Received("58123456789", "19893143924", "Test", "UTF-8", "^OGANGI.*", "Movistar", 1_413_196_251_922)
WRAPPINGS = ["{}", "<response>{}</response>", '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<a:r xmlns:a="x">{}</a:r>']


@pytest.mark.parametrize("around", WRAPPINGS)
def test_what_was_sent_is_read(around: str) -> None:
    answer = read_answer(Reply(200, around.format(SENT).encode()))
    assert (answer.meaning, answer.status, answer.description) == (Meaning.OK, "OK", "Completed")
    assert answer.message == SentMessage("-8174720676710228700", "SENT_TO_CARRIER")


@pytest.mark.parametrize("around", WRAPPINGS)
def test_what_came_is_read_in_spite_of_the_tag_that_does_not_close(around: str) -> None:
    closed = INCOMING.replace("<MOMessageList> </result>", "</MOMessageList> </result>")
    for sample in (INCOMING, closed, closed.replace("<MOMessage>", "<MOMessage><new>1</new>")):
        answer = read_answer(Reply(200, around.format(sample).encode()))
        assert (answer.received, answer.records) == ((RECEIVED,), 17)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2013-09-17T10:13:59.176-04:30", 1_379_429_039_176),
        ("2013-09-17T10:13:59.176-0430", 1_379_429_039_176),
        ("2013-09-17T14:43:59.176Z", 1_379_429_039_176),
        (" 2014-10-13 10:30:51.922 ", 1_413_196_251_922),
        ("2014-10-13 10:30:51.9", 1_413_196_251_900),
        ("0001-01-01T00:00:00+14:00", -62_135_647_200_000),
        ("13/10/2014", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_with_and_without_a_zone(given: str | None, expected: int | None) -> None:
    assert read_date(given) == expected


@pytest.mark.parametrize("text", ["  spaces \n and lines ", "Да 😀 ☺", "<b>&amp;", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_texts_of_phones_are_kept_as_they_are(text: str, encoding: str) -> None:
    written = text.replace("&", "&amp;").replace("<", "&lt;")
    body = said("getMOMessages", f"<result><MOMessage><text>{written}</text></MOMessage></result>").decode()
    assert [each.text for each in read_answer(Reply(200, body.encode(encoding))).received] == [text]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#55357;&#56832; &#xD83D;&#xDE00; &#60;b&#62; &#38; é", "😀 😀 <b> & é"),
        ("a\x07b &#1;c &#55357; &#9999999;", "a\ufffdb \ufffdc \ufffd \ufffd"),
        ("Q&A &nbsp; &amp; 1 &lt; 2", "Q&A &nbsp; & 1 < 2"),
    ],
)
def test_one_odd_text_does_not_hide_the_others(written: str, read: str) -> None:
    messages = f"<MOMessage><text>{written}</text></MOMessage><MOMessage><text>STOP</text></MOMessage>"
    body = said("getMOMessages", f"<result><MOMessageList>{messages}</MOMessageList></result>")
    assert [each.text for each in read_answer(Reply(200, body)).received] == [read, "STOP"]


def test_a_declared_encoding_is_heeded() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?>' + said("x", words="Señal inválida", status="ERROR").decode()
    assert read_answer(Reply(200, body.encode("iso-8859-1"))).description == "Señal inválida"
    unknown = body.replace("ISO-8859-1", "x-nobody")
    assert read_answer(Reply(200, unknown.encode())).description == "Señal inválida"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<html><body>We will be right back.</body></html>",
        b'{"status": "OK"}',
        b'<!DOCTYPE r [<!ENTITY a "OK">]><r><status>&a;</status></r>',
        b'<!DOCTYPE r SYSTEM "file:///etc/hostname"><r><status>OK</status></r>',
        b"<r><status>&ok;</status></r>",
        b"<status>OK</status></answer><answer>",
        b"<status></status>",
        b"<r>" * 30 + b"<status>OK</status>" + b"</r>" * 30,
        b"<status>OK</status>" + b"<a/>" * MOST_ELEMENTS,
        b"\x00\xff" * 50,
    ],
)
def test_nonsense_is_no_answer(body: bytes) -> None:
    answer = read_answer(Reply(200, body))
    assert answer.meaning is Meaning.UNREADABLE
    assert of_send(answer).verdict is Verdict.IN_DOUBT


OK, ERROR, BAD = said("x"), said("x", status="ERROR"), said("x", status="BAD_SIGNATURE")


@pytest.mark.parametrize(
    ("http_status", "body", "verdict", "fault", "code"),
    [
        (200, OK, Verdict.ACCEPTED, Fault.NOBODY, None),
        (200, said("x", status="ok"), Verdict.ACCEPTED, Fault.NOBODY, None),
        (200, BAD, Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "BAD_SIGNATURE"),
        (404, BAD, Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "BAD_SIGNATURE"),
        (401, b"", Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "401"),
        (403, b"", Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT, "403"),
        (200, ERROR, Verdict.TRY_AGAIN, Fault.VENDOR, "ERROR"),
        (500, ERROR, Verdict.TRY_AGAIN, Fault.VENDOR, "ERROR"),
        (404, ERROR, Verdict.REFUSED, Fault.MESSAGE, "ERROR"),
        (400, b"no", Verdict.REFUSED, Fault.MESSAGE, "400"),
        (404, b"no", Verdict.REFUSED, Fault.MESSAGE, "404"),
        (414, b"", Verdict.REFUSED, Fault.MESSAGE, "414"),
        (429, b"", Verdict.TRY_AGAIN, Fault.VENDOR, "429"),
        (503, b"", Verdict.TRY_AGAIN, Fault.VENDOR, "503"),
        (500, b"<html/>", Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
        (502, ERROR, Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
        (504, b"", Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
        (408, b"", Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
        (302, OK, Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
        (500, OK, Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
        (200, said("x", status="PENDING"), Verdict.IN_DOUBT, Fault.VENDOR, "unreadable"),
    ],
)
def test_what_an_answer_means(http_status: int, body: bytes, verdict: Verdict, fault: Fault, code: str | None) -> None:
    result = of_send(read_answer(Reply(http_status, body, 7.0)))
    assert (result.verdict, result.fault, result.code) == (verdict, fault, code)
    assert result.retry_after == (None if verdict is Verdict.ACCEPTED else 7.0)
    # A question sends nothing: it is refused for the account's sake, or asked again.
    asked = of_question(read_answer(Reply(http_status, body))).verdict
    assert asked is (verdict if verdict in (Verdict.ACCEPTED, Verdict.ACCOUNT_REFUSED) else Verdict.TRY_AGAIN)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome.NOT_CONNECTED, Verdict.TRY_AGAIN),
        (Outcome.NO_ANSWER, Verdict.IN_DOUBT),
        (Outcome.UNREADABLE, Verdict.IN_DOUBT),
    ],
)
def test_what_no_answer_means(outcome: Outcome, verdict: Verdict) -> None:
    result = of_send(read_answer(NoReply(outcome, "why")))
    assert (result.verdict, result.code) == (verdict, outcome.value)


@pytest.mark.parametrize(
    ("status", "verdict", "fault"),
    [
        ("SENT_TO_CARRIER", Verdict.ACCEPTED, Fault.NOBODY),
        ("QUEUE", Verdict.ACCEPTED, Fault.NOBODY),
        ("INCOMPLETE", Verdict.ACCEPTED, Fault.NOBODY),
        ("", Verdict.ACCEPTED, Fault.NOBODY),
        ("CODE_NOT_ALLOWED", Verdict.REFUSED, Fault.MESSAGE),
        ("SEGMENTS_EXCEEDED", Verdict.REFUSED, Fault.MESSAGE),
        ("BLACKLISTED", Verdict.REFUSED, Fault.RECIPIENT),
        ("INVALID_ROUTING", Verdict.REFUSED, Fault.RECIPIENT),
        ("EXHAUSTED", Verdict.REFUSED, Fault.RECIPIENT),
    ],
)
def test_what_a_message_is_told_at_once(status: str, verdict: Verdict, fault: Fault) -> None:
    body = SENT.replace("SENT_TO_CARRIER", status).encode()
    result = of_send(read_answer(Reply(200, body)))
    assert (result.verdict, result.fault) == (verdict, fault)
    assert result.transaction_id == ("-8174720676710228700" if verdict is Verdict.ACCEPTED else None)
    assert result.code == (status if verdict is Verdict.REFUSED else None)


def test_an_id_too_long_to_keep_is_none() -> None:
    body = SENT.replace("-8174720676710228700", "7" * 65).encode()
    assert of_send(read_answer(Reply(200, body))).transaction_id is None


def test_the_vendors_words_are_told_without_the_pin() -> None:
    pin = "<result><PinSMSConfirmation><pin>846547</pin></PinSMSConfirmation></result>"
    answer = read_answer(Reply(200, said("x", pin, words="Sent 846547 to +1 305 670 8084")))
    assert (answer.pin, answer.description) == ("846547", "Sent *** to ***")
    assert "846547" not in repr(answer)
