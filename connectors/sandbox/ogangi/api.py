"""Ogangi's REST calls: every input is in the path, which ends with the public key and the signature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from flask import Blueprint, Response, g, request

from connectors.sandbox import answers as vendor
from connectors.sandbox.calls import Call, CallKind
from connectors.sandbox.clock import now_rfc3339
from connectors.sandbox.ogangi import incoming, sending, signing
from connectors.sandbox.ogangi.answers import envelope, invalid_parameters
from connectors.sandbox.state import Sandbox, current_sandbox

BASE = "/ogangi/rest/api/"

blueprint = Blueprint("ogangi", __name__)

View = Callable[[Sandbox, Sequence[str]], Response]


@dataclass(frozen=True, slots=True)
class Method:
    """One call: how it answers, and the name that its answers give it."""

    view: View
    name: str
    sends: bool = False


METHODS: dict[tuple[str, str, int], Method] = {
    ("GET", "tools/sendSMS", 5): Method(sending.send_sms, "sendSMS", True),
    ("GET", "sendMT", 5): Method(sending.send_mt, "sendMT", True),
    ("GET", "sendMT", 6): Method(sending.send_mt, "sendMT", True),
    ("GET", "tools/sendSMSPinMobileNumberConfirm", 6): Method(sending.send_pin, sending.PIN_CALL, True),
    ("GET", "fireMessage", 3): Method(incoming.fire, "fireMessage"),
    ("POST", "fireMessage", 1): Method(incoming.fire_json, "fireMessage"),
    ("GET", "tools/getMOMessages", 4): Method(incoming.list_messages, "getMOMessages"),
}
"""Calls by HTTP method, name, and how many parameters are signed."""


@blueprint.route(f"{BASE}<path:_rest>", methods=["GET", "POST"])
def call(_rest: str) -> Response:
    """Answer a call. The path is taken as it came: a "/" within a parameter stays percent-encoded."""
    path = _raw_path().removeprefix(BASE)
    name, segments = _split(path)
    method = METHODS.get((request.method, name, len(segments) - 2))
    if method is None or not all(segments):
        return invalid_parameters()
    *parameters, public_key, signature = segments
    g.ogangi_method = method, name
    if not signing.fits(parameters, unquote(public_key), signature):
        return envelope(method.name, "BAD_SIGNATURE")
    return method.view(current_sandbox(), [unquote(parameter) for parameter in parameters])


@blueprint.after_request
def keep_book(response: Response) -> Response:
    """Note calls that ask for something to be sent, by their method alone: the path holds number and text."""
    method, name = g.get("ogangi_method", (None, ""))
    if method is not None and method.sends:
        status = None if isinstance(response, vendor.NoAnswer) else response.status_code
        current_sandbox().calls.record(Call(BASE + name, CallKind.OGANGI, 1, status, now_rfc3339()))
    return response


def _raw_path() -> str:
    raw: Any = request.environ.get("RAW_URI") or request.path
    return str(raw).partition("?")[0]


def _split(path: str) -> tuple[str, list[str]]:
    parts = path.split("/")
    words = 2 if parts[0] == "tools" else 1
    return "/".join(parts[:words]), parts[words:]
