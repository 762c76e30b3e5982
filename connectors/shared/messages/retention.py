"""Numbers and texts do not stay for ever: purged after their days, erased when a person asks."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeVar

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, delete, or_, select, update

from connectors.shared.accounts.store import delete_account
from connectors.shared.clock import first_id, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.forgetting import Forgetting
from connectors.shared.messages.states import WAITING, Status
from connectors.shared.messages.tables import housekeeping, messages, receipts

SLICE = 1_000
TRUNCATE_SECONDS = 12.0
TRUNCATE_PAUSE_SECONDS = 0.2
PURGED_UP_TO = "purged_up_to"
SHORTEST_NATIONAL = 8
MOST_TRIES = 5

Result = TypeVar("Result")

_ids: BindParameter[str] = bindparam("ids", expanding=True)
_SCRUBBED = {
    "recipient": None,
    "text": None,
    "variables": None,
    "captcha": None,
    "external_id": None,
    "content_digest": None,
}
_OPEN = frozenset({*WAITING, Status.SENDING})


def erase_number(database: Database, endings: Endings, forgetting: Forgetting, number: str) -> int:
    """Remove a number (digits of E.164), its texts and receipts everywhere; returns how many messages it had."""
    erased = _persistently(lambda: _erase_rows(database, endings, forgetting, number))
    wipe(database, [number])
    return erased


def erase_messages(connection: Connection, endings: Endings, forgetting: Forgetting, ids: Sequence[str]) -> set[str]:
    """Remove numbers, texts and receipts of these messages in the caller's transaction; what waits is canceled.

    Returns their numbers (digits of E.164): give them to `wipe()` once it is committed.
    """
    numbers: set[str] = set()
    for start in range(0, len(ids), SLICE):
        part = list(ids[start : start + SLICE])
        chosen = messages.c.id.in_(part)
        _cancel_waiting(connection, endings, chosen)
        numbers.update(number for number in connection.scalars(select(messages.c.recipient).where(chosen)) if number)
        _scrub(connection, forgetting, part)
    return numbers


def wipe(database: Database, numbers: Collection[str]) -> None:
    """Leave nothing in SQLite's file and log of what was erased with these numbers (digits of E.164).

    `secure_delete` overwrites what is deleted, but not the copy that is left in a page's unused part when its rows are
    moved to another page (measured: of 200 erased rows one or two, in a table whose rows grow). So the file is rebuilt
    where a number is still in it, unless it is there by right: in another's message.
    """
    truncate_log(database)
    if database.embedded and any(database.file_holds(_national(number)) for number in _unused(database, numbers)):
        database.rebuild()
        truncate_log(database)


def purge(database: Database, forgetting: Forgetting, before_ms: int) -> None:
    """Remove numbers and texts of messages accepted before a moment, and receipts that came before it."""
    with database.read() as connection:
        start = connection.scalar(select(housekeeping.c.value).where(housekeeping.c.name == PURGED_UP_TO))
    walk = _Purge(forgetting, first_id(before_ms), start or "")
    more = True
    while more:
        with database.write() as connection:
            more = walk.go_on(connection)
    with database.write() as connection:
        dropped = connection.execute(delete(receipts).where(receipts.c.received_at < before_ms)).rowcount
    if walk.scrubbed or dropped:
        truncate_log(database)


def remove_account(database: Database, forgetting: Forgetting, account_id: int) -> None:
    """Remove an account and everything that belongs to it."""
    while _persistently(lambda: _remove_slice(database, forgetting, account_id)):
        pass
    truncate_log(database)


def truncate_log(database: Database) -> None:
    """Empty SQLite's write-ahead log, which still holds what was erased (https://www.sqlite.org/wal.html)."""
    if not database.embedded:
        return
    deadline = time.monotonic() + TRUNCATE_SECONDS
    busy = True
    while busy and time.monotonic() < deadline:
        with database.read() as connection:
            busy = bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0])
        if busy:  # somebody reads from it: they are done in a moment
            time.sleep(TRUNCATE_PAUSE_SECONDS)


def _persistently(work: Callable[[], Result]) -> Result:
    """Do a transaction, again where it was given up: PostgreSQL ends one of two that wait for each other's rows."""
    for _ in range(MOST_TRIES - 1):
        with suppress(StoreUnavailable):
            return work()
    return work()


def _erase_rows(database: Database, endings: Endings, forgetting: Forgetting, number: str) -> int:
    with database.write() as connection:
        forgetting.tell_number(connection, number)
        _cancel_waiting(connection, endings, messages.c.recipient == number)
        ids = list(connection.scalars(select(messages.c.id).where(messages.c.recipient == number)))
        for start in range(0, len(ids), SLICE):
            _scrub(connection, forgetting, ids[start : start + SLICE])
        connection.execute(delete(receipts).where(or_(receipts.c.recipient == number, _ends_like(number))))
    return len(ids)


def _remove_slice(database: Database, forgetting: Forgetting, account_id: int) -> bool:
    """Remove the next messages of an account, or at last the account itself; False when nothing is left."""
    chosen = select(messages.c.id).where(messages.c.account_id == account_id).order_by(messages.c.id).limit(SLICE)
    with database.write() as connection:
        ids = list(connection.scalars(chosen.with_for_update()))
        if not ids:
            connection.execute(delete(receipts).where(receipts.c.account_id == account_id))
            delete_account(connection, account_id)
            return False
        _scrub(connection, forgetting, ids)
        connection.execute(delete(messages).where(messages.c.id.in_(_ids)), {"ids": ids})
        return True


def _unused(database: Database, numbers: Collection[str]) -> list[str]:
    wanted = sorted(numbers)[:SLICE]
    with database.read() as connection:
        used = set(connection.scalars(select(messages.c.recipient).where(messages.c.recipient.in_(wanted))))
    return [number for number in wanted if number not in used]


def _national(number: str) -> bytes:
    """Return a number as far as it is the same with and without its country code."""
    return (number[3:] if len(number) >= SHORTEST_NATIONAL + 3 else number).encode()


def _cancel_waiting(connection: Connection, endings: Endings, chosen: ColumnElement[bool]) -> None:
    waiting = messages.c.status.in_([state.value for state in WAITING])
    claimed = messages.c.status == Status.SENDING.value
    statement = (
        update(messages)
        .where(chosen, or_(waiting, claimed & messages.c.begun_at.is_(None)))
        .values(
            status=Status.CANCELED.value,
            error_code="erased",
            error_message="The number was erased before the message was sent.",
            finished_at=now_ms(),
            deadline_at=None,
        )
        .returning(messages.c.id)
    )
    endings.tell(connection, list(connection.scalars(statement)), now_ms())
    # What is with the vendor now must not wait for another try: there is nothing left to send.
    connection.execute(update(messages).where(chosen, claimed).values(expires_at=now_ms()))


def _scrub(connection: Connection, forgetting: Forgetting, ids: list[str]) -> None:
    if not ids:
        return
    forgetting.tell(connection, ids)
    connection.execute(update(messages).where(messages.c.id.in_(_ids)).values(_SCRUBBED), {"ids": ids})
    connection.execute(delete(receipts).where(receipts.c.matched_id.in_(_ids)), {"ids": ids})


def _ends_like(number: str) -> ColumnElement[bool]:
    """Receipts may give a number without its country code."""
    return receipts.c.recipient.in_([number[start:] for start in (1, 2, 3) if len(number) - start >= 8])


@dataclass(slots=True)
class _Purge:
    """One walk over what is old. Open messages are left behind, and the next walk starts at the first of them."""

    forgetting: Forgetting
    end: str
    after: str
    met_open: bool = False
    scrubbed: int = 0

    def go_on(self, connection: Connection) -> bool:
        """Purge the next slice; True when there may be more."""
        held = or_(messages.c.recipient.is_not(None), messages.c.text.is_not(None)).label("held")
        statement = (
            select(messages.c.id, messages.c.status, held)
            .where(messages.c.id > self.after, messages.c.id < self.end)
            .order_by(messages.c.id)
            .limit(SLICE)
        )
        rows = connection.execute(statement).all()
        ended = [row for row in rows if Status(row.status) not in _OPEN]
        self._scrub([row.id for row in ended if row.held], connection)
        if rows and not self.met_open:
            self._remember([row.id for row in takewhile(lambda row: Status(row.status) not in _OPEN, rows)], connection)
            self.met_open = len(ended) < len(rows)
        self.after = rows[-1].id if rows else self.after
        return len(rows) == SLICE

    def _scrub(self, ids: list[str], connection: Connection) -> None:
        _scrub(connection, self.forgetting, ids)
        self.scrubbed += len(ids)

    def _remember(self, purged: list[str], connection: Connection) -> None:
        if purged:
            connection.execute(delete(housekeeping).where(housekeeping.c.name == PURGED_UP_TO))
            connection.execute(housekeeping.insert().values(name=PURGED_UP_TO, value=purged[-1]))
