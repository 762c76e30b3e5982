"""The web side: the Flask app on gunicorn's threaded workers."""

import os
import signal
import socket
from contextlib import suppress
from typing import Any

import orjson
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import message

from connectors.installed import INSTALLED
from connectors.serving.parents import die_with_parent
from connectors.serving.places import Places
from connectors.settings import Settings
from connectors.shared.problems import MEDIA_TYPE

BACKLOG = 4_096
"""A CleverTap campaign starts with 1,500 requests at once; they wait in here, not outside."""
LONGEST_REQUEST_LINE = 64 * 1024
"""Octets: a selection of people comes in the query, each comma between their ids escaped."""
ACCESS_FORMAT = "%(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms"


_UNREAD = {
    414: "The address of the request is too long. Send less in its query.",
    417: "Send no other Expect header than 100-continue.",
    431: "The headers of the request are too long, or too many.",
    500: "The service had an error of its own. It has been logged.",
    501: "Send the body as it is, or chunked.",
}


class AccessLogger(Logger):
    """gunicorn's log, without what a path of ours may hold: callback tokens and numbers."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> Any:
        atoms = super().atoms(resp, req, environ, request_time)
        atoms["U"] = masked_path(str(environ.get("PATH_INFO", "")))
        return atoms


def masked_path(path: str) -> str:
    """Return a path as a log may show it."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if (index and parts[index - 1] == "callbacks") or (sum(map(str.isdigit, part)) >= 7 and "-" not in part):
            parts[index] = "***"
    return "/".join(part if part.isprintable() else "?" for part in parts)


class WebServer(BaseApplication):
    """gunicorn, configured by our settings alone: no file and no GUNICORN_CMD_ARGS changes it."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self._settings = settings
        self._bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self._bind,
            "worker_class": "gthread",
            "workers": self._settings.web_workers,
            "threads": self._settings.web_threads + (self._settings.web_waiting_threads if _waiting_paths() else 0),
            "worker_connections": BACKLOG,
            "backlog": BACKLOG,
            "keepalive": 30,
            "limit_request_line": LONGEST_REQUEST_LINE,
            "timeout": 60,
            "graceful_timeout": 15,
            "loglevel": "warning",
            "logger_class": AccessLogger,
            "accesslog": "-" if self._settings.access_log else None,
            "access_log_format": ACCESS_FORMAT,
            "post_fork": _after_fork,
            "proc_name": "connectors-web",
            # Nobody is to steer it by a socket in the file system.
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # Each worker builds its own app: threads and connections do not survive a fork.
        from connectors.app import create_app

        app, paths = create_app(self._settings), _waiting_paths()
        if not paths:
            return app
        return Places(app, self._settings.web_threads, self._settings.web_waiting_threads, paths)


def _waiting_paths() -> tuple[str, ...]:
    return tuple(path for connector in INSTALLED for path in connector.waiting_paths())


def close_without_waiting(sock: socket.socket, timeout: float = 0.0, max_drain: int = 65_536) -> None:
    """Close a connection; what the client still sends is drained once, not waited for.

    gunicorn's own waits up to 2 s for the client to close, on the one thread that accepts for everybody: 1,500
    clients that ask for `Connection: close` held a worker for over a minute
    (https://github.com/benoitc/gunicorn/blob/master/gunicorn/util.py, close_graceful).
    """
    with suppress(OSError):
        sock.setblocking(False)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(max_drain)
    sock.close()


def write_problem(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """Answer a request that gunicorn could not read with a problem document: its own answer is a page."""
    detail = _UNREAD.get(status_int, "The request cannot be read as HTTP/1.1.")
    body = orjson.dumps({"type": "about:blank", "title": reason, "status": status_int, "detail": detail})
    head = (
        f"HTTP/1.1 {status_int} {reason}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode("ascii") + body)


def _after_fork(_server: Any, worker: Any) -> None:
    # The setting of that name goes no higher than this: https://gunicorn.org/reference/settings/#limit_request_line
    message.MAX_REQUEST_LINE = LONGEST_REQUEST_LINE  # type: ignore[misc]  # in its stubs alone it is final
    util.close_graceful = close_without_waiting
    util.write_error = write_problem
    # A worker that outlived its parent would keep the port from the next service.
    die_with_parent(worker.ppid, signal.SIGKILL)


def run_web(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM, then drain and exit 0."""
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    WebServer(settings, host, port).run()
