"""A load of HTTP requests over kept-alive connections, as cheap as Python can be: what is measured is the server."""

import selectors
import socket
import time
from collections.abc import Callable
from itertools import count

CONNECTIONS = 32
_numbers = count(int(time.time() * 1_000) % 10_000_000)


def accept_request(port: int) -> bytes:
    """One SMS as CleverTap sends it, each with a number, a text and a mid of its own."""
    number = next(_numbers)
    body = (
        f'{{"flowType":"SMS","type":"SMS","mobileNumber":"+9198{number % 100_000_000:08d}",'
        f'"messageText":"Your order {number} is on its way","senderId":"UTOMOB","mid":"{number}.bench.-1."}}'
    )
    return (
        f"POST /partners/central/api/saveSingleSms HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\ncustomerId: BENCH\r\n"
        f"password: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def bare_request(port: int) -> bytes:
    return f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def requests_per_second(port: int, make: Callable[[int], bytes], seconds: float) -> float:
    """Send one request after the other on each connection; every answer must be 200."""
    selector = selectors.DefaultSelector()
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        selector.register(connection, selectors.EVENT_READ, (connection, bytearray()))
        connection.sendall(make(port))
    done = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for key, _ in selector.select(1.0):
            connection, received = key.data
            received.extend(connection.recv(65_536))
            if _is_whole(received):
                received.clear()
                done += 1
                connection.sendall(make(port))
    elapsed = time.perf_counter() - started
    for key in list(selector.get_map().values()):
        key.data[0].close()
    return done / elapsed


def _is_whole(received: bytearray) -> bool:
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not a 200: {bytes(received[:200])!r}")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), None)
    return length is not None and len(body) >= int(length.split(b":")[1])
