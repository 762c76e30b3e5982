"""CleverTap's side of the reports: a real HTTP server that keeps what it is told and answers as a test says."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Post:
    """One post as it came."""

    path: str
    content_type: str
    body: list[dict[str, Any]]

    @property
    def metas(self) -> list[str]:
        """The ids of the messages it tells of."""
        return [entry["meta"] for element in self.body for entry in element["data"]]


class Receiver:
    """Answers 200, or what `answer` returns for the number of posts so far; None is silence until `release()`."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.answer: Callable[[int], int | None] = lambda _count: 200
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._released = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = receiver._take(Post(self.path, self.headers["Content-Type"], body))
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def metas(self) -> list[str]:
        """What it was told, in order."""
        return [meta for post in list(self.posts) for meta in post.metas]

    def url(self, query: str = "account=CT-1") -> str:
        """Return the callback URL that CleverTap would show."""
        return f"http://127.0.0.1:{self._server.server_port}/sms/generic?{query}"

    def release(self) -> None:
        """End every silence."""
        self._released.set()

    def close(self) -> None:
        """Stop; again does nothing."""
        self.release()
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, post: Post) -> int | None:
        with self._lock:
            self.posts.append(post)
            status = self.answer(len(self.posts))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        if status is None:
            self._released.wait(30)
        with self._lock:
            self.at_once -= 1
        return status
