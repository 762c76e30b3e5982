"""An Ogangi on a real socket: it checks every signature, reads calls by the document, and follows a script."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes
from xml.sax.saxutils import escape

from tests.shared.gateways.conformance.wire import Line, Reply, Request

PREFIX = "/mmc/rest/api/"
PUBLIC_KEY, PRIVATE_KEY = "my-public-key", "my-private-key"

# By the call's name and how many parameters it has: their names, and "*" for what is in Base64.
TEMPLATES = {
    ("sendMT", 5): ("instanceId", "from", "carrier", "mobileNumber", "text*"),
    ("sendMT", 6): ("instanceId", "from", "carrier", "mobileNumber", "text*", "flags"),
    ("tools/sendSMS", 5): ("instanceId", "carrier", "from", "mobileNumber*", "text*"),
    ("tools/sendSMSPinMobileNumberConfirm", 6): (
        *("instanceId", "carrier", "from", "mobileNumber", "text*", "length"),
    ),
    ("fireMessage", 3): ("instanceId", "mobileNumber", "text*"),
    ("fireMessage", 1): ("instanceId",),
    ("tools/getMOMessages", 4): ("instanceId", "page", "resultsPerPage", "parameters"),
}


@dataclass(frozen=True)
class Seen:
    """One call, its parameters decoded; `target` as it came."""

    name: str
    method: str
    target: str
    parameters: dict[str, str]
    content_type: str | None
    body: bytes


@dataclass(frozen=True)
class FromPhone:
    """A message as Ogangi has it."""

    sender: str
    text: str
    date: str
    to: str = "19893143924"

    def xml(self) -> str:
        words = {"text": self.text, "from": self.sender, "to": self.to, "sendDate": self.date, "carrier": "Movistar"}
        return f"<MOMessage>{''.join(f'<{name}>{escape(word)}</{name}>' for name, word in words.items())}</MOMessage>"


def said(name: str, result: str = "", status: str = "OK", words: str = "Completed", root: str = "response") -> bytes:
    """An answer as the documents show it; without a root where that is empty."""
    fragment = f"<input>{name}</input> <status>{status}</status> <description>{words}</description> {result}"
    return (f"<{root}>{fragment}</{root}>" if root else fragment).encode()


@dataclass
class Inbox:
    """How the pages of messages from phones are numbered and ordered; `messages` are the newest first."""

    messages: list[FromPhone] = field(default_factory=list)
    first: int = 0
    zero_too: bool = False
    """Page 0 is page 1."""
    no_page: Reply | None = None
    """What is said of a page 0 that does not exist; None: an empty page."""
    past: Reply | None = None
    """What is said of a page after the last one; None: an empty page."""
    oldest_first: bool = False
    turns: bool = True
    """`order=desc` has the newest come first."""
    most: int = 1_000
    """Messages on a page, however many are asked for."""
    records: int | None = None
    """What is said to be in all; None: what there is, -1: nothing is said."""
    repeats_last: bool = False
    arriving: list[FromPhone] = field(default_factory=list)
    """What comes while pages are read, the newest last: one after each page."""
    broken: frozenset[int] = frozenset()

    def page(self, number: int, size: int, filters: str) -> Reply:
        shown = self._shown(number, min(size, self.most), filters)
        if self.arriving:
            self.messages = [self.arriving.pop(0), *self.messages]
        return shown

    def _shown(self, number: int, size: int, filters: str) -> Reply:
        if number in self.broken:
            return Reply(503)
        if number < self.first and not self.zero_too and self.no_page is not None:
            return self.no_page
        index = max(number, 1) - 1 if self.zero_too else number - self.first
        turned = self.oldest_first and not (self.turns and "order=desc" in filters)
        ordered = list(reversed(self.messages)) if turned else self.messages
        last = max(0, (len(ordered) - 1) // size)
        index = min(index, last) if self.repeats_last else index
        if self.past is not None and index > last:
            return self.past
        shown = "".join(each.xml() for each in ordered[index * size :][:size]) if index >= 0 else ""
        told = len(ordered) if self.records is None else self.records
        records = "" if told < 0 else f"<records>{told}</records>"
        found = f"<result><MOMessageList>{records}<MessageList>{shown}</MessageList></MOMessageList></result>"
        return Reply(200, said("getMOMessages", found))


class ScriptedOgangi:
    """Listens on a free port; `script` says what is answered to what is signed rightly, None: what is usual."""

    def __init__(self, script: Callable[[Seen], Reply | None] = lambda _: None) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.inbox = Inbox()
        self._line = Line(self._answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._line.port}/mmc"

    @property
    def pages(self) -> list[int]:
        """The pages that were asked for."""
        return [int(each.parameters["page"]) for each in self.seen if "page" in each.parameters]

    def close(self) -> None:
        self._line.leave()

    def _answer(self, request: Request) -> Reply:
        call = read_call(request)
        if call is None:
            return Reply(200, said("?", status="BAD_SIGNATURE", words="Invalid signature, access denied"))
        self.seen.append(call)
        return self.script(call) or self._usual(call)

    def _usual(self, call: Seen) -> Reply:
        if call.name == "tools/getMOMessages":
            asked = call.parameters
            return self.inbox.page(int(asked["page"]), int(asked["resultsPerPage"]), asked["parameters"])
        results = {
            "tools/sendSMS": "<result><messages><message><id>-8174720676710228700</id>"
            "<status>SENT_TO_CARRIER</status></message></messages></result>",
            "tools/sendSMSPinMobileNumberConfirm": "<result><PinSMSConfirmation><pin>846547</pin>"
            "</PinSMSConfirmation></result>",
        }
        return Reply(200, said(call.name.rpartition("/")[2], results.get(call.name, "")))


def read_call(request: Request) -> Seen | None:
    """Return a call, None where its signature is wrong or no template fits."""
    segments = request.target.removeprefix(PREFIX).split("/")
    name = "/".join(segments[: 2 if segments[0] == "tools" else 1])
    *values, public_key, proof = segments[name.count("/") + 1 :]
    right = hmac.new(PRIVATE_KEY.encode(), "/".join(values).encode(), hashlib.sha256).hexdigest()
    names = TEMPLATES.get((name, len(values)))
    if names is None or proof != right or unquote(public_key) != PUBLIC_KEY:
        return None
    parameters = {name.rstrip("*"): _decoded(name, value) for name, value in zip(names, values, strict=True)}
    content_type = request.headers.get("content-type")
    return Seen(name, request.method, request.target, parameters, content_type, request.body)


def _decoded(name: str, value: str) -> str:
    octets = unquote_to_bytes(value)
    if not name.endswith("*"):
        return octets.decode()
    return base64.b64decode(
        octets + b"=" * (-len(octets) % 4), altchars=b"-_" if b"%" not in value.encode() else None
    ).decode()
