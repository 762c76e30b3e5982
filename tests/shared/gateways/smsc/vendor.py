"""An SMSC on a real socket that answers as a test says, wire faults included, and keeps what it was asked."""

import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from connectors.service import Service
from connectors.shared.accounts.store import Defaults, insert_account
from connectors.shared.accounts.store import connect as connect_account
from connectors.shared.gateways.logins import GatewayLogin

LOGIN, PASSWORD = "shop", "päss wörd+1"


@dataclass(frozen=True)
class Asked:
    """One request: its script (`send`), its head, its body, and the parameters in that."""

    script: str
    head: bytes
    body: bytes

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    @property
    def params(self) -> dict[str, str]:
        pairs = parse_qsl(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
        assert len(pairs) == len(dict(pairs)), "a parameter came twice"
        return dict(pairs)


Answer = Callable[[Asked], bytes | None]
"""The octets of a whole HTTP answer; None: it hangs up without one."""


def says(content: Any, status: int = 200, headers: str = "") -> Answer:
    """Answer with JSON, or with these octets."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode()
    return lambda _asked: head + body


def refuses(code: int, words: str = "no", **more: Any) -> Answer:
    return says({"error": words, "error_code": code, **more})


def hangs_up(_asked: Asked) -> None:
    """Close the connection once the request is read."""


def takes(asked: Asked) -> bytes:
    """Take what is sent, under the id that came with it."""
    answer = says({"id": asked.params["id"], "cnt": 1})(asked)
    assert answer is not None
    return answer


class ScriptedSmsc:
    """`on` scripts answers, one for each request; the last one stays."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._lock = threading.Lock()
        self.asked: list[Asked] = []
        self.silent = threading.Event()
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self.on("send", takes)

    def on(self, script: str, *answers: Answer) -> None:
        self._answers[script] = deque(answers)

    def to(self, script: str) -> list[Asked]:
        """What a script was asked."""
        with self._lock:
            return [asked for asked in self.asked if asked.script == script]

    def keeps_silent(self, _asked: Asked) -> None:
        """Read the request and say nothing until the test is over."""
        self.silent.wait(30)

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._sock.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        # Who asked may be gone.
        with suppress(ConnectionError), connection, connection.makefile("rb") as stream:
            while (asked := _read(stream)) is not None:
                with self._lock:
                    self.asked.append(asked)
                    answers = self._answers[asked.script]
                    answer = answers.popleft() if len(answers) > 1 else answers[0]
                octets = answer(asked)
                if octets is None:
                    return
                connection.sendall(octets)


@contextmanager
def smsc() -> Iterator[ScriptedSmsc]:
    """Serve one for the time of a test."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as sock:
        vendor = ScriptedSmsc(sock)
        threading.Thread(target=vendor.serve, daemon=True).start()
        try:
            yield vendor
        finally:
            vendor.silent.set()
            sock.shutdown(socket.SHUT_RDWR)


def _read(stream: Any) -> Asked | None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    script = head.split(b" ", 2)[1].decode().removeprefix("/sys/").removesuffix(".php")
    return Asked(script, head, stream.read(length))


def connect(service: Service, secret: Mapping[str, str] | None = None) -> int:
    """Add an account that is connected to SMSC; returns the connection's id."""
    login = GatewayLogin("smsc", LOGIN, secret or {"password": PASSWORD})
    with service.database.write() as connection:
        account_id = insert_account(connection, "C-SMSC")
        return connect_account(connection, service.secrets, account_id, login, Defaults(sender_id="SHOP"))
