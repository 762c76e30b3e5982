"""Which webhooks a company needs, and which of them Pipedrive has: one row for each kind of event.

They are made and taken away by `subscribing.py`. Whoever does holds a lease in the rows, so that no two make the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from connectors.pipedrive.automations.happening import DEAL_CHANGED, DEAL_CREATED, PERSON_CREATED
from connectors.pipedrive.automations.owners import owner_name
from connectors.pipedrive.automations.triggers import PERSON_ADDED
from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import pipedrive_webhooks
from connectors.shared.automations.tables import automations
from connectors.shared.clock import MINUTE, now_ms

PERSON_KINDS: Final = (PERSON_CREATED,)
DEAL_KINDS: Final = (DEAL_CREATED, DEAL_CHANGED)
LEASE_MS: Final = 3 * MINUTE
"""Longer than a call may take with all its tries; taken anew before each call that writes."""

_rows = pipedrive_webhooks.c


class LeaseLost(Exception):
    """Somebody else sees to these webhooks: the lease lapsed."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A row that is under our lease."""

    kind: str
    user_id: int
    wanted: bool
    due: int
    attempts: int


@dataclass(slots=True)
class Lease:
    """A company's webhooks that are due, in the hands of one worker until a moment (UTC milliseconds)."""

    company_id: int
    until: int
    rows: Sequence[Subscription]

    def renew(self, connection: Connection) -> None:
        """Have it last for another call. Raises LeaseLost."""
        until = max(now_ms() + LEASE_MS, self.until + 1)
        if connection.execute(update(pipedrive_webhooks).where(self._is_ours).values(leased_until=until)).rowcount == 0:
            raise LeaseLost
        self.until = until

    def settle(self, connection: Connection, row: Subscription, values: Mapping[str, Any], again_at: int) -> None:
        """Keep how a webhook stands and give it back; what was decided otherwise meanwhile is due at once."""
        this = self._is_ours & (_rows.kind == row.kind)
        as_it_was = this & (_rows.next_attempt_at == row.due)
        connection.execute(update(pipedrive_webhooks).where(as_it_was).values(next_attempt_at=again_at))
        connection.execute(update(pipedrive_webhooks).where(this).values(leased_until=0, **values))

    def drop(self, connection: Connection, row: Subscription) -> None:
        """Forget a webhook that Pipedrive has no more, if it is still not wanted."""
        this = self._is_ours & (_rows.kind == row.kind)
        connection.execute(delete(pipedrive_webhooks).where(this, _rows.wanted.is_(False)))
        connection.execute(update(pipedrive_webhooks).where(this).values(leased_until=0, webhook_id=None))

    @property
    def _is_ours(self) -> Any:
        return (_rows.company_id == self.company_id) & (_rows.leased_until == self.until)


def adjust(connection: Connection, who: GrantKey) -> None:
    """Have a company's webhooks be those that its automations need; who switches one on has it made in their name.

    The company's row is to be locked.
    """
    moment = now_ms()
    needed = _needed(connection, who.company_id)
    statement = select(pipedrive_webhooks).where(_rows.company_id == who.company_id)
    known = {row["kind"]: row for row in connection.execute(statement).mappings()}
    for kind in needed - known.keys():
        new = {"company_id": who.company_id, "kind": kind, "user_id": who.user_id, "wanted": True}
        connection.execute(insert(pipedrive_webhooks).values(new | {"next_attempt_at": moment}))
    for kind, row in known.items():
        wanted = kind in needed
        if wanted != row["wanted"] or (wanted and row["problem"] is not None):
            # Due at once, and never at the very moment that somebody sees to now.
            due = moment if moment != row["next_attempt_at"] else moment - 1
            values: dict[str, Any] = {"wanted": wanted, "next_attempt_at": due}
            if wanted:
                values |= {"user_id": who.user_id, "attempts": 0}
            connection.execute(update(pipedrive_webhooks).where(_is(row)).values(values))


def look_again(connection: Connection, company_id: int) -> None:
    """Have a company's webhooks looked at at once: who made them is gone, or there again."""
    connection.execute(
        update(pipedrive_webhooks).where(_rows.company_id == company_id).values(next_attempt_at=now_ms())
    )


def is_wanted(connection: Connection, company_id: int, kind: str) -> bool:
    """Whether an automation of the company needs to hear of such events."""
    statement = select(_rows.kind).where(_rows.company_id == company_id, _rows.kind == kind, _rows.wanted.is_(True))
    return connection.execute(statement).first() is not None


def problem_of(connection: Connection, company_id: int) -> str | None:
    """Return why Pipedrive does not tell us what it should, in words; None where it does."""
    statement = select(_rows.problem).where(
        _rows.company_id == company_id, _rows.wanted.is_(True), _rows.problem.is_not(None)
    )
    return connection.scalar(statement.order_by(_rows.kind).limit(1))


def due_companies(connection: Connection, moment: int, most: int) -> Sequence[int]:
    """Return companies whose webhooks are to be looked at."""
    statement = select(_rows.company_id).where(_is_due(moment)).distinct().limit(most)
    return connection.scalars(statement).all()


def lease(connection: Connection, company_id: int, moment: int) -> Lease | None:
    """Take what is due of a company; None where somebody else has it."""
    until = moment + LEASE_MS
    taken = update(pipedrive_webhooks).where(_rows.company_id == company_id, _is_due(moment)).values(leased_until=until)
    columns = (_rows.kind, _rows.user_id, _rows.wanted, _rows.next_attempt_at, _rows.attempts)
    rows = [Subscription(*row) for row in connection.execute(taken.returning(*columns))]
    return Lease(company_id, until, rows) if rows else None


def _needed(connection: Connection, company_id: int) -> set[str]:
    own = automations.c
    statement = select(own.trigger).where(own.owner == owner_name(company_id), own.enabled.is_(True))
    enabled = set(connection.scalars(statement))
    kinds: set[str] = set(PERSON_KINDS) if PERSON_ADDED in enabled else set()
    return kinds | set(DEAL_KINDS if enabled - {PERSON_ADDED} else ())


def _is(row: RowMapping) -> Any:
    return (_rows.company_id == row["company_id"]) & (_rows.kind == row["kind"])


def _is_due(moment: int) -> Any:
    return (_rows.next_attempt_at <= moment) & (_rows.leased_until <= moment)
