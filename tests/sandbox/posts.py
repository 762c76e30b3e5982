"""A receiver of what SMSC posts: it keeps bodies as they came, and reads them by their content type."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl
from xml.etree import ElementTree


class Posts:
    """Every post so far, oldest first."""

    def __init__(self) -> None:
        self._came = threading.Condition()
        self.bodies: list[bytes] = []
        self.content_types: list[str] = []
        self.targets: list[str] = []
        self.url = ""

    def keep(self, target: str, content_type: str, body: bytes) -> None:
        with self._came:
            self.targets.append(target)
            self.content_types.append(content_type)
            self.bodies.append(body)
            self._came.notify_all()

    def wait_for(self, count: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self.bodies) >= count, timeout=10)

    def read(self) -> list[dict[str, str]]:
        """Return the parameters of each post: of a form in the charset that it names itself, XML, or JSON."""
        return [_read(*post) for post in zip(self.content_types, self.bodies, strict=True)]


def _read(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.startswith("text/xml"):
        return {child.tag: child.text or "" for child in ElementTree.fromstring(body)}  # noqa: S314 - the sandbox's own
    if content_type.startswith("application/json"):
        read: dict[str, str] = json.loads(body.decode(content_type.partition("charset=")[2]))
        return read
    charset = dict(parse_qsl(body.decode())).get("charset", "windows-1251")
    return dict(parse_qsl(body.decode(), keep_blank_values=True, encoding=charset))


@contextmanager
def posts() -> Iterator[Posts]:
    """Serve a receiver on a free port of this machine."""
    kept = Posts()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.keep(self.path, self.headers["Content-Type"], body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_port}/smsc/callbacks/token"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
