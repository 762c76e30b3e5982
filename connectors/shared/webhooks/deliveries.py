"""What is owed to webhooks: which are due, claimed by one thread alone, and gone once taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, delete, select, update

from connectors.shared.clock import MINUTE
from connectors.shared.webhooks.tables import webhook_deliveries, webhooks

BATCH = 20
LEASE_MS = 2 * MINUTE
"""More than a batch takes: whoever is killed over it leaves it to be posted again after that."""

CLEARED_AT_ONCE = 1_000

_owed = webhook_deliveries.c
_moment = bindparam("moment", type_=BigInteger)
_lease = bindparam("lease", type_=BigInteger)
_ids: BindParameter[int] = bindparam("ids", expanding=True)
_is_active = webhooks.c.disabled_at.is_(None)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom something is owed."""

    account_id: int
    webhook_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that this thread alone posts, until its lease ends."""

    id: int
    event: str
    subject_id: str
    happened_at: int
    attempts: int
    failing_since: int | None
    leased_until: int


# One step down the index for each webhook; EXISTS may become a join that looks at all that is owed.
_first_due = (
    select(_owed.id).where(_owed.webhook_id == webhooks.c.id, _owed.next_attempt_at <= _moment).limit(1)
).scalar_subquery()
_due_anywhere = select(webhooks.c.account_id, webhooks.c.id).where(_is_active, _first_due.is_not(None))
_due = (
    select(_owed.id, _owed.event, _owed.subject_id, _owed.happened_at, _owed.attempts, _owed.failing_since)
    .where(_owed.webhook_id == bindparam("webhook"), _owed.next_attempt_at <= _moment)
    .order_by(_owed.next_attempt_at)  # as the index has it: no id beside it, or all that fell due at once is sorted
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
# By ids that are known, and not by a subquery: PostgreSQL believes a table empty that was empty when it last looked,
# and goes through all of it for each batch (seen: 200 ms with 21,000 rows).
_lease_out = update(webhook_deliveries).where(_owed.id.in_(_ids)).values(next_attempt_at=_lease)
# Only what is still ours: a lease may have ended meanwhile, and SQLite gives the last id anew.
_leased = _owed.id.in_(_ids) & (_owed.next_attempt_at == _lease)
_unwanted = (
    select(_owed.id)
    .where(~select(webhooks.c.id).where(webhooks.c.id == _owed.webhook_id, _is_active).exists())
    .limit(CLEARED_AT_ONCE)
)


def due(connection: Connection, moment: int) -> list[Addressee]:
    """Return the webhooks that are owed something now."""
    return [Addressee(*row) for row in connection.execute(_due_anywhere, {"moment": moment})]


def claim(connection: Connection, addressee: Addressee, moment: int) -> list[Delivery]:
    """Take a batch of what is due, the oldest first."""
    leased_until = moment + LEASE_MS
    chosen = connection.execute(_due, {"webhook": addressee.webhook_id, "moment": moment}).all()
    if chosen:
        connection.execute(_lease_out, {"ids": [row.id for row in chosen], "lease": leased_until})
    return sorted((Delivery(*row, leased_until) for row in chosen), key=lambda claimed: claimed.id)


def close(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Forget what needs no more posting."""
    if deliveries:
        connection.execute(delete(webhook_deliveries).where(_leased), _taken(deliveries))


def release(connection: Connection, deliveries: Sequence[Delivery], moment: int) -> None:
    """Give back what was claimed and not posted."""
    if deliveries:
        statement = update(webhook_deliveries).where(_leased).values(next_attempt_at=_moment)
        connection.execute(statement, _taken(deliveries) | {"moment": moment})


def postpone(connection: Connection, delivery: Delivery, failing_since: int, next_attempt_at: int) -> None:
    """Have it posted again later; it failed."""
    connection.execute(
        update(webhook_deliveries)
        .where(_leased)
        .values(attempts=_owed.attempts + 1, failing_since=failing_since, next_attempt_at=next_attempt_at),
        _taken([delivery]),
    )


def clear_unwanted(connection: Connection) -> bool:
    """Remove some of what is owed to webhooks that are disabled or gone; True when there may be more."""
    ids = list(connection.scalars(_unwanted))
    if ids:
        connection.execute(delete(webhook_deliveries).where(_owed.id.in_(_ids)), {"ids": ids})
    return len(ids) == CLEARED_AT_ONCE


def _taken(deliveries: Sequence[Delivery]) -> dict[str, object]:
    return {"ids": [delivery.id for delivery in deliveries], "lease": deliveries[0].leased_until}
