"""Webhooks as their account keeps them: made, shown, enabled again and removed."""

from collections.abc import Sequence
from typing import Any, Final

import uuid_utils
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from connectors.shared.accounts.tables import accounts
from connectors.shared.clock import to_rfc3339
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.secrets import SecretBox, SecretUnreadable
from connectors.shared.webhooks.events import EVENTS
from connectors.shared.webhooks.signing import new_secret
from connectors.shared.webhooks.tables import webhook_deliveries, webhook_events, webhooks

MOST_PER_ACCOUNT: Final = 20
STATES: Final = ("active", "disabled")
_PURPOSE: Final = "webhook"


def add_webhook(
    connection: Connection, secrets: SecretBox, account_id: int, url: str, events: Sequence[str], moment: int
) -> dict[str, Any]:
    """Have an account's events told to a URL, which who calls has checked; returns it with its secret, this once.

    Raises WrongState where the URL is there already, or too many are.
    """
    # Others who add at this moment wait, so that each sees what the other made.
    if connection.scalar(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()) is None:
        raise NotFound("This account has been removed.")
    _require_room(connection, secrets, account_id, url)
    webhook_id, secret = str(uuid_utils.uuid7()), new_secret()
    connection.execute(
        insert(webhooks).values(
            id=webhook_id,
            account_id=account_id,
            url_sealed=secrets.encrypt(url),
            url_digest=secrets.digest(_PURPOSE, url),
            secret_sealed=secrets.encrypt(secret),
            created_at=moment,
        )
    )
    chosen = [{"webhook_id": webhook_id, "event": event} for event in EVENTS if event in events]
    connection.execute(insert(webhook_events), chosen)
    return get_webhook(connection, secrets, account_id, webhook_id) | {"secret": secret}


def get_webhook(connection: Connection, secrets: SecretBox, account_id: int, webhook_id: str) -> dict[str, Any]:
    """Return one webhook in the API's shape, without its secret. Raises NotFound where it is not there or another's."""
    found = _present(connection, secrets, account_id, webhook_id)
    if not found:
        raise NotFound("There is no such webhook.")
    return found[0]


def list_webhooks(connection: Connection, secrets: SecretBox, account_id: int) -> list[dict[str, Any]]:
    """Return an account's webhooks, newest first."""
    return _present(connection, secrets, account_id)


def remove_webhook(connection: Connection, account_id: int, webhook_id: str) -> None:
    """Remove a webhook; what was still to be told stays untold. Raises NotFound."""
    if connection.execute(delete(webhooks).where(_same(account_id, webhook_id))).rowcount == 0:
        raise NotFound("There is no such webhook.")


def enable_webhook(connection: Connection, account_id: int, webhook_id: str) -> None:
    """Have a disabled webhook told what happens from now on. Raises NotFound."""
    same = _same(account_id, webhook_id)
    found = connection.execute(select(webhooks.c.disabled_at).where(same)).first()
    if found is None:
        raise NotFound("There is no such webhook.")
    if found.disabled_at is not None:
        # What it was owed goes before its row is touched, the order in which posts are settled, too.
        connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id))
        values = {"disabled_at": None, "disabled_reason": None, "failing_since": None}
        connection.execute(update(webhooks).where(same).values(values))


def _same(account_id: int, webhook_id: str) -> Any:
    return (webhooks.c.id == webhook_id) & (webhooks.c.account_id == account_id)


def _require_room(connection: Connection, secrets: SecretBox, account_id: int, url: str) -> None:
    own = webhooks.c.account_id == account_id
    known = webhooks.c.url_digest.in_(secrets.digests(_PURPOSE, url))
    if connection.scalar(select(webhooks.c.id).where(own, known)) is not None:
        raise WrongState("There is a webhook for this URL already. Remove it first to change its events.")
    if (connection.scalar(select(func.count()).select_from(webhooks).where(own)) or 0) >= MOST_PER_ACCOUNT:
        raise WrongState(f"An account may have {MOST_PER_ACCOUNT} webhooks. Remove one first.")


def _present(
    connection: Connection, secrets: SecretBox, account_id: int, webhook_id: str | None = None
) -> list[dict[str, Any]]:
    own = webhooks.c.account_id == account_id if webhook_id is None else _same(account_id, webhook_id)
    rows = connection.execute(select(webhooks).where(own).order_by(webhooks.c.id.desc())).mappings().all()
    ids = [row["id"] for row in rows]
    wanted: dict[str, set[str]] = {found: set() for found in ids}
    for row in connection.execute(select(webhook_events).where(webhook_events.c.webhook_id.in_(ids))):
        wanted[row.webhook_id].add(row.event)
    pending = _pending(connection, ids)
    return [_shape(secrets, row, wanted[row["id"]], pending.get(row["id"], 0)) for row in rows]


def _pending(connection: Connection, webhook_ids: Sequence[str]) -> dict[str, int]:
    of = webhook_deliveries.c.webhook_id
    counted = select(of, func.count().label("number")).where(of.in_(webhook_ids)).group_by(of)
    return {row.webhook_id: row.number for row in connection.execute(counted)}


def _shape(secrets: SecretBox, row: RowMapping, events: set[str], pending: int) -> dict[str, Any]:
    disabled = row["disabled_at"] is not None
    failure = None
    if row["last_failure_at"] is not None:
        at = to_rfc3339(row["last_failure_at"])
        failure = {"at": at, "status": row["last_failure_status"], "message": row["last_failure"]}
    return {
        "id": row["id"],
        "url": _url(secrets, row["url_sealed"]),
        "events": [event for event in EVENTS if event in events],
        "state": "disabled" if disabled else "active",
        "disabled_at": to_rfc3339(row["disabled_at"]),
        "disabled_reason": row["disabled_reason"],
        "failing_since": to_rfc3339(row["failing_since"]),
        "last_failure": failure,
        # What a disabled one was owed is given up, though it may take a minute to be cleared away.
        "pending": 0 if disabled else pending,
        "created_at": to_rfc3339(row["created_at"]),
    }


def _url(secrets: SecretBox, sealed: str) -> str | None:
    try:
        return secrets.decrypt(sealed)
    except SecretUnreadable:
        return None
