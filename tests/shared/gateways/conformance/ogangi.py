"""Ogangi on the bench: https://messangi.com/documentation/doku.php?id=restapi:sms, by either of its calls."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote
from xml.sax.saxutils import escape

from connectors.shared.gateways.logins import PRIVATE_KEY, GatewayLogin
from connectors.shared.gateways.ogangi.kind import OGANGI
from tests.shared.gateways.conformance.bench import TIMEOUT_SECONDS, Bench
from tests.shared.gateways.conformance.vendor import Arrived, Asked, Mood, ScriptedVendor, Sent
from tests.shared.gateways.conformance.wire import Reply, Request

PREFIX = "/rest/api/"
SEND_MT, SEND_SMS, INCOMING = "sendMT", "tools/sendSMS", "tools/getMOMessages"
WORDS = {Mood.REFUSES_NUMBERS: "BLACKLISTED", Mood.REFUSES_MESSAGE: "CODE_NOT_ALLOWED"}


class OgangiVendor(ScriptedVendor):
    """Everything is in the path, and the path is signed."""

    def read(self, request: Request) -> Asked | None:
        call, parts = _parts(request)
        login = self._login_of(parts)
        if call == SEND_MT:
            _, sender, _, number, text = parts[:5]
            return Asked(login, parts[-1], (Sent(number, _decoded(text), unquote(sender), login),))
        if call == SEND_SMS:
            _, _, sender, number, text = parts[:5]
            return Asked(login, parts[-1], (Sent(_decoded(number), _decoded(text), unquote(sender), login),))
        return None

    def accept(self, asked: Asked, vendor_id: str, refused: Sequence[Sent]) -> Reply:
        return _ok(self._message(f"-{vendor_id}", "SENT_TO_CARRIER"))

    def refuse(self, mood: Mood, asked: Asked, words: str) -> Reply:
        if asked.login is None or mood is Mood.REFUSES_ACCOUNT:
            return _envelope("BAD_SIGNATURE", f"Invalid signature, access denied. {words}")
        if mood is Mood.THROTTLES:
            return Reply(429, b"", {"Retry-After": f"{self.seconds_to_wait:.0f}"})
        if mood is Mood.ERRS:
            return _envelope("ERROR", f"Internal error, please report it. {words}")
        if not self._tells_the_message:
            return Reply(404, b"<html>Not Found</html>")
        return _ok(self._message("-1", WORDS[mood]))

    def other(self, request: Request) -> Reply:
        call, parts = _parts(request)
        if self._login_of(parts) is None:
            return _envelope("BAD_SIGNATURE", "Invalid signature, access denied")
        if call != INCOMING or parts[1] == "0":
            return Reply(404)
        start = (int(parts[1]) - 1) * int(parts[2])
        page = self.inbox[start : start + int(parts[2])]
        rows = "".join(_row(each) for each in page)
        records = f"<records>{len(self.inbox)}</records>"
        return _ok(f"<MOMessageList>{records}<MessageList>{rows}</MessageList></MOMessageList>")

    @property
    def _tells_the_message(self) -> bool:
        return _parts(self.requests[-1])[0] == SEND_SMS

    def _message(self, vendor_id: str, status: str) -> str:
        if not self._tells_the_message:
            return ""
        return f"<messages><message><id>{vendor_id}</id><status>{status}</status></message></messages>"

    def _login_of(self, parts: Sequence[str]) -> str | None:
        *signed, public_key, signature = parts
        login = unquote(signed[0])
        key = self.accounts.get(login)
        expected = "" if key is None else hmac.digest(key.encode(), "/".join(signed).encode(), "sha256").hex()
        return login if signature == expected and public_key == f"public-{login}" else None


def _parts(request: Request) -> tuple[str, list[str]]:
    """Return the name of a call and its parameters, as they stand in the path."""
    rest = request.path.removeprefix(PREFIX)
    call = next((name for name in (SEND_MT, SEND_SMS, INCOMING) if rest.startswith(f"{name}/")), "")
    return call, rest.removeprefix(f"{call}/").split("/")


def _decoded(segment: str) -> str:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode()


def _row(arrived: Arrived) -> str:
    moment = datetime.fromtimestamp(arrived.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    values = {"text": arrived.text, "from": arrived.sender, "to": arrived.recipient, "sendDate": moment}
    fields = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    return f"<MOMessage>{fields}</MOMessage>"


def _ok(result: str) -> Reply:
    return _envelope("OK", "Completed", result)


def _envelope(status: str, description: str, result: str = "") -> Reply:
    body = f"<status>{status}</status><description>{escape(description)}</description><result>{result}</result>"
    return Reply(200, f"<response>{body}</response>".encode(), {"Content-Type": "text/xml; charset=utf-8"})


def bench(call: str = "sendMT") -> Bench:
    """Ogangi with a short timeout; only `sendSMS` says by which id it knows a message, and what it thinks of it."""
    tells = call == "sendSMS"
    carrier = {"carrier": "CARRIER"} if tells else {}
    unsaid = frozenset({Mood.HAS_IT_ALREADY, *(() if tells else (Mood.REFUSES_NUMBERS,))})
    return Bench(
        kind=replace(OGANGI, features=replace(OGANGI.features, own_ids=tells)),
        vendor=OgangiVendor,
        settings=lambda url: {"CONNECTORS_OGANGI_URL": url, "CONNECTORS_OGANGI_TIMEOUT": str(TIMEOUT_SECONDS)},
        login=lambda number, secret: GatewayLogin(
            OGANGI.name, str(number), {PRIVATE_KEY: secret}, {"public_key": f"public-{number}", "call": call, **carrier}
        ),
        cannot_say=unsaid,
    )
