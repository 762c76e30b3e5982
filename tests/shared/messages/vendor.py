"""A Message Central on a real socket that answers as a test says, and counts what it was asked to send."""

import io
import json
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
from werkzeug.formparser import MultiPartParser


@dataclass(frozen=True)
class Reply:
    """One answer; `taken` whether the messages of the call go out."""

    code: int = 200
    status: int | None = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    taken: bool | None = None
    hang_up: bool = False
    silent: bool = False
    delay: float = 0.0

    @property
    def takes(self) -> bool:
        return (self.code == 200 and not self.body) if self.taken is None else self.taken


@dataclass(frozen=True)
class Sms:
    """One call that asks for messages to be sent; numbers are digits of E.164, texts what each phone shows."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    text: str
    params: dict[str, str]
    token: str
    target: str
    workbook: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def many(self) -> bool:
        return "phoneNumbers" in self.params or self.workbook


OK = Reply()
UNAVAILABLE = Reply(503, 503)
HTML = b"<html>We will be right back.</html>"

Script = Callable[[Sms], Reply]


class Vendor:
    """Listens on a free port. `plan` says how calls with a text are answered, `script` every other call."""

    def __init__(self, port: int = 0) -> None:
        self.script: Script = lambda _: OK
        self.mint: Callable[[dict[str, str]], Reply] = lambda _: OK
        self.calls: list[Sms] = []
        self.seen: Counter[tuple[str, str]] = Counter()
        self.taken: Counter[tuple[str, str]] = Counter()
        self.mints: list[dict[str, str]] = []
        self.revoked: set[str] = set()
        self.closing = threading.Event()
        self._plans: defaultdict[str, list[Reply]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plan(self, text: str, *replies: Reply) -> None:
        """Answer the calls with this text so, one after the other; then the last one again and again."""
        self._plans[text] = list(replies)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.close_all()

    def sms(self, sms: Sms) -> Reply:
        with self._lock:
            self.calls.append(sms)
            plan = self._plans.get(sms.text)
            if sms.token in self.revoked:
                reply = Reply(401, 401)
            elif plan:
                reply = plan.pop(0) if len(plan) > 1 else plan[0]
            else:
                reply = self.script(sms)
            for said in zip(sms.numbers, sms.texts, strict=True):
                self.seen[said] += 1
                self.taken[said] += reply.takes
        return reply

    def token(self, params: dict[str, str]) -> tuple[Reply, str]:
        with self._lock:
            self.mints.append(params)
            return self.mint(params), f"token-{len(self.mints)}"

    def calls_of(self, text: str) -> list[Sms]:
        return [call for call in self.calls if call.text == text]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: Any) -> None:
        """A client that is gone is no news here."""

    def close_all(self) -> None:
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            reply, token = vendor.token(_params(self.path))
            self.answer(reply, {"status": 200, "token": token} if reply.code == 200 else {"status": reply.code})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sms = _sms(self.path, self.headers.get("authToken", ""), _workbook(self.headers, body))
            reply = vendor.sms(sms)
            data = {"transactionId": f"t-{len(vendor.calls)}", "responseCode": str(reply.code)}
            self.answer(reply, {"responseCode": reply.code, "message": "SUCCESS", "data": data})

        def answer(self, reply: Reply, body: object) -> None:
            if reply.delay:
                vendor.closing.wait(reply.delay)
            if reply.silent:
                vendor.closing.wait(60)
            if reply.silent or reply.hang_up:
                self.close_connection = True
                return
            content = reply.body if reply.body is not None else json.dumps(body).encode()
            self.send_response(reply.status or 200)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests count calls themselves."""

    return Handler


def _params(target: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query, keep_blank_values=True).items()}


def _workbook(headers: Message, body: bytes) -> list[tuple[str, ...]] | None:
    """Return the rows of the file that a personalised call carries, the header aside."""
    if not body:
        return None
    boundary = str(headers.get_boundary()).encode()
    _, files = MultiPartParser().parse(io.BytesIO(body), boundary, content_length=len(body))
    with files["file"].stream as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read()), read_only=True).worksheets[0]
        return [tuple(str(cell) for cell in row if cell is not None) for row in sheet.iter_rows(2, values_only=True)]


def _filled(text: str, variables: Sequence[str]) -> str:
    for name, value in zip(("##var##", "##var2##", "##var3##"), variables, strict=False):
        text = text.replace(name, value)
    return text


def _sms(target: str, token: str, rows: list[tuple[str, ...]] | None) -> Sms:
    params = _params(target)
    numbers: Sequence[str]
    if rows is not None:
        numbers = [country + mobile for country, mobile, *_ in rows]
        texts = [_filled(params["message"], variables) for _, _, *variables in rows]
        return Sms(tuple(numbers), tuple(texts), params["message"], params, token, target, workbook=True)
    if "phoneNumbers" in params:
        numbers = [entry.strip().replace(" ", "") for entry in params["phoneNumbers"].split(",")]
    else:
        numbers = [params["countryCode"] + params["mobileNumber"]]
    return Sms(tuple(numbers), (params["message"],) * len(numbers), params["message"], params, token, target)
