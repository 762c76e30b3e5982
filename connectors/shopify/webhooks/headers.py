"""The headers of a webhook, which nobody signs: bounded before they are used.

https://shopify.dev/docs/apps/build/webhooks/subscribe/https
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from connectors.shared.clock import SECOND
from connectors.shared.errors import NotUnderstood
from connectors.shopify.shops import read_domain
from connectors.shopify.webhooks.refusal import Refusal

# Newer kinds of webhooks leave out the X-.
_PREFIXES: Final = ("HTTP_X_SHOPIFY_", "HTTP_SHOPIFY_")
_IS_TOPIC = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)+", re.ASCII).fullmatch
_IS_ID = re.compile(r"[!-~]{1,100}", re.ASCII).fullmatch
_IS_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII).fullmatch
_LONGEST_TOPIC: Final = 100
_LONGEST_MOMENT: Final = 64


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the headers say, beside the shop and the signature; moments are UTC milliseconds."""

    topic: str
    webhook_id: str
    triggered_at: int
    is_test: bool


def header(environ: Mapping[str, Any], name: str) -> str:
    """Return a header (`SHOP_DOMAIN`) without spaces around it; empty where it is missing."""
    for prefix in _PREFIXES:
        found: str | None = environ.get(prefix + name)
        if found is not None:
            return found.strip()
    return ""


def domain_in(environ: Mapping[str, Any]) -> str:
    """Return whose webhook it says it is. Raises Refusal."""
    try:
        return read_domain(header(environ, "SHOP_DOMAIN"))
    except NotUnderstood:
        raise Refusal(400, "The header X-Shopify-Shop-Domain is missing, or names no shop.") from None


def read_delivery(environ: Mapping[str, Any], body: bytes, now: int) -> Delivery:
    """Return what the headers say. Raises Refusal."""
    topic = header(environ, "TOPIC").lower()
    if len(topic) > _LONGEST_TOPIC or not _IS_TOPIC(topic):
        raise Refusal(400, "The header X-Shopify-Topic is missing, or names no topic.")
    triggered = header(environ, "TRIGGERED_AT")
    return Delivery(
        topic=topic,
        webhook_id=_webhook_id(header(environ, "WEBHOOK_ID"), topic, triggered, body),
        triggered_at=_moment(triggered, now),
        is_test=header(environ, "TEST").lower() == "true",
    )


def _webhook_id(given: str, topic: str, triggered: str, body: bytes) -> str:
    if _IS_ID(given):
        return given
    # Without one it is told by what it says: Shopify's retries carry the same body and the same moment.
    parts = (
        (given.encode("utf-8", "replace"),) if given else (topic.encode(), triggered.encode("utf-8", "replace"), body)
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _moment(given: str, now: int) -> int:
    """Return when it was triggered: now where that is not told, makes no sense, or is still to come."""
    if len(given) > _LONGEST_MOMENT or not _IS_MOMENT(given):
        return now
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return now
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    try:
        return max(0, min(int(aware.timestamp() * SECOND), now))
    except (OverflowError, ValueError):
        return now
