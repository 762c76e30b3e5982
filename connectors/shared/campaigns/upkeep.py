"""What a campaign needs beside sending: its messages are let into the queue, taken out of it, ended; its end is told.

A slice of each campaign in turn, in a transaction of its own: others wait for their turn to write. Every step is
guarded, so that a kill between any two, and other dispatchers that do the same, change nothing.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import (
    BindParameter,
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    text,
    update,
)

from connectors.shared.campaigns.erasing import forget_erasures
from connectors.shared.campaigns.files import remove_parts
from connectors.shared.campaigns.states import HELD_IMPORTING, HELD_PAUSED, CampaignState, has_messages, state_of
from connectors.shared.campaigns.tables import IS_OPEN, campaign_files, campaigns
from connectors.shared.clock import now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.states import WAITING, Status
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages
from connectors.shared.wakeup import Wakeup
from connectors.shared.webhooks.events import CAMPAIGN_CANCELED, CAMPAIGN_FAILED, CAMPAIGN_FINISHED
from connectors.shared.webhooks.outbox import announce

SLICE = 2_000
WINDOW_ROWS = 5_000
"""Rows of the file that are looked through at once for messages that wait outside the queue."""

log = structlog.get_logger()

_EVENTS = {
    CampaignState.FINISHED: CAMPAIGN_FINISHED,
    CampaignState.FAILED: CAMPAIGN_FAILED,
    CampaignState.CANCELED: CAMPAIGN_CANCELED,
}
_WHY_CANCELED = {
    True: ("campaign_failed", "The campaign's file could not be read to its end, so nothing of it was sent."),
    False: ("campaign_canceled", "The campaign was canceled before this was sent."),
}
_ids: BindParameter[str] = bindparam("ids", expanding=True)

# One that waits for its time is made due by the sweeper; one that waits for its campaign has no other deadline.
_IS_PARKED = and_(messages.c.status == Status.SCHEDULED.value, messages.c.deadline_at >= messages.c.expires_at)
# The other index of a campaign leads through all that wait, again and again, for the few that are behind a row. An
# expression keeps both databases from taking it (https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms).
_IN_SCHEDULE = text("messages.status || '' = 'scheduled'")

_open_campaigns = select(
    *(campaigns.c[name] for name in ("id", "account_id", "held_because", "parked", "pauses", "rows_read")),
    *(campaigns.c[name] for name in ("due_at", "imported_at", "paused_at", "canceled_at", "failed_at", "message_type")),
    has_messages(Status.SCHEDULED).label("scheduled"),
    has_messages(Status.QUEUED).label("queued"),
    has_messages(Status.SENDING).label("sending"),
    exists(select(campaign_files.c.part).where(campaign_files.c.campaign_id == campaigns.c.id)).label("has_file"),
).where(
    IS_OPEN,
    campaigns.c.held_because.is_distinct_from(HELD_IMPORTING),
    # One that is released and not due yet needs nothing.
    or_(
        campaigns.c.held_because.is_not(None),
        campaigns.c.parked,
        campaigns.c.due_at.is_(None),
        campaigns.c.due_at <= bindparam("moment"),
    ),
)
_parked_rows = select(messages.c.id).where(
    IS_OF_CAMPAIGN,
    messages.c.campaign_id == bindparam("campaign"),
    messages.c.campaign_row > bindparam("after"),
    messages.c.campaign_row <= bindparam("last"),
    _IN_SCHEDULE,
    messages.c.deadline_at >= messages.c.expires_at,
)


@dataclass(slots=True)
class _Release:
    """One walk through a campaign's rows, in the order of its file."""

    pauses: int
    after: int = 0
    found: list[str] = field(default_factory=list)


class Upkeep:
    """Looks after the campaigns that are not closed. Durations in milliseconds."""

    def __init__(
        self, database: Database, endings: Endings, wakeup: Wakeup, *, validity_ms: int, validity_otp_ms: int
    ) -> None:
        self._database = database
        self._endings = endings
        self._wakeup = wakeup
        self._validity_ms = validity_ms
        self._validity_otp_ms = validity_otp_ms
        self._releases: dict[str, _Release] = {}
        self._closing = threading.Event()

    def run(self) -> None:
        """Do what is to be done now."""
        busy = True
        while busy and not self._closing.is_set():
            with self._database.read() as connection:
                found = connection.execute(_open_campaigns, {"moment": now_ms()}).mappings().all()
            releasing = {row["id"] for row in found if row["parked"] and row["held_because"] is None}
            self._releases = {key: walk for key, walk in self._releases.items() if key in releasing}
            busy = sum(self._look_after_safely(campaign) for campaign in found) > 0

    def close(self) -> None:
        """Stop after the slice that is being done."""
        self._closing.set()

    def _look_after_safely(self, campaign: RowMapping) -> bool:
        try:
            return self._look_after(campaign)
        except StoreUnavailable:
            raise
        except Exception:  # what is wrong with one holds up no other
            log.exception("upkeep_failed", campaign=campaign["id"])
            return False

    def _look_after(self, campaign: RowMapping) -> bool:
        """Do a slice of what one campaign needs; False where it needs nothing."""
        if campaign["has_file"]:
            with self._database.write() as connection:
                remove_parts(connection, campaign["id"])
            return True
        if campaign["canceled_at"] or campaign["failed_at"]:
            if campaign["queued"] or campaign["scheduled"]:
                return self._cancel(campaign)
        elif campaign["held_because"] == HELD_PAUSED:
            if campaign["queued"]:
                return self._park(campaign)
        elif campaign["parked"]:
            return self._release(campaign)
        if not (campaign["queued"] or campaign["scheduled"] or campaign["sending"]):
            self._close(campaign)
        return False

    def _release(self, campaign: RowMapping) -> bool:
        """Let the next messages into the queue, or have them wait for their time."""
        walk = self._releases.get(campaign["id"])
        if walk is None or walk.pauses != campaign["pauses"]:
            walk = self._releases[campaign["id"]] = _Release(campaign["pauses"])
        self._find_parked(campaign, walk)
        ids, walk.found = walk.found[:SLICE], walk.found[SLICE:]
        with self._database.write() as connection:
            row = _locked(connection, campaign["id"])
            if row is None or row["held_because"] is not None or row["pauses"] != walk.pauses:
                return False  # paused or canceled meanwhile
            if ids:
                values = self._released(campaign, now_ms())
                connection.execute(
                    update(messages).where(messages.c.id.in_(_ids), _IS_PARKED).values(values), {"ids": ids}
                )
            else:
                _change(connection, campaign["id"], parked=False)
                del self._releases[campaign["id"]]
        self._wakeup.announce()
        return True

    def _find_parked(self, campaign: RowMapping, walk: _Release) -> None:
        """Walk on until there is a whole slice, so that calls for many are full; found outside of the turn to write."""
        with self._database.read() as connection:
            while len(walk.found) < SLICE and walk.after < campaign["rows_read"]:
                window = {"campaign": campaign["id"], "after": walk.after, "last": walk.after + WINDOW_ROWS}
                walk.found.extend(connection.scalars(_parked_rows, window))
                walk.after += WINDOW_ROWS

    def _released(self, campaign: RowMapping, moment: int) -> dict[str, Any]:
        """Return what becomes of a parked message. Its validity counts from the end of the import, pauses or not."""
        validity = self._validity_otp_ms if campaign["message_type"] == "OTP" else self._validity_ms
        valid_until = max(campaign["due_at"] or 0, campaign["imported_at"] or 0) + validity
        row = messages.c
        lengthened = and_(row.expires_at < valid_until, row.recipient.is_not(None))  # or erased meanwhile
        expires_at = case((lengthened, valid_until), else_=row.expires_at)
        waits = and_(row.next_attempt_at > moment, row.next_attempt_at < row.expires_at)
        return {
            "status": case((waits, Status.SCHEDULED.value), else_=Status.QUEUED.value),
            "next_attempt_at": case((waits, row.next_attempt_at), else_=moment),
            "expires_at": expires_at,
            "deadline_at": case((waits, row.next_attempt_at), else_=expires_at),
        }

    def _park(self, campaign: RowMapping) -> bool:
        """Take messages out of the queue, whose index is walked for every other one."""
        ids = self._some(campaign, Status.QUEUED)
        parked = {"status": Status.SCHEDULED.value, "deadline_at": messages.c.expires_at}
        with self._database.write() as connection:
            row = _locked(connection, campaign["id"])
            if row is None or row["held_because"] != HELD_PAUSED:
                return False
            _change(connection, campaign["id"], parked=True)
            of_queue = messages.c.id.in_(_ids) & (messages.c.status == Status.QUEUED.value)
            return connection.execute(update(messages).where(of_queue).values(parked), {"ids": ids}).rowcount > 0

    def _cancel(self, campaign: RowMapping) -> bool:
        ids = self._some(campaign, *WAITING)
        moment = now_ms()
        code, why = _WHY_CANCELED[campaign["failed_at"] is not None]
        statement = (
            update(messages)
            .where(messages.c.id.in_(_ids), messages.c.status.in_([state.value for state in WAITING]))
            .values(
                status=Status.CANCELED.value,
                error_code=code,
                error_message=why,
                finished_at=moment,
                deadline_at=None,
            )
            .returning(messages.c.id)
        )
        with self._database.write() as connection:
            canceled = list(connection.scalars(statement, {"ids": ids}))
            self._endings.tell(connection, canceled, moment)
        return bool(canceled)

    def _some(self, campaign: RowMapping, *states: Status) -> list[str]:
        statement = select(messages.c.id).where(
            IS_OF_CAMPAIGN,
            messages.c.campaign_id == campaign["id"],
            messages.c.status.in_([state.value for state in states]),
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement.limit(SLICE)))

    def _close(self, campaign: RowMapping) -> None:
        """Its last message has gone, one way or another: whoever listens is told, once."""
        moment = now_ms()
        state = state_of(campaign, has_open=False, moment=moment)
        if state not in _EVENTS:
            return
        values: dict[str, Any] = {"closed_at": moment}
        if state is CampaignState.FINISHED:
            # Should a person send one again that was in doubt, then nothing holds it.
            values |= {"held_because": None, "parked": False, "paused_at": None}
        no_message = ~or_(*map(has_messages, (Status.SCHEDULED, Status.QUEUED, Status.SENDING)))
        still = and_(campaigns.c.id == campaign["id"], campaigns.c.closed_at.is_(None), no_message)
        with self._database.write() as connection:
            if connection.execute(update(campaigns).where(still).values(values)).rowcount:
                forget_erasures(connection, campaign["id"])
                announce(connection, campaign["account_id"], _EVENTS[state], campaign["id"], moment)


def _locked(connection: Connection, campaign_id: str) -> RowMapping | None:
    """Return how a campaign is held, which nobody changes until the transaction ends."""
    statement = select(campaigns.c.held_because, campaigns.c.pauses).where(campaigns.c.id == campaign_id)
    return connection.execute(statement.with_for_update(key_share=True)).mappings().first()


def _change(connection: Connection, campaign_id: str, **values: Any) -> None:
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))
