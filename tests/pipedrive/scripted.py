"""A server that answers octet for octet what a test says, in order, and keeps what it was sent."""

import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class Step:
    """What comes in answer to one request; `drips` goes on one octet at a time for ever."""

    octets: bytes = b""
    closes: bool = False
    drips: bool = False


@dataclass(slots=True)
class Scripted:
    """Where the server is, and what it has seen."""

    url: str
    steps: deque[Step]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    """A connection was closed from the server's side."""


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Step:
    """Return an answer with a body of JSON, or with these octets."""
    octets = body if isinstance(body, bytes) else orjson.dumps(body)
    more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(octets)}\r\n{more}\r\n"
    return Step(head.encode() + octets)


LOST = Step(closes=True)
"""The connection ends without an answer."""


@contextmanager
def scripted(*steps: Step) -> Iterator[Scripted]:
    """Give a running server."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}", deque(steps))
        threading.Thread(target=_accept, args=(listener, seen, stop), daemon=True).start()
        yield seen
        stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, seen: Scripted, stop: threading.Event) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            seen.connections += 1
            threading.Thread(target=_serve, args=(connection, seen, stop), daemon=True).start()


def _serve(connection: socket.socket, seen: Scripted, stop: threading.Event) -> None:
    with connection, suppress(OSError):
        while request := _read(connection):
            seen.requests.append(request)
            step = seen.steps.popleft()
            connection.sendall(step.octets)
            while step.drips and not stop.wait(0.01):
                connection.sendall(b" ")
            if step.closes:
                break
    seen.closed.set()


def _read(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        octets = connection.recv(65_536)
        if not octets or octets.startswith(b"\x16"):  # the beginning of TLS, which is not spoken here
            return b""
        head += octets
    start, _, body = head.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in start.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return start + b"\r\n\r\n" + body
