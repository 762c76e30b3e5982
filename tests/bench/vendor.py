"""A vendor that is a fixed time away and cheap to run: takes every SMS, counts them, posts receipts if told where."""

import asyncio
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

import requests

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
_MOBILES = re.compile(rb'<c r="B[0-9]+"[^>]*><is><t>([0-9]+)</t>')
TOKEN = answer({"status": 200, "token": "bench.bench.bench"})


def numbers_of(query: str, body: bytes) -> list[str]:
    """The recipients of a call: one, many by `phoneNumbers`, or the rows of a workbook."""
    if body:
        start = body.index(b"PK\x03\x04")
        with zipfile.ZipFile(io.BytesIO(body[start:])) as workbook:
            return [f"91{mobile.decode()}" for mobile in _MOBILES.findall(workbook.read("xl/worksheets/sheet1.xml"))]
    given = parse_qs(query)
    if "phoneNumbers" in given:
        return [entry.replace(" ", "") for entry in given["phoneNumbers"][0].split(",")]
    return [given.get("countryCode", [""])[0] + given.get("mobileNumber", [""])[0]]


def post_receipts(session: requests.Session, url: str, transaction: str, numbers: Iterable[str]) -> None:
    """Say of each that it arrived."""
    receipts = [{"messageId": transaction, "status": "DELIVRD", "errorCode": "000", "mobile": each} for each in numbers]
    session.post(url, json=receipts, timeout=60).raise_for_status()


class Vendor(asyncio.Protocol):
    """One connection."""

    latency = 0.0
    messages = 0
    calls = 0
    callback = ""
    session = requests.Session()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *([0-9]+)", head)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self.received = rest[size:]
            self._answer(head.split(b" ", 2)[1].decode(), rest[:size])

    def _answer(self, target: str, body: bytes) -> None:
        if target.startswith("/counted"):
            self.transport.write(answer({"messages": Vendor.messages, "calls": Vendor.calls}))
        elif target.startswith("/callback"):
            Vendor.callback = unquote(urlsplit(target).query)
            self.transport.write(answer({}))
        elif target.startswith("/auth"):
            self.transport.write(TOKEN)
        else:
            numbers = numbers_of(urlsplit(target).query, body)
            Vendor.messages += len(numbers)
            Vendor.calls += 1
            asyncio.get_running_loop().call_later(self.latency, self._write, Vendor.calls, numbers)

    def _write(self, call: int, numbers: list[str]) -> None:
        if self.transport.is_closing():
            return
        if not Vendor.callback:
            self.transport.write(SUCCESS)
            return
        transaction = f"bench-{call}"
        self.transport.write(answer(ANSWER | {"data": {"responseCode": "200", "transactionId": transaction}}))
        asyncio.get_running_loop().run_in_executor(
            None, post_receipts, Vendor.session, Vendor.callback, transaction, numbers
        )


async def main(port: int, latency: float) -> None:
    Vendor.latency = latency
    Vendor.session.trust_env = False
    server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", port, backlog=1_024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
