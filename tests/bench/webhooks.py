"""Webhooks of Shopify, each kept in a committed row before it is answered, beside bare Flask."""

import base64
import hmac
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from tests.bench import client, processes

SHOP = "bench.myshopify.com"
SIGNING_KEY = "b" * 64
_ids = count(1)
_ORDER = (Path(__file__).parents[1] / "shopify" / "payloads" / "orders_create.json").read_bytes()


def connect(folder: Path) -> None:
    """Connect a shop of the account that the service on this folder has."""
    command = [
        "-m",
        "connectors",
        "shopify",
        "connect",
        "--shop",
        SHOP,
        "--customer-id",
        "BENCH",
        "--signing-key-stdin",
    ]
    environment = os.environ | {"CONNECTORS_DATA_DIR": str(folder)}
    subprocess.run(
        [sys.executable, *command], input=SIGNING_KEY.encode(), env=environment, check=True, capture_output=True
    )


def webhook_request(port: int) -> bytes:
    """An order of a few thousand octets, each of them signed and with an id of its own."""
    number = next(_ids)
    body = _ORDER.replace(b"6012345678901", str(6_000_000_000_000 + number).encode())
    signature = base64.b64encode(hmac.digest(SIGNING_KEY.encode(), body, "sha256")).decode()
    head = (
        f"POST /shopify/webhooks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-Shopify-Topic: orders/create\r\nX-Shopify-Hmac-Sha256: {signature}\r\nX-Shopify-Shop-Domain: {SHOP}\r\n"
        f"X-Shopify-API-Version: 2026-10\r\nX-Shopify-Webhook-Id: bench-{os.getpid()}-{number}\r\n"
        f"X-Shopify-Triggered-At: 2026-11-21T08:00:00.123456789Z\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def webhooks(
    folder: Path, console: Console, ratio: Callable[..., dict[str, Any]], turns: int, seconds: float
) -> dict[str, Any]:
    """Webhooks accepted, one a request, beside bare Flask, in turns."""
    with (
        processes.vendor(0) as vendor,
        processes.service(folder, vendor, "--no-dispatch") as port,
        processes.bare_flask(4, 4) as bare,
    ):
        connect(folder)
        ours, baseline = [], []
        for _ in track(range(turns), "Webhooks …", console=console):
            baseline.append(client.requests_per_second(bare, client.bare_request, seconds))
            ours.append(client.requests_per_second(port, webhook_request, seconds))
    method = f"{turns} turns of {seconds:.0f} s side by side, {client.CONNECTIONS} connections; the median"
    return {"shopify_webhooks": ratio(ours, baseline, "webhooks a second over bare Flask's requests", method)}
