"""Webhooks as Shopify signs and sends them."""

import base64
import hmac
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson
from werkzeug.test import TestResponse

from connectors.shared.clock import now_ms

DOMAIN = "kurta.myshopify.com"
SIGNING_KEY = "5f0c9a4b7d2e8f1a6c3b5d7e9f0a2c4e6b8d0f1a3c5e7b9d1f3a5c7e9b0d2f4a"
PATH = "/shopify/webhooks"
_numbers = count(1)


def signature(key: str, body: bytes) -> str:
    """Return what stands in X-Shopify-Hmac-Sha256."""
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


def rfc3339(moment_ms: int) -> str:
    """Return a moment as Shopify writes it, to the nanosecond."""
    moment = datetime.fromtimestamp(moment_ms // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{moment_ms % 1_000:03d}123456Z"


def signed(
    topic: str,
    body: Any,
    *,
    key: str = SIGNING_KEY,
    shop: str = DOMAIN,
    webhook_id: str | None = None,
    triggered_at: int | None = None,
    is_test: bool = False,
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a webhook; a `body` that is no bytes becomes JSON, each webhook has an id of its own.

    `triggered_at` in UTC milliseconds; None: now.
    """
    octets = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signature(key, octets),
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": webhook_id or f"b54557e4-bdd9-4b37-8a5f-{next(_numbers):012d}",
        "X-Shopify-Triggered-At": rfc3339(now_ms() if triggered_at is None else triggered_at),
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
    }
    return headers | ({"X-Shopify-Test": "true"} if is_test else {}), octets


def post(client: Any, topic: str, body: Any, **options: Any) -> TestResponse:
    """Post a webhook as `signed` makes it; `client` is Flask's test client."""
    headers, octets = signed(topic, body, **options)
    answer: TestResponse = client.post(PATH, data=octets, headers=headers)
    return answer
