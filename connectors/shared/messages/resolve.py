"""A person settles what is in doubt."""

from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, or_, select, update

from connectors.shared.campaigns.tables import campaigns
from connectors.shared.database import Database
from connectors.shared.errors import NotFound, WrongState
from connectors.shared.messages.endings import Endings
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages

SLICE = 2_000
"""Rows changed in one transaction, so that nobody waits long for a turn to write."""

_ids: BindParameter[str] = bindparam("ids", expanding=True)
_ended_campaigns = select(campaigns.c.id).where(
    or_(campaigns.c.canceled_at.is_not(None), campaigns.c.failed_at.is_not(None))
)
_resendable = and_(
    messages.c.text.is_not(None), or_(messages.c.campaign_id.is_(None), messages.c.campaign_id.not_in(_ended_campaigns))
)


class Resolution(StrEnum):
    """What a person knows, or wants, of a message in doubt."""

    SENT = "sent"
    FAILED = "failed"
    RESEND = "resend"


def resolve(
    connection: Connection,
    endings: Endings,
    message_id: str,
    resolution: Resolution,
    moment: int,
    *,
    account_id: int | None = None,
    receipt_deadline_ms: int,
    validity_ms: int,
) -> None:
    """Settle an unconfirmed message; `account_id` None is the operator.

    Raises NotFound where there is none (or another's), WrongState where it is not unconfirmed.
    """
    same = messages.c.id == message_id
    if account_id is not None:
        same &= messages.c.account_id == account_id
    doubtful = messages.c.status == Status.UNCONFIRMED.value
    values = _values(resolution, moment, receipt_deadline_ms, validity_ms)
    possible = _resendable if resolution is Resolution.RESEND else doubtful
    if connection.execute(update(messages).where(same, doubtful, possible).values(values)).rowcount == 0:
        _explain(connection, same)
    if resolution is Resolution.FAILED:
        endings.tell(connection, [message_id], moment)
    if resolution is Resolution.RESEND:
        _reopen(connection, campaigns.c.id.in_(select(messages.c.campaign_id).where(same)))


def resolve_campaign(
    database: Database,
    endings: Endings,
    account_id: int,
    campaign_id: str,
    resolution: Resolution,
    moment: int,
    *,
    receipt_deadline_ms: int,
    validity_ms: int,
) -> int:
    """Settle every message of a campaign that is unconfirmed now, slice by slice; returns how many were.

    Raises NotFound where there is no such campaign (or another's), WrongState where it was ended and none of it may be
    sent again.
    """
    same = (campaigns.c.id == campaign_id) & (campaigns.c.account_id == account_id)
    unconfirmed = messages.c.status == Status.UNCONFIRMED.value
    with database.read() as connection:
        campaign = connection.execute(select(campaigns.c.canceled_at, campaigns.c.failed_at).where(same)).first()
        if campaign is None:
            raise NotFound("There is no such campaign.")
        if resolution is Resolution.RESEND and any(campaign):
            raise WrongState("This campaign was ended, so nothing of it is sent again.")
        # All of them first: one that is sent again may be in doubt again, and that is for the person to see.
        of_campaign = (messages.c.campaign_id == campaign_id) & (messages.c.account_id == account_id)
        ids = list(connection.scalars(select(messages.c.id).where(IS_OF_CAMPAIGN, of_campaign, unconfirmed)))
    possible = _resendable if resolution is Resolution.RESEND else unconfirmed
    values = _values(resolution, moment, receipt_deadline_ms, validity_ms)
    chosen = update(messages).where(messages.c.id.in_(_ids), unconfirmed, possible).values(values)
    settled = 0
    for start in range(0, len(ids), SLICE):
        with database.write() as connection:
            done = list(connection.scalars(chosen.returning(messages.c.id), {"ids": ids[start : start + SLICE]}))
            settled += len(done)
            if resolution is Resolution.FAILED:
                endings.tell(connection, done, moment)
            if resolution is Resolution.RESEND:
                _reopen(connection, same)
    return settled


def _reopen(connection: Connection, chosen: ColumnElement[bool]) -> None:
    """A campaign that was over is not, now that one of its messages goes again."""
    connection.execute(update(campaigns).where(chosen, campaigns.c.closed_at.is_not(None)).values(closed_at=None))


def _explain(connection: Connection, same: ColumnElement[bool]) -> None:
    row = connection.execute(select(messages.c.status, messages.c.text).where(same)).first()
    if row is None:
        raise NotFound("There is no such message.")
    if row.status != Status.UNCONFIRMED.value:
        raise WrongState(f"Only a message that is unconfirmed can be resolved; this one is {row.status}.")
    if row.text is None:
        raise WrongState("Its text or number has been erased, so it cannot be sent again.")
    raise WrongState("Its campaign was ended, so nothing of it is sent again.")


def _values(resolution: Resolution, moment: int, receipt_deadline_ms: int, validity_ms: int) -> dict[str, object]:
    settled: dict[str, object] = {"error_code": None, "error_message": None, "finished_at": None}
    match resolution:
        case Resolution.SENT:
            return settled | {
                "status": Status.SENT.value,
                "sent_at": messages.c.begun_at,
                "deadline_at": moment + receipt_deadline_ms,
            }
        case Resolution.FAILED:
            return {
                "status": Status.FAILED.value,
                "error_code": "resolved_failed",
                "error_message": "A person found that it was not sent.",
                "finished_at": moment,
                "deadline_at": None,
            }
        case Resolution.RESEND:
            return settled | {
                "status": Status.QUEUED.value,
                "next_attempt_at": moment,
                "expires_at": moment + validity_ms,
                "deadline_at": moment + validity_ms,
                "attempts": 0,
                "claimed_by": None,
                "begun_at": None,
                "transaction_id": None,
            }
