"""A post to try a webhook by, now and once."""

import time
from dataclasses import dataclass
from typing import Final

import uuid_utils

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import NotFound
from connectors.shared.outbound import AllowedHosts, GuardedSession
from connectors.shared.secrets import SecretBox
from connectors.shared.webhooks.deliveries import Addressee
from connectors.shared.webhooks.events import TEST
from connectors.shared.webhooks.failing import in_words
from connectors.shared.webhooks.sending import body_of, find_endpoint, is_taken, send

TIMEOUT: Final = (3.05, 5.0)
"""Seconds to connect and to answer: somebody waits."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: `status` None where no answer came, `failure` in words unless it was taken."""

    status: int | None
    failure: str | None
    duration_ms: int


def try_webhook(database: Database, secrets: SecretBox, hosts: AllowedHosts, addressee: Addressee) -> Trial:
    """Post a `webhook.test` and return what came of it; a disabled webhook is tried as well. Raises NotFound."""
    with database.read() as connection:
        endpoint = find_endpoint(connection, addressee)
    if endpoint is None:
        raise NotFound("There is no such webhook.")
    moment = now_ms()
    body = body_of(TEST, moment, {"webhook_id": addressee.webhook_id})
    begun = time.monotonic()
    with GuardedSession(hosts) as session:
        answer = send(session, secrets, endpoint, str(uuid_utils.uuid4()), body, moment, TIMEOUT)
    duration_ms = int((time.monotonic() - begun) * 1_000)
    return Trial(answer.status, None if is_taken(answer) else in_words(answer), duration_ms)
