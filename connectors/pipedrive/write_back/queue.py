"""The entries that Pipedrive is owed: which are due, claimed by one thread alone, and what became of them.

A claim is committed before its call. Whoever is killed over it leaves an entry that is looked for before it is
written again, once its lease has run out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, Connection, RowMapping, bindparam, select, update

from connectors.pipedrive.platform.grants import GrantKey
from connectors.pipedrive.tables import IS_OPEN, LogState, pipedrive_companies, pipedrive_logs
from connectors.pipedrive.write_back.entries import CrmEntry
from connectors.pipedrive.write_back.fates import Later, LeftOut, fate_of, sent_moment
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import MINUTE
from connectors.shared.messages.tables import messages

LEASE_MS: Final = MINUTE
"""A call that takes longer has its lease renewed (`renew`)."""
LOOKED_AT: Final = 20
SLICE: Final = 1_000

_logs = pipedrive_logs.c
_moment = bindparam("moment", type_=BigInteger)
_ids: BindParameter[str] = bindparam("ids", expanding=True)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry in the hands of one thread: to be written, or looked for where it may have been."""

    key: GrantKey
    message_id: str
    person_id: int
    kind: str
    state: LogState
    """WRITING or DOUBTFUL."""
    attempts: int
    """Calls that were begun for it and left doubt, this one among them: who has the entry, too, as it grows."""
    since: int
    """It was not written before this moment."""
    entry: CrmEntry | None
    """None where it is looked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a company's entries came to."""

    claimed: Claimed | None
    more: bool
    """Whether others may be due."""


# One step down the index for each company; EXISTS may become a join that looks at all that is owed.
_first_due = (
    select(_logs.message_id)
    .where(IS_OPEN, _logs.company_id == pipedrive_companies.c.company_id, _logs.next_attempt_at <= _moment)
    .order_by(_logs.next_attempt_at)
    .limit(1)
).scalar_subquery()
_is_awake = pipedrive_companies.c.writes_rest_until <= _moment
_due_companies = select(pipedrive_companies.c.company_id).where(_is_awake, _first_due.is_not(None))
_awake = select(pipedrive_companies.c.company_id).where(
    pipedrive_companies.c.company_id == bindparam("company"), _is_awake
)
_of_message = ("status", "sent_at", "begun_at", "finished_at", "due_at", "error_message")
_of_text = ("recipient", "text", "sender_id", "channel", "segments")
_due = (
    select(
        *(_logs[name] for name in ("message_id", "company_id", "user_id", "person_id", "kind", "activity_type")),
        *(_logs[name] for name in ("state", "attempts", "reason", "created_at")),
        *(messages.c[name] for name in (*_of_message, *_of_text)),
        messages.c.created_at.label("message_created_at"),
        campaigns.c.name.label("campaign"),
    )
    .join(messages, messages.c.id == _logs.message_id)
    .outerjoin(campaigns, campaigns.c.id == messages.c.campaign_id)
    .where(IS_OPEN, _logs.company_id == bindparam("company"), _logs.next_attempt_at <= _moment)
    .order_by(_logs.next_attempt_at)
    .limit(LOOKED_AT)
    .with_for_update(of=pipedrive_logs, skip_locked=True)
)
_due_of_user = (
    select(_logs.message_id)
    .where(
        IS_OPEN,
        _logs.company_id == bindparam("company"),
        _logs.user_id == bindparam("user"),
        _logs.state != LogState.WRITING.value,
        _logs.next_attempt_at <= _moment,
    )
    .limit(SLICE)
    .with_for_update(skip_locked=True)
)


def resume(connection: Connection, key: GrantKey, moment: int) -> None:
    """Have what waited for a user to connect again go on at once."""
    theirs = (_logs.company_id == key.company_id) & (_logs.user_id == key.user_id)
    waits = _logs.state != LogState.WRITING.value
    connection.execute(update(pipedrive_logs).where(IS_OPEN, theirs, waits).values(next_attempt_at=moment))


def due_companies(connection: Connection, moment: int) -> Sequence[int]:
    """Return the companies that are owed something now, and whose budget may be drawn on."""
    return connection.scalars(_due_companies, {"moment": moment}).all()


def claim(connection: Connection, company_id: int, moment: int) -> Look:
    """Take one entry of a company that may be written or looked for now.

    Those before it whose messages are not sent yet are put off, and those that never will be written are closed.
    """
    chosen = {"company": company_id, "moment": moment}
    if connection.scalar(_awake, chosen) is None:
        return Look(None, more=False)
    rows = connection.execute(_due, chosen).mappings().all()
    for row in rows:
        fate = fate_of(row, moment)
        if isinstance(fate, Later):
            _change(connection, row["message_id"], next_attempt_at=fate.look_at)
        elif isinstance(fate, LeftOut):
            _change(connection, row["message_id"], state=LogState.UNWRITTEN.value, reason=fate.reason)
        else:
            return Look(_claim(connection, row, moment), more=True)
    return Look(None, more=len(rows) == LOOKED_AT)


def renew(connection: Connection, held: Collection[Claimed], moment: int) -> None:
    """Keep entries whose calls take long."""
    for claimed in held:
        connection.execute(update(pipedrive_logs).where(_is_held(claimed)).values(next_attempt_at=moment + LEASE_MS))


def close_written(connection: Connection, claimed: Claimed, crm_id: int) -> bool:
    """Keep that Pipedrive has it; False where somebody else has taken it since."""
    return _settle(connection, claimed, state=LogState.WRITTEN.value, crm_id=crm_id, reason=None)


def close_unwritten(connection: Connection, claimed: Claimed, reason: str) -> bool:
    """Leave it out for good."""
    return _settle(connection, claimed, state=LogState.UNWRITTEN.value, reason=reason)


def put_in_doubt(connection: Connection, claimed: Claimed, look_at: int, reason: str) -> bool:
    """Have it looked for: it may have been written."""
    return _settle(connection, claimed, state=LogState.DOUBTFUL.value, next_attempt_at=look_at, reason=reason)


def give_back(connection: Connection, claimed: Claimed, next_attempt_at: int, reason: str) -> bool:
    """Have the same tried again: nothing was done."""
    state = LogState.WAITING if claimed.state is LogState.WRITING else LogState.DOUBTFUL
    values = {"attempts": claimed.attempts - 1, "next_attempt_at": next_attempt_at, "reason": reason}
    return _settle(connection, claimed, state=state.value, **values)


def have_written(connection: Connection, claimed: Claimed, moment: int) -> bool:
    """Have it written (anew) at once: it was looked for, and Pipedrive does not have it."""
    values = {"attempts": claimed.attempts - 1, "next_attempt_at": moment}
    return _settle(connection, claimed, state=LogState.WAITING.value, **values)


def put_off_user(connection: Connection, key: GrantKey, moment: int, until: int, reason: str) -> bool:
    """Put off what a user is owed now; True where there may be more of it."""
    chosen = {"company": key.company_id, "user": key.user_id, "moment": moment}
    ids = list(connection.scalars(_due_of_user, chosen))
    if ids:
        statement = update(pipedrive_logs).where(_logs.message_id.in_(_ids))
        connection.execute(statement.values(next_attempt_at=until, reason=reason), {"ids": ids})
    return len(ids) == SLICE


def _claim(connection: Connection, row: RowMapping, moment: int) -> Claimed:
    state = LogState.WRITING if row["state"] == LogState.WAITING else LogState.DOUBTFUL
    attempts = row["attempts"] + 1
    values = {"state": state.value, "attempts": attempts, "next_attempt_at": moment + LEASE_MS}
    _change(connection, row["message_id"], **values)
    sent_at = sent_moment(row)
    return Claimed(
        key=GrantKey(row["company_id"], row["user_id"]),
        message_id=row["message_id"],
        person_id=row["person_id"],
        kind=row["kind"],
        state=state,
        attempts=attempts,
        since=min(row["created_at"], row["created_at"] if sent_at is None else sent_at),
        entry=_entry(row, sent_at) if state is LogState.WRITING and sent_at is not None else None,
    )


def _entry(row: RowMapping, sent_at: int) -> CrmEntry:
    values = {name: row[name] for name in ("message_id", "person_id", "kind", "activity_type", "campaign", *_of_text)}
    return CrmEntry(**values, sent_at=sent_at)


def _settle(connection: Connection, claimed: Claimed, **values: Any) -> bool:
    return connection.execute(update(pipedrive_logs).where(_is_held(claimed)).values(**values)).rowcount == 1


def _is_held(claimed: Claimed) -> Any:
    same = (_logs.message_id == claimed.message_id) & (_logs.company_id == claimed.key.company_id)
    return same & (_logs.state == claimed.state.value) & (_logs.attempts == claimed.attempts)


def _change(connection: Connection, message_id: str, **values: Any) -> None:
    connection.execute(update(pipedrive_logs).where(_logs.message_id == message_id).values(**values))
