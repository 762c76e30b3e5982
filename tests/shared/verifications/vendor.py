"""A Verify Now on a real socket that answers as a test says, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

RIGHT = "482913"
WRONG = "111111"

Params = dict[str, str]


@dataclass(frozen=True)
class Reply:
    """One answer: the vendor's envelope of a code, or what stands in its place."""

    code: int = 200
    data: dict[str, Any] = field(default_factory=dict)
    http: int | None = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    hang_up: bool = False

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return json.dumps({"responseCode": self.code, "message": f"CODE_{self.code}", "data": self.data}).encode()


NO_ANSWER = Reply(hang_up=True)
COMPLETED = Reply(200, {"responseCode": "200", "verificationStatus": "VERIFICATION_COMPLETED"})


class VerifyVendor:
    """Sends codes and takes RIGHT for right, until `on_send` or `on_check` say otherwise."""

    def __init__(self) -> None:
        self.sends: list[Params] = []
        self.checks: list[Params] = []
        self.mints = 0
        self.no_token: object = None
        """What a mint is answered with in place of a token."""
        self.on_send: Callable[[Params], Reply | None] = lambda _: None
        self.on_check: Callable[[Params], Reply | None] = lambda _: None
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def channels(self) -> list[str]:
        """By what codes were asked for, in order."""
        return [sent["flowType"] for sent in self.sends]

    def mint(self) -> Reply:
        self.mints += 1
        answer = {"status": 200, "token": f"token-{self.mints}"} if self.no_token is None else self.no_token
        return Reply(body=json.dumps(answer).encode())

    def send(self, params: Params) -> Reply:
        self.sends.append(params)
        number = len(self.sends)
        return self.on_send(params) or taken(number)

    def check(self, params: Params) -> Reply:
        self.checks.append(params)
        return self.on_check(params) or (COMPLETED if params["code"] == RIGHT else Reply(702, http=400))

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def taken(number: int, **data: Any) -> Reply:
    """The answer to a code that is sent, as documented."""
    given = {"verificationId": number, "transactionId": f"t-{number}", "timeout": "60", "responseCode": "200"}
    return Reply(200, given | data)


def exists(vendor_id: object | None, **data: Any) -> Reply:
    """The answer while a code is out."""
    return Reply(506, {"verificationId": vendor_id, "responseCode": "506", "timeout": "60"} | data, http=400)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(vendor: VerifyVendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            params = _params(self.path)
            if urlsplit(self.path).path.endswith("/token"):
                self.answer(vendor.mint())
            else:
                self.answer(vendor.check(params))

        def do_POST(self) -> None:
            self.answer(vendor.send(_params(self.path)))

        def answer(self, reply: Reply) -> None:
            if reply.hang_up:
                self.close_connection = True
                return
            content = reply.content()
            self.send_response(reply.http or 200)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return Handler


def _params(target: str) -> Params:
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
