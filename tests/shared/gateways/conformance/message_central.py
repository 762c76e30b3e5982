"""Message Central on the bench: how it reads requests, and its answers as its documents show them."""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any

import openpyxl
from werkzeug.formparser import MultiPartParser

from connectors.shared.clock import MINUTE, now_ms
from connectors.shared.gateways.logins import PASSWORD, GatewayLogin
from connectors.shared.gateways.message_central.kind import MESSAGE_CENTRAL
from tests.shared.gateways.conformance.bench import TIMEOUT_SECONDS, Bench
from tests.shared.gateways.conformance.vendor import Asked, Callback, Fate, Mood, ScriptedVendor, Sent, Signature
from tests.shared.gateways.conformance.wire import Reply, Request

RIGHT_CODE = "482913"
CODES = {
    Mood.REFUSES_NUMBERS: (511, 400),
    Mood.REFUSES_MESSAGE: (400, 400),
    Mood.REFUSES_ACCOUNT: (508, 200),
    Mood.THROTTLES: (429, 429),
    Mood.HAS_IT_ALREADY: (409, 200),
    Mood.ERRS: (500, 500),
}
WORDS = {Fate.SENT: "UNKNOWN", Fate.DELIVERED: "DELIVRD", Fate.UNDELIVERED: "UNDELIV"}
PLACEHOLDERS = ("##var##", "##var2##", "##var3##")


class MessageCentralVendor(ScriptedVendor):
    """Message Now and Verify Now; its tokens are good until the customer's password changes."""

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[str, str]] = {}
        self.codes: dict[str, tuple[str, int]] = {}
        super().__init__()

    def read(self, request: Request) -> Asked | None:
        if request.method != "POST" or request.query.get("type") != "SMS":
            return None
        token = request.headers.get("authtoken", "")
        login = self._login_of(token)
        said = request.query
        phones = _phones(said, request)
        return Asked(login, token, tuple(Sent(to, text, said["senderId"], login) for to, text in phones))

    def accept(self, asked: Asked, vendor_id: str, refused: Sequence[Sent]) -> Reply:
        return _envelope(200, data={"transactionId": vendor_id, "responseCode": "200", "timeout": "30.0"})

    def refuse(self, mood: Mood, asked: Asked, words: str) -> Reply:
        code, status = (401, 401) if asked.login is None else CODES[mood]
        headers = {"Retry-After": f"{self.seconds_to_wait:.0f}"} if mood is Mood.THROTTLES else {}
        return _envelope(code, words, status=status, headers=headers)

    def other(self, request: Request) -> Reply:
        if request.path.endswith("/token"):
            return self._mint(request.query)
        login = self._login_of(request.headers.get("authtoken", ""))
        if login is None:
            return _envelope(401, status=401)
        if request.path.endswith("/validateOtp"):
            return self._validate(request.query, login)
        return self._send_code(login)

    def receipt(
        self, sent: Sent, vendor_id: str | None, fate: Fate, signature: Signature = Signature.RIGHT
    ) -> Callback:
        told = {"messageId": vendor_id, "mobile": sent.digits, "status": WORDS[fate], "errorCode": "0"}
        return Callback(json.dumps(told).encode(), "application/json")

    def code_for(self, digits: str) -> str:
        return RIGHT_CODE

    def _mint(self, said: Mapping[str, str]) -> Reply:
        login = said["customerId"]
        key = base64.b64encode(self.accounts.get(login, "").encode()).decode()
        if said["key"] != key:
            return _json({"status": 501, "error": f"customerId is invalid: {said['key']}"})
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = (login, self.accounts[login])
        return _json({"status": 200, "token": token})

    def _login_of(self, token: str) -> str | None:
        login, secret = self.tokens.get(token, ("", ""))
        return login if self.accounts.get(login) == secret else None

    def _send_code(self, login: str) -> Reply:
        if self.mood is Mood.HANGS_UP:
            return Reply(hang_up=True)
        number = str(len(self.requests))
        self.codes[number] = (login, now_ms() + MINUTE)
        return _envelope(200, data={"verificationId": number, "transactionId": f"t-{number}", "timeout": "60"})

    def _validate(self, said: Mapping[str, str], login: str) -> Reply:
        owner, expires_at = self.codes.get(said["verificationId"], ("", 0))
        if owner != login:
            return _envelope(505, status=400)
        if expires_at <= now_ms():
            return _envelope(705, status=400)
        if said["code"] != RIGHT_CODE:
            return _envelope(702, status=400)
        self.codes.pop(said["verificationId"])
        return _envelope(200, data={"verificationStatus": "VERIFICATION_COMPLETED", "responseCode": "200"})


def _phones(said: Mapping[str, str], request: Request) -> list[tuple[str, str]]:
    """Return whole numbers and what each reads."""
    if request.body:
        return [(country + mobile, _filled(said["message"], values)) for country, mobile, *values in _rows(request)]
    if "phoneNumbers" in said:
        return [(number.strip().replace(" ", ""), said["message"]) for number in said["phoneNumbers"].split(",")]
    return [(said["countryCode"] + said["mobileNumber"], said["message"])]


def _rows(request: Request) -> list[tuple[str, ...]]:
    """Return the rows of a workbook, its header aside."""
    kind = Message()
    kind["Content-Type"] = request.headers["content-type"]
    boundary = str(kind.get_boundary()).encode()
    _, files = MultiPartParser().parse(io.BytesIO(request.body), boundary, content_length=len(request.body))
    with files["file"].stream as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read()), read_only=True).worksheets[0]
        return [tuple(str(cell) for cell in row if cell is not None) for row in sheet.iter_rows(2, values_only=True)]


def _filled(text: str, values: Sequence[str]) -> str:
    for name, value in zip(PLACEHOLDERS, values, strict=False):
        text = text.replace(name, value)
    return text


def _envelope(
    code: int, words: str = "SUCCESS", *, status: int = 200, data: Any = None, headers: Mapping[str, str] | None = None
) -> Reply:
    return _json({"responseCode": code, "message": words, "data": data}, status, headers)


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def bench() -> Bench:
    """Message Central with a short timeout."""
    return Bench(
        kind=MESSAGE_CENTRAL,
        vendor=MessageCentralVendor,
        settings=lambda url: {
            "CONNECTORS_MESSAGE_CENTRAL_URL": url,
            "CONNECTORS_MESSAGE_CENTRAL_TIMEOUT": str(TIMEOUT_SECONDS),
        },
        login=lambda number, secret: GatewayLogin(MESSAGE_CENTRAL.name, f"C-{number:04}", {PASSWORD: secret}),
    )
