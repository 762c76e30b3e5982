"""A vendor that answers with whatever a test has it say, and a reader of what it was asked."""

import json
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import responses
from requests import PreparedRequest

from connectors.shared.message_central import Answer, MessageCentral, SingleSms

BASE = "https://cpaas.messagecentral.com"
SEND = f"{BASE}/verification/v3/send"
VALIDATE = f"{BASE}/verification/v3/validateOtp"
# The documents' own, from the cURL of "Send SMS".
TOKEN = "eyJhbGciOiJIUzUxMiJ9.thisisatesttoken.IgGu7Sb4lovBSql5LIXZU3jlwPG4giAMZ2kTI"
SMS = SingleSms("91", "9999999999", "Your parcel is on its way", "UTOMOB")
HTML = "<html><body><h1>Bad gateway</h1></body></html>"
CLIENT = MessageCentral()


def send(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """What a send is answered with when the vendor's reply is `body` (text as it is, else as JSON)."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    with responses.RequestsMock() as vendor:
        vendor.post(SEND, body=text, status=status, headers=headers)
        return CLIENT.send_single(TOKEN, SMS)


def envelope(code: object, inner: object = None, **data: object) -> dict[str, Any]:
    return {"responseCode": code, "message": "WORDS", "data": {"responseCode": inner, **data}}


def params(request: PreparedRequest) -> dict[str, str]:
    """The query as a server that knows no "+" for a space reads it."""
    pairs = [pair.partition("=") for pair in urlsplit(request.url or "").query.split("&")]
    read = {name: unquote_to_bytes(value).decode() for name, _, value in pairs}
    assert len(read) == len(pairs)
    return read
