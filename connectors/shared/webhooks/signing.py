"""Signatures by which a receiver knows that a post is ours, and fresh.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import secrets
from typing import Final
from uuid import UUID, uuid5

from connectors.shared.clock import SECOND

PREFIX: Final = "whsec_"
_SECRET_OCTETS: Final = 32


def new_secret() -> str:
    """Return a secret as its receiver keeps it: `whsec_` and Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_OCTETS)).decode("ascii")


def message_id(webhook_id: str, event: str, subject_id: str) -> str:
    """Return the id by which the receiver knows a second copy: the same for the same event, whenever it is posted."""
    return str(uuid5(UUID(webhook_id), f"{event}/{subject_id}"))


def signed_headers(secret: str, message: str, body: bytes, moment_ms: int) -> dict[str, str]:
    """Return the headers that prove a body, posted at this moment."""
    timestamp = str(moment_ms // SECOND)
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, b".".join((message.encode(), timestamp.encode(), body)), "sha256")
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode('ascii')}",
    }
