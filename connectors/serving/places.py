"""Threads for requests that wait for others, apart from those for requests that only work here.

A page of a tool's that waits seconds for that tool must hold up no message. And as few requests as before work at once:
threads that queue for one writer and one interpreter lock cost more than they bring.
"""

import threading
from collections.abc import Iterable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from connectors.shared.problems import problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RETRY_SECONDS: Final = 2
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_BUSY: Final = "Too many pages are being served at this moment. Try again in a few seconds."


class Places:
    """A WSGI app around another: `working` requests at once, and beside them `waiting` ones below `waiting_paths`."""

    def __init__(self, app: "WSGIApplication", working: int, waiting: int, waiting_paths: tuple[str, ...]) -> None:
        self._app = app
        self._waiting_paths = waiting_paths
        self._waiting = threading.BoundedSemaphore(waiting)
        # A queue of places: it is C, and every message passes here.
        self._working: SimpleQueue[None] = SimpleQueue()
        for _ in range(working):
            self._working.put(None)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer in turn; 503 where too many wait for others already."""
        path = environ.get("PATH_INFO", "")
        # What is to be removed waits for nobody, and an uninstallation may be told only once.
        if path.startswith(self._waiting_paths) and environ["REQUEST_METHOD"] != "DELETE":
            return self._answer_waiting(environ, start_response)
        if path in PROBES:
            return self._app(environ, start_response)
        self._working.get()
        try:
            return self._app(environ, start_response)
        finally:
            self._working.put(None)

    def _answer_waiting(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not self._waiting.acquire(blocking=False):
            return problem(503, _BUSY, retry_after=RETRY_SECONDS)(environ, start_response)
        try:
            return self._app(environ, start_response)
        finally:
            self._waiting.release()
