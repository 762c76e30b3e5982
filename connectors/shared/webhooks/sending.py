"""One post: the body in its shape, signed, to the webhook's own URL."""

from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from connectors.shared.clock import to_rfc3339
from connectors.shared.outbound import GuardedSession, OutboundAnswer
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shared.webhooks.deliveries import Addressee
from connectors.shared.webhooks.signing import signed_headers
from connectors.shared.webhooks.tables import webhooks

UNREADABLE: Final = "What the service stored of this webhook cannot be read any more. Remove it and add it again."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook is and what its posts are signed with, both still sealed."""

    url_sealed: str = field(repr=False)
    secret_sealed: str = field(repr=False)
    disabled: bool


def find_endpoint(connection: Connection, addressee: Addressee) -> Endpoint | None:
    """Return where a webhook is, None once it is gone."""
    row = connection.execute(
        select(webhooks.c.url_sealed, webhooks.c.secret_sealed, webhooks.c.disabled_at).where(
            webhooks.c.id == addressee.webhook_id, webhooks.c.account_id == addressee.account_id
        )
    ).first()
    return None if row is None else Endpoint(row.url_sealed, row.secret_sealed, row.disabled_at is not None)


def body_of(event: str, happened_at: int, data: dict[str, Any]) -> bytes:
    """Return what is posted: the event, when it happened, and what it happened to as that stands now."""
    return orjson.dumps({"type": event, "timestamp": to_rfc3339(happened_at), "data": data})


def send(
    session: GuardedSession,
    secrets: SecretBox,
    endpoint: Endpoint,
    message: str,
    body: bytes,
    moment: int,
    timeout: tuple[float, float],
) -> OutboundAnswer:
    """Post a body once, under the id `message`; `timeout` is (to connect, to answer) in seconds. Raises nothing."""
    try:
        url, secret = secrets.decrypt(endpoint.url_sealed), secrets.decrypt(endpoint.secret_sealed)
    except SecretUnreadable:
        return OutboundAnswer(None, failure=UNREADABLE)
    return session.post_json(url, body, timeout=timeout, headers=signed_headers(secret, message, body, moment))


def is_taken(answer: OutboundAnswer) -> bool:
    """Whether the receiver has it."""
    return answer.status is not None and 200 <= answer.status < 300
