"""Accepting messages: one committed row each, a second copy within the hour recognised, before anybody is told 200."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson
import uuid_utils
from sqlalchemy import BindParameter, Connection, bindparam, null, select, update

from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.gateways.base import Captcha
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.shared_commits import SharedCommits
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages
from connectors.shared.phone_numbers import PhoneNumber
from connectors.shared.routes.routing import Router
from connectors.shared.segments import Segments
from connectors.shared.wakeup import Wakeup

ROWS_IN_STATEMENT = 50
COLUMNS = [
    *("id", "account_id", "connection_id", "source", "source_account", "external_id", "content_digest"),
    *("country_code", "recipient", "text", "sender_id", "channel", "message_type", "template_id", "entity_id"),
    *("encoding", "segments", "status", "priority", "error_code", "error_message"),
    *("created_at", "due_at", "next_attempt_at", "expires_at", "deadline_at", "finished_at"),
    *("campaign_id", "campaign_row", "variables", "hours", "fallback_id", "captcha"),
]
_values = itemgetter(*COLUMNS)
PRIORITIES = {"OTP": 0, "TRANSACTION": 1, "PROMOTIONAL": 2}
CAMPAIGN_PRIORITY = 2
"""Whatever its type: what somebody waits for passes a running campaign."""
PROMOTIONAL_HOURS = "promotional"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What a connector wants sent, validated; moments are UTC milliseconds."""

    account_id: int
    connection_id: int
    recipient: PhoneNumber = field(repr=False)
    text: str = field(repr=False)
    segments: Segments = field(repr=False)
    sender_id: str
    source: str
    channel: str = "SMS"
    message_type: str = "TRANSACTION"
    template_id: str | None = None
    entity_id: str | None = None
    source_account: str | None = None
    external_id: str | None = field(default=None, repr=False)
    deduplicate: bool = False
    whatever_the_text: bool = False
    """Whether a copy is told by its number alone; for campaigns that text a number once."""
    due_at: int | None = None
    hours: str | None = None
    """PROMOTIONAL_HOURS where it may go only in the hours that the recipient's country allows."""
    campaign_id: str | None = None
    campaign_row: int | None = None
    variables: Sequence[str] | None = field(default=None, repr=False)
    """What fills the campaign's pattern, where a workbook of the vendor's may carry it."""
    captcha: Captcha | None = None
    parked: bool = False
    """Outside the queue until its campaign is released."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message's id; `duplicate` when it is the first copy's."""

    id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class AcceptRules:
    """The settings that decide how a message is accepted. Durations in milliseconds."""

    validity_ms: int
    validity_otp_ms: int
    deduplicate_ms: int
    trial_numbers: frozenset[str] = field(repr=False)


class Acceptor:
    """The door of the ledger. One for a process."""

    def __init__(
        self, database: Database, rules: AcceptRules, endings: Endings, wakeup: Wakeup, router: Router
    ) -> None:
        self._rules = rules
        self._endings = endings
        self._wakeup = wakeup
        self._router = router
        self._insert = _Insert(database)
        self._commits = SharedCommits("accept", database, self._apply, wakeup.announce, self._apply_by_driver)

    def accept(self, new: Sequence[NewMessage]) -> list[Accepted]:
        """Return once every message is durable, one answer for each in order.

        Raises StoreUnavailable; then none of them was kept.
        """
        moment = now_ms()
        return self._commits.run([self._row(message, moment) for message in new])

    def accept_within(self, connection: Connection, new: Sequence[NewMessage]) -> list[Accepted]:
        """Keep messages in the caller's transaction, with whatever else belongs to it; `announce()` once committed."""
        moment = now_ms()
        return self._apply(connection, [self._row(message, moment, connection) for message in new])

    def announce(self) -> None:
        """Have dispatchers look at what `accept_within` kept."""
        self._wakeup.announce()

    def close(self) -> None:
        """Commit what waits and stop."""
        self._commits.close()

    def _row(self, message: NewMessage, moment: int, connection: Connection | None = None) -> dict[str, Any]:
        number = message.recipient
        path = self._router.path(
            message.account_id, message.connection_id, number.digits, message.sender_id, connection
        )
        validity = self._rules.validity_otp_ms if message.message_type == "OTP" else self._rules.validity_ms
        due = max(message.due_at or moment, moment)
        expires = due + validity
        waits = due > moment or message.parked
        row: dict[str, Any] = {
            "id": str(uuid_utils.uuid7()),
            "account_id": message.account_id,
            "connection_id": path.connection_id,
            # One that was solved for this vendor's picture is of no use to another.
            "fallback_id": None if message.captcha else path.fallback_id,
            "source": message.source,
            "source_account": message.source_account,
            "external_id": message.external_id,
            "content_digest": _content_digest(message) if message.deduplicate else None,
            "country_code": number.country_code,
            "recipient": number.digits,
            "text": message.text,
            "sender_id": message.sender_id if path.sender_id is None else path.sender_id,
            "channel": message.channel,
            "message_type": message.message_type,
            "template_id": message.template_id,
            "entity_id": message.entity_id,
            "encoding": message.segments.encoding,
            "segments": message.segments.count,
            "status": Status.SCHEDULED.value if waits else Status.QUEUED.value,
            "priority": CAMPAIGN_PRIORITY if message.campaign_id else PRIORITIES[message.message_type],
            "error_code": None,
            "error_message": None,
            "created_at": moment,
            "due_at": message.due_at,
            "next_attempt_at": due,
            "expires_at": expires,
            # A parked one is released by its campaign, not by its time.
            "deadline_at": due if waits and not message.parked else expires,
            "finished_at": None,
            "campaign_id": message.campaign_id,
            "campaign_row": message.campaign_row,
            "variables": None if message.variables is None else orjson.dumps(message.variables).decode(),
            "hours": message.hours,
            "captcha": _captcha(message.captcha),
        }
        if self._rules.trial_numbers and number.digits not in self._rules.trial_numbers:
            row |= _suppressed("trial", "This service is on trial and texts only the numbers on its list.", moment)
        return row

    def _apply(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> list[Accepted]:
        # In one order everywhere: two processes that insert the same copies must not wait for each other.
        inserted = self._insert(connection.exec_driver_sql, sorted(rows, key=_digest_of))
        answers = [Accepted(row["id"], duplicate=False) for row in rows]
        if inserted != len(rows):
            answers = self._settle_copies(connection, rows)
        ended = [row["id"] for row in rows if row["status"] == Status.SUPPRESSED]
        if ended:
            self._endings.tell(connection, ended, now_ms())
        return answers

    def _apply_by_driver(self, driver: sqlite3.Connection, rows: Sequence[dict[str, Any]]) -> list[Accepted] | None:
        """The common case: every row is new and waits to be sent."""
        if any(row["status"] == Status.SUPPRESSED for row in rows) or self._insert(driver.execute, rows) != len(rows):
            return None
        return [Accepted(row["id"], duplicate=False) for row in rows]

    def _settle_copies(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> list[Accepted]:
        kept = _kept_ids(connection, rows)
        answers = []
        for row in rows:
            if row["id"] in kept:
                answers.append(Accepted(row["id"], duplicate=False))
            else:
                answers.append(self._settle_copy(connection, row))
        return answers

    def _settle_copy(self, connection: Connection, row: dict[str, Any]) -> Accepted:
        """Answer with the first copy, unless it is old: then this one is a message of its own."""
        same = (messages.c.account_id == row["account_id"]) & (messages.c.content_digest == row["content_digest"])
        while True:  # another process may be settling the same copy
            first = connection.execute(select(messages.c.id, messages.c.created_at).where(same)).first()
            if first is not None:
                # Of a campaign's texts the second is a copy however long the import took.
                if row["campaign_id"] or first.created_at > row["created_at"] - self._rules.deduplicate_ms:
                    return Accepted(first.id, duplicate=True)
                old = messages.c.id == first.id
                connection.execute(update(messages).where(old, same).values(content_digest=null()))
            if self._insert(connection.exec_driver_sql, [row]):
                return Accepted(row["id"], duplicate=False)


class _Insert:
    """Inserts rows by the driver's own SQL, many in one statement: every message passes here."""

    def __init__(self, database: Database) -> None:
        self._mark = "?" if database.embedded else "%s"
        self._statements: dict[int, str] = {}

    def __call__(self, execute: Callable[[str, tuple[Any, ...]], Any], rows: Sequence[dict[str, Any]]) -> int:
        """Insert those that are no copies; returns how many."""
        inserted = 0
        for start in range(0, len(rows), ROWS_IN_STATEMENT):
            part = rows[start : start + ROWS_IN_STATEMENT]
            values = tuple(chain.from_iterable(map(_values, part)))
            inserted += execute(self._statement(len(part)), values).rowcount
        return inserted

    def _statement(self, count: int) -> str:
        if count not in self._statements:
            row = f"({', '.join([self._mark] * len(COLUMNS))})"
            self._statements[count] = (
                f"INSERT INTO messages ({', '.join(COLUMNS)}) VALUES {', '.join([row] * count)} "  # noqa: S608
                "ON CONFLICT (account_id, content_digest) DO NOTHING"
            )
        return self._statements[count]


def _digest_of(row: dict[str, Any]) -> bytes:
    return row["content_digest"] or b""


def _kept_ids(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[str]:
    ids: BindParameter[str] = bindparam("ids", expanding=True)
    found: set[str] = set()
    for start in range(0, len(rows), 1_000):
        chunk = [row["id"] for row in rows[start : start + 1_000]]
        found.update(connection.scalars(select(messages.c.id).where(messages.c.id.in_(ids)), {"ids": chunk}))
    return found


def _suppressed(code: str, why: str, moment: int) -> dict[str, Any]:
    return {
        "captcha": None,
        "status": Status.SUPPRESSED.value,
        "error_code": code,
        "error_message": why,
        "deadline_at": None,
        "finished_at": moment,
    }


def _captcha(given: Captcha | None) -> str | None:
    return None if given is None else orjson.dumps([given.imgcode, given.userip]).decode()


def _content_digest(message: NewMessage) -> bytes:
    text = "" if message.whatever_the_text else message.text
    parts = (message.campaign_id or message.external_id or "", message.recipient.digits, text)
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()
