"""An app as Shopify sees one: it takes webhooks, checks them as the documents say, and answers as it was told to."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Taken:
    """A webhook that came."""

    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers["x-shopify-topic"]

    @property
    def payload(self) -> Any:
        return json.loads(self.body)

    def is_signed_with(self, key: str) -> bool:
        wanted = base64.b64encode(hmac.new(key.encode(), self.body, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(wanted, self.headers["x-shopify-hmac-sha256"])


class App:
    """Answers the first webhooks with `statuses`, then 200; keeps them all."""

    def __init__(self, statuses: list[int]) -> None:
        self._lock = threading.Lock()
        self._statuses = statuses
        self._taken: list[Taken] = []
        self.url = ""

    def take(self, taken: Taken) -> int:
        with self._lock:
            self._taken.append(taken)
            return self._statuses.pop(0) if self._statuses else 200

    def taken(self) -> list[Taken]:
        with self._lock:
            return list(self._taken)

    def topics(self) -> list[str]:
        return sorted(one.topic for one in self.taken())


@contextmanager
def app(*statuses: int) -> Iterator[App]:
    """Serve an app on a free port of this machine."""
    served = App(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(served.take(Taken(headers, body)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
