"""The last look before a message goes: who opted out, what hour it is where the phone is, how many went today.

It looks at dispatch and not at acceptance: much may change while a message waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, case, select, update

from connectors.shared.accounts.tables import accounts
from connectors.shared.clock import DAY, to_rfc3339
from connectors.shared.messages.claim import Claimed, Lane
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.hours import PromotionalHours
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs.store import blocks, opted_out
from connectors.shared.secrets import SecretBox

OUTSIDE_HOURS = "outside_hours"
DAILY_LIMIT = "daily_limit"
OPTED_OUT = "opted_out"

_ids: BindParameter[str] = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class Screening:
    """The rules of this service. `daily_limit` is messages an account and day (UTC); 0: none."""

    secrets: SecretBox
    endings: Endings
    hours: PromotionalHours
    daily_limit: int

    def screen(self, connection: Connection, lane: Lane, rows: Sequence[Claimed], moment: int) -> list[Claimed]:
        """Return those of the claimed rows that may go now; the others are suppressed or held, and say why."""
        rows = self._without_opted_out(connection, lane, rows, moment)
        rows = self._within_hours(connection, rows, moment)
        return self._within_limit(connection, lane, rows, moment)

    def _without_opted_out(
        self, connection: Connection, lane: Lane, rows: Sequence[Claimed], moment: int
    ) -> Sequence[Claimed]:
        numbers = [row.recipient for row in rows if row.message_type != "OTP"]
        scopes = opted_out(connection, self.secrets, lane.account_id, numbers) if numbers else {}
        if not scopes:
            return rows
        suppressed = [
            row.id for row in rows if row.recipient in scopes and blocks(scopes[row.recipient], row.message_type)
        ]
        if suppressed:
            _change(connection, suppressed, _suppressed(moment))
            self.endings.tell(connection, suppressed, moment)
        return _without(rows, suppressed)

    def _within_hours(self, connection: Connection, rows: Sequence[Claimed], moment: int) -> Sequence[Claimed]:
        opening: dict[int, list[Claimed]] = {}
        for row in rows:
            opens_at = self.hours.opens_at(row.recipient, moment) if row.hours is not None else None
            if opens_at is not None:
                opening.setdefault(opens_at, []).append(row)
        for opens_at, held in opening.items():
            why = f"Promotions are not sent at this hour where the phone is. It is held until {to_rfc3339(opens_at)}."
            _hold(connection, held, opens_at, OUTSIDE_HOURS, why)
        return _without(rows, [row.id for held in opening.values() for row in held])

    def _within_limit(self, connection: Connection, lane: Lane, rows: Sequence[Claimed], moment: int) -> list[Claimed]:
        if not self.daily_limit or not rows:
            return list(rows)
        today = moment // DAY
        counting = [row for row in rows if row.counted_day != today]
        room = max(0, self.daily_limit - _counted(connection, lane.account_id, today))
        # Somebody waits for a one-time code, and it is of no use tomorrow: it counts, and is never held.
        codes = sum(row.message_type == "OTP" for row in counting)
        others = [row for row in counting if row.message_type != "OTP"]
        held = others[max(0, room - codes) :]
        if held:
            tomorrow = (today + 1) * DAY
            why = (
                f"The limit of {self.daily_limit:,} messages a day is reached for this account. "
                f"It is held until {to_rfc3339(tomorrow)}."
            )
            _hold(connection, held, tomorrow, DAILY_LIMIT, why)
        admitted = _without(rows, [row.id for row in held])
        _count(connection, lane.account_id, today, [row.id for row in admitted if row.counted_day != today])
        return list(admitted)


def _without(rows: Sequence[Claimed], ids: Sequence[str]) -> Sequence[Claimed]:
    left_out = set(ids)
    return [row for row in rows if row.id not in left_out] if left_out else rows


def _suppressed(moment: int) -> dict[str, Any]:
    return {
        "status": Status.SUPPRESSED.value,
        "claimed_by": None,
        "deadline_at": None,
        "finished_at": moment,
        "captcha": None,
        "error_code": OPTED_OUT,
        "error_message": "This number has opted out.",
    }


def _hold(connection: Connection, rows: Sequence[Claimed], until: int, code: str, why: str) -> None:
    held = {
        "status": Status.SCHEDULED.value,
        "claimed_by": None,
        "next_attempt_at": until,
        # Past its validity it is looked at all the same, and never sent.
        "deadline_at": case((messages.c.expires_at < until, messages.c.expires_at), else_=until),
        "error_code": code,
        "error_message": why,
    }
    _change(connection, [row.id for row in rows], held)


def _change(connection: Connection, ids: Sequence[str], values: dict[str, Any]) -> None:
    # They were claimed in this very transaction: nobody else has them.
    connection.execute(update(messages).where(messages.c.id.in_(_ids)).values(values), {"ids": list(ids)})


def _counted(connection: Connection, account_id: int, today: int) -> int:
    """Return how many count against today, under a lock that makes dispatchers take turns."""
    statement = select(accounts.c.counted_day, accounts.c.counted).where(accounts.c.id == account_id)
    row = connection.execute(statement.with_for_update()).first()
    return int(row.counted) if row is not None and row.counted_day == today else 0


def _count(connection: Connection, account_id: int, today: int, ids: Sequence[str]) -> None:
    if ids:
        _change(connection, ids, {"counted_day": today})
        earlier = case((accounts.c.counted_day == today, accounts.c.counted), else_=0)
        connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(counted_day=today, counted=earlier + len(ids))
        )
