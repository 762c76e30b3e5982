"""A receiver of status callbacks, as a service would run one."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps every body that was posted; answers the first posts with `statuses`, then 200."""

    def __init__(self, statuses: list[int]) -> None:
        self.lock = threading.Lock()
        self.bodies: list[Any] = []
        self.content_types: set[str | None] = set()
        self.statuses = statuses
        self.url = ""

    def receipts(self) -> list[dict[str, Any]]:
        with self.lock:
            return [one for body in self.bodies for one in (body if isinstance(body, list) else [body])]

    def statuses_by_mobile(self) -> Counter[tuple[str, str]]:
        return Counter((receipt["mobile"], receipt["status"]) for receipt in self.receipts())

    def take(self, body: bytes, content_type: str | None) -> int:
        with self.lock:
            self.content_types.add(content_type)
            status = self.statuses.pop(0) if self.statuses else 200
            if status == 200:
                self.bodies.append(json.loads(body))
            return status


@contextmanager
def receiver(*statuses: int) -> Iterator[Receiver]:
    """Serve a receiver on a free port of this machine."""
    taken = Receiver(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(taken.take(body, self.headers["Content-Type"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taken.url = f"http://127.0.0.1:{server.server_port}/message-central/callbacks/token"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
