"""A vendor on a real socket, scripted connection by connection, and a client to call it with."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from connectors.shared.message_central import Answer, MessageCentral, SingleSms

Script = Callable[["Visit"], object]

# "Response JSON" of "Send SMS" in the vendor's documents.
SENT = {
    "responseCode": 200,
    "message": "SUCCESS",
    "data": {
        "verificationId": "1234",
        "mobileNumber": "999999999",
        "responseCode": "200",
        "errorMessage": None,
        "timeout": "30.0",
        "smsCLI": None,
        "transactionId": "1c9c56ec-5cd3-48b5-9e32-a15499fb77a2",
    },
}


@dataclass
class Visit:
    """One connection that a client made, seen from the server."""

    socket: socket.socket
    number: int
    closing: threading.Event
    requests: list[bytes] = field(default_factory=list)

    def receive(self) -> bytes:
        """One whole request; b"" when the client is gone."""
        request = b""
        while b"\r\n\r\n" not in request:
            chunk = self.socket.recv(65536)
            if not chunk:
                return b""
            request += chunk
        self.requests.append(request)
        return request

    def answer(self, body: bytes = b"", *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode() + body)


class VendorSocket:
    """Listens on a free port; each connection runs `script` in a thread of its own."""

    def __init__(self, script: Script) -> None:
        self.visits: list[Visit] = []
        self._script = script
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for visit in self.visits:
            with suppress(OSError):
                visit.socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                visit = Visit(connection, len(self.visits), self._closing)
                self.visits.append(visit)
                self._threads.append(threading.Thread(target=self._serve, args=(visit,)))
                self._threads[-1].start()

    def _serve(self, visit: Visit) -> None:
        with visit.socket, suppress(OSError):
            self._script(visit)


def answers_all(visit: Visit) -> None:
    """A script: each request on a kept-alive connection is told SUCCESS."""
    while visit.receive():
        visit.answer(json.dumps(SENT).encode(), headers=("Content-Type: application/json",))


StartVendor = Callable[[Script], VendorSocket]

SMS = SingleSms("91", "9999999999", "Your code is 1476", "UTOMOB")
TOKEN = "a-secret-token"
BODY = json.dumps(SENT).encode()


def client(url: str, *, timeout: float = 5.0, connect: float = 2.0, idle: float = 60.0) -> MessageCentral:
    return MessageCentral(url, timeout=timeout, connect_timeout=connect, idle_seconds=idle)


def send(url: str, **limits: float) -> Answer:
    return client(url, **limits).send_single(TOKEN, SMS)
