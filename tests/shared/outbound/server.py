"""A server over real sockets that answers as a test tells it."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Answer = Callable[[socket.socket], None]


class Server:
    """A socket on 127.0.0.1 that keeps each connection's requests and answers as it is told."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.released = threading.Event()
        self._answer, self._tls = answer, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        self.released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        with closing(client):
            try:
                stream = self._tls.wrap_socket(client, server_side=True) if self._tls else client
                with closing(stream):
                    while request := _read_request(stream):
                        self.requests.append(request)
                        self._answer(stream)
            except OSError:
                return


def _read_request(stream: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = stream.recv(65536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += stream.recv(65536)
    return head + b"\r\n\r\n" + body


def drip(start: bytes) -> Answer:
    def answer(stream: socket.socket) -> None:
        stream.sendall(start)
        pause = threading.Event()
        for _ in range(200):
            stream.sendall(b"x")
            pause.wait(0.05)

    return answer
