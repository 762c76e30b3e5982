"""Entries for Pipedrive of the messages of campaigns: made once a message has been sent.

A campaign's people are walked through again and again, a window at a look, from the first on whose message is still
to be settled. Where the walk stands is remembered in the process alone: another begins anew, and makes nothing twice.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    RowMapping,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from connectors.pipedrive.tables import (
    IS_LOGGED,
    LogKind,
    LogState,
    pipedrive_campaigns,
    pipedrive_logs,
    pipedrive_people,
)
from connectors.pipedrive.write_back.fates import GIVE_UP_MS, NEVER_SENT, sent_moment
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import messages

WINDOW: Final = 1_000
FIRST_PAUSE_MS: Final = 2 * SECOND
LONGEST_PAUSE_MS: Final = MINUTE

_people = pipedrive_people.c
_moment = bindparam("moment", type_=BigInteger)
_ids: BindParameter[str] = bindparam("ids", expanding=True)

_logged_campaigns = (
    select(
        *(pipedrive_campaigns.c[name] for name in ("campaign_id", "account_id", "log_kind")),
        campaigns.c.closed_at,
    )
    .join(campaigns, campaigns.c.id == pipedrive_campaigns.c.campaign_id)
    .where(
        IS_LOGGED,
        # Before that nothing of it is sent.
        or_(
            campaigns.c.closed_at.is_not(None),
            and_(
                campaigns.c.imported_at.is_not(None), or_(campaigns.c.due_at.is_(None), campaigns.c.due_at <= _moment)
            ),
        ),
    )
)
# No IS_OF_CAMPAIGN: two of the tables have such a column, and being equal to something says as much.
_of_person = and_(
    messages.c.campaign_id == _people.campaign_id,
    messages.c.campaign_row == _people.row,
    messages.c.account_id + 0 == bindparam("account"),
)
_window = (
    select(
        _people.row,
        messages.c.id,
        *(messages.c[name] for name in ("status", "sent_at", "begun_at", "finished_at")),
        messages.c.created_at.label("message_created_at"),
        pipedrive_logs.c.message_id.label("logged"),
    )
    .outerjoin(messages, _of_person)
    .outerjoin(pipedrive_logs, pipedrive_logs.c.message_id == messages.c.id)
    .where(_people.campaign_id == bindparam("campaign"), _people.row > bindparam("after"))
    .order_by(_people.row)
    .limit(bindparam("most"))
)
_entries: Final = {
    "message_id": messages.c.id,
    "company_id": pipedrive_campaigns.c.company_id,
    "user_id": pipedrive_campaigns.c.user_id,
    "person_id": _people.person_id,
    "kind": pipedrive_campaigns.c.log_kind,
    "activity_type": pipedrive_campaigns.c.activity_type,
    "state": literal(LogState.WAITING.value),
    "attempts": literal(0),
    "next_attempt_at": _moment,
    "created_at": _moment,
}
# From what is there now: a message, or the whole company, may have gone since the window was read.
_chosen = (
    select(*_entries.values())
    .select_from(messages)
    .join(pipedrive_campaigns, pipedrive_campaigns.c.campaign_id == messages.c.campaign_id)
    .join(pipedrive_people, and_(_people.campaign_id == messages.c.campaign_id, _people.row == messages.c.campaign_row))
    .where(messages.c.id.in_(_ids), pipedrive_campaigns.c.account_id == messages.c.account_id)
)
_SQLITE = sqlite.insert(pipedrive_logs).from_select(list(_entries), _chosen).on_conflict_do_nothing()
_POSTGRESQL = postgresql.insert(pipedrive_logs).from_select(list(_entries), _chosen).on_conflict_do_nothing()


@dataclass(slots=True)
class _Walk:
    """Where the walk through a campaign stands; rows are those of its file."""

    settled_up_to: int = 0
    after: int = 0
    all_settled: bool = True
    found: bool = False
    pause: int = FIRST_PAUSE_MS
    next_at: int = field(default=0)

    def take(self, rows: Sequence[RowMapping], moment: int) -> list[str]:
        """Go on behind these rows; returns the messages that were sent and have no entry."""
        unlogged: list[str] = []
        for row in rows:
            sent = row["id"] is not None and sent_moment(row) is not None
            if sent and row["logged"] is None:
                unlogged.append(row["id"])
            self.all_settled = self.all_settled and (sent or _never_will_be(row, moment))
            if self.all_settled:
                self.settled_up_to = row["row"]
            self.after = row["row"]
        self.found = self.found or bool(unlogged)
        return unlogged

    def begin_anew(self, moment: int) -> None:
        """Go back to the first that is not settled, after a pause that grows while nothing is found."""
        self.pause = FIRST_PAUSE_MS if self.found else min(self.pause * 2, LONGEST_PAUSE_MS)
        self.after, self.all_settled, self.found = self.settled_up_to, True, False
        self.next_at = moment + self.pause


class CampaignLogs:
    """Makes the entries. One for a process; several do no harm."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._walks: dict[str, _Walk] = {}
        self._closing = threading.Event()

    def run(self) -> None:
        """Look at the next window of each campaign. Raises StoreUnavailable."""
        moment = now_ms()
        with self._database.read() as connection:
            found = connection.execute(_logged_campaigns, {"moment": moment}).mappings().all()
        self._walks = {row["campaign_id"]: self._walks.get(row["campaign_id"], _Walk()) for row in found}
        for campaign in found:
            if self._closing.is_set():
                return
            walk = self._walks[campaign["campaign_id"]]
            if walk.next_at <= moment:
                self._look_at(campaign, walk, moment)

    def close(self) -> None:
        """Stop after the window that is being looked at."""
        self._closing.set()

    def _look_at(self, campaign: RowMapping, walk: _Walk, moment: int) -> None:
        if campaign["log_kind"] == LogKind.NONE:
            self._finish(campaign)
            return
        own = {"campaign": campaign["campaign_id"], "account": campaign["account_id"]}
        with self._database.read() as connection:
            rows = connection.execute(_window, {**own, "after": walk.after, "most": WINDOW}).mappings().all()
        unlogged = walk.take(rows, moment)
        if unlogged:
            with self._database.write() as connection:
                _make(connection, unlogged, moment)
        if len(rows) == WINDOW:
            return
        if walk.all_settled and campaign["closed_at"] is not None:
            self._finish(campaign)
        walk.begin_anew(moment)

    def _finish(self, campaign: RowMapping) -> None:
        """No message of it will be sent any more, unless a person has the campaign opened again meanwhile."""
        same = pipedrive_campaigns.c.campaign_id == campaign["campaign_id"]
        is_closed = exists().where(
            campaigns.c.id == pipedrive_campaigns.c.campaign_id, campaigns.c.closed_at.is_not(None)
        )
        kept_open = pipedrive_campaigns.c.log_kind != LogKind.NONE.value
        with self._database.write() as connection:
            connection.execute(
                update(pipedrive_campaigns).where(same, or_(~kept_open, is_closed)).values(logs_open=False)
            )


def _make(connection: Connection, message_ids: Sequence[str], moment: int) -> None:
    statement = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    values: dict[str, Any] = {"ids": list(message_ids), "moment": moment}
    connection.execute(statement, values)


def _never_will_be(row: RowMapping, moment: int) -> bool:
    """Whether a message that was not sent will not be; or there is none, since its person was left out."""
    if row["id"] is None or row["status"] in NEVER_SENT:
        return True
    began_at = row["begun_at"] or row["message_created_at"]
    return bool(row["status"] == Status.UNCONFIRMED and moment - began_at >= GIVE_UP_MS)
