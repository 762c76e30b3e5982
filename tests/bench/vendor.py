"""A vendor that is a fixed time away and cheap to run: takes every SMS, says when the first came."""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

ANSWER = {
    "responseCode": 200,
    "message": "SUCCESS",
    "data": {"verificationId": "1", "responseCode": "200", "timeout": "30.0", "transactionId": "bench"},
}


def answer(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


SUCCESS = answer(ANSWER)
TOKEN = answer({"status": 200, "token": "bench.bench.bench"})


class Vendor(asyncio.Protocol):
    """One connection; requests have no body, since all inputs travel in the query string."""

    latency = 0.0
    messages = 0
    calls = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self._answer(head.split(b" ", 2)[1].decode())

    def _answer(self, target: str) -> None:
        if target.startswith("/counted"):
            self.transport.write(answer({"messages": Vendor.messages, "calls": Vendor.calls}))
        elif target.startswith("/auth"):
            self.transport.write(TOKEN)
        else:
            query = urlsplit(target).query
            many = parse_qs(query).get("phoneNumbers", ["one"]) if "phoneNumbers" in query else ["one"]
            Vendor.messages += many[0].count(",") + 1
            Vendor.calls += 1
            asyncio.get_running_loop().call_later(self.latency, self._write)

    def _write(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(SUCCESS)


async def main(port: int, latency: float) -> None:
    Vendor.latency = latency
    server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", port, backlog=1_024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
