"""What goes out: the documents' own calls, parameter by parameter and byte by byte."""

import email.policy
import io
import re
from email import message_from_bytes
from urllib.parse import urlsplit

import pytest
import responses
from openpyxl import load_workbook
from requests import PreparedRequest

from connectors.shared.message_central import (
    Credentials,
    ManySms,
    MessageCentral,
    Outcome,
    SingleSms,
    UnsupportedFlowType,
    WorkbookRow,
    WorkbookSms,
)
from connectors.shared.message_central.credentials import is_header_value
from tests.shared.message_central.mocked_vendor import CLIENT, SEND, TOKEN, params
from tests.shared.message_central.vendor_socket import SENT


def only_part(content_type: str, body: bytes) -> tuple[object, str, bytes]:
    """Name, file name and content of the one part of a multipart body."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    (part,) = message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part.get_param("name", header="Content-Disposition"), part.get_filename() or "", content


def single(message: str = "Hello", **fields: str | None) -> PreparedRequest:
    """The request that sending one text makes."""
    sms = SingleSms("91", "9999999999", message, "UTOMOB", **fields)  # type: ignore[arg-type]
    with responses.RequestsMock() as vendor:
        vendor.post(SEND, json=SENT)
        assert CLIENT.send_single(TOKEN, sms).outcome is Outcome.SUCCESS
        return vendor.calls[0].request


def test_the_documents_own_call() -> None:
    request = single("<Your Message Template>", message_type="PROMOTIONAL")
    assert request.method == "POST"
    assert request.body is None
    assert request.headers["authToken"] == TOKEN
    assert "Authorization" not in request.headers
    assert "message=%3CYour%20Message%20Template%3E&" in (request.url or "")
    assert params(request) == {
        "countryCode": "91",
        "flowType": "SMS",
        "mobileNumber": "9999999999",
        "senderId": "UTOMOB",
        "type": "SMS",
        "message": "<Your Message Template>",
        "messageType": "PROMOTIONAL",
    }


def test_the_message_type_is_always_said() -> None:
    assert params(single())["messageType"] == "TRANSACTION"


@pytest.mark.parametrize(
    "text",
    [
        "Sale! 🎉👩‍👩‍👧 today",
        "नमस्ते, आपका ऑर्डर #१२३ भेज दिया गया है",
        "שלום مرحبا 你好",
        "A&B=C?D#E/F;G:H@I,J$K",
        "1+1 = 2",
        "100% of %41 and %zz",
        "two\nlines\r\nand a\ttab",
        " leading and trailing ",
        "##var## and ~tilde~ and 'quotes\"",
        "e\u0301 is not é",
        "\x00\x7f",
    ],
)
def test_texts_arrive_byte_for_byte(text: str) -> None:
    request = single(text)
    assert params(request)["message"] == text
    assert re.fullmatch(r"[A-Za-z0-9._~%&=-]+", urlsplit(request.url or "").query)


def test_half_a_surrogate_pair_costs_one_character_alone() -> None:
    assert params(single("half \ud83d a pair"))["message"] == "half ? a pair"


@pytest.mark.parametrize(
    ("template_id", "entity_id", "sent"),
    [
        ("1107", "1201", {"templateId": "1107", "entityId": "1201"}),
        ("1107", None, {}),
        (None, "1201", {}),
        ("", "1201", {}),
        (None, None, {}),
    ],
)
def test_template_and_entity_travel_together_or_not_at_all(
    template_id: str | None, entity_id: str | None, sent: dict[str, str]
) -> None:
    query = params(single(template_id=template_id, entity_id=entity_id))
    assert {name: query[name] for name in ("templateId", "entityId") if name in query} == sent


@pytest.mark.parametrize("flow_type", ["SMS", "WHATSAPP", "RCS", "whatsapp"])
def test_channels_that_carry_a_text(flow_type: str) -> None:
    assert params(single(flow_type=flow_type))["flowType"] == flow_type.upper()


@pytest.mark.parametrize("flow_type", ["SAUTH", "sauth", "EMAIL", ""])
def test_channels_that_carry_none_are_declined_in_words(flow_type: str) -> None:
    with pytest.raises(UnsupportedFlowType, match="Choose one of SMS, WHATSAPP, RCS"):
        CLIENT.send_single(TOKEN, SingleSms("91", "9999999999", "Hello", "UTOMOB", flow_type))
    with pytest.raises(UnsupportedFlowType):
        CLIENT.send_otp(TOKEN, country_code="91", mobile_number="9999999999", flow_type=flow_type)


def test_many_numbers_share_a_call() -> None:
    sms = ManySms((("91", "9816111111"), ("91", "7715131105")), "Hello all", "UTOMOB")
    with responses.RequestsMock() as vendor:
        vendor.post(SEND, json={"responseCode": 200, "message": "SUCCESS", "data": None})
        assert CLIENT.send_many(TOKEN, sms).outcome is Outcome.SUCCESS
        request = vendor.calls[0].request
    assert params(request) == {
        "phoneNumbers": "91 9816111111, 91 7715131105",
        "flowType": "SMS",
        "type": "SMS",
        "senderId": "UTOMOB",
        "message": "Hello all",
        "messageType": "TRANSACTION",
    }


def test_a_workbook_travels_as_a_file() -> None:
    rows = [WorkbookRow("91", "09816111111", ("Amit", "120.50", "2026-11-21"))]
    sms = WorkbookSms(rows, "Hello ##var##, your balance is ##var2## on date ##var3##.", "UTOMOB")
    with responses.RequestsMock() as vendor:
        vendor.post(SEND, json=SENT)
        assert CLIENT.send_workbook(TOKEN, sms).outcome is Outcome.SUCCESS
        request = vendor.calls[0].request
    assert params(request)["message"] == sms.message
    assert not {"countryCode", "mobileNumber", "phoneNumbers"} & params(request).keys()
    assert isinstance(request.body, bytes)
    assert request.headers["Content-Length"] == str(len(request.body))
    name, filename, content = only_part(request.headers["Content-Type"], request.body)
    assert (name, filename.endswith(".xlsx")) == ("file", True)
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert list(sheet.values)[1] == ("91", "09816111111", "Amit", "120.50", "2026-11-21")


@pytest.mark.parametrize("token", ["", "two words", "line\r\nbreak", "tökén"])
def test_a_token_that_no_header_can_carry_is_not_sent(token: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent") as caught:
        CLIENT.send_single(token, SingleSms("91", "9999999999", "Hello", "UTOMOB"))
    assert not is_header_value(token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "called"),
    [
        ("http://127.0.0.1:9/", "http://127.0.0.1:9/verification/v3/send"),
        ("http://127.0.0.1:9/behind/a/proxy/", "http://127.0.0.1:9/behind/a/proxy/verification/v3/send"),
        ("http://message_central:8080", "http://message_central:8080/verification/v3/send"),
        ("https://[::1]", "https://[::1]/verification/v3/send"),
    ],
)
def test_base_urls(base_url: str, called: str) -> None:
    with responses.RequestsMock() as vendor:
        vendor.post(called, json=SENT)
        sms = SingleSms("91", "9999999999", "Hello", "UTOMOB")
        assert MessageCentral(base_url).send_single(TOKEN, sms).outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "cpaas.messagecentral.com",
        "ftp://host",
        "https://",
        "https://user:secret@host",
        "https://host?key=secret",
        "https://host#x",
        "https://ho st",
        "https://host/\r\nX: secret",
        "https://host:secret",
        "https://host:99999",
    ],
)
def test_what_is_no_base_url(base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL") as caught:
        MessageCentral(base_url)
    assert "secret" not in str(caught.value)


def test_no_repr_shows_a_secret() -> None:
    shown = repr(
        [
            Credentials("C-1", "secret"),
            SingleSms("91", "9816111111", "secret", "UTOMOB"),
            ManySms((("91", "9816111111"),), "secret", "UTOMOB"),
            WorkbookSms([WorkbookRow("91", "9816111111", ("secret",))], "secret", "UTOMOB"),
            WorkbookRow("91", "9816111111", ("secret",)),
        ]
    )
    assert "secret" not in shown
    assert "9816111111" not in shown
