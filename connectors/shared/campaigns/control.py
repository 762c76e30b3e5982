"""Holding a campaign back, letting it go on, and ending it. What was sent stays sent."""

from sqlalchemy import Connection, RowMapping, select, update

from connectors.shared.campaigns.states import (
    HELD_CANCELED,
    HELD_IMPORTING,
    HELD_PAUSED,
    OPEN,
    CampaignState,
    state_of,
)
from connectors.shared.campaigns.store import require
from connectors.shared.campaigns.tables import campaigns
from connectors.shared.errors import WrongState
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages

_OVER = (CampaignState.FINISHED, CampaignState.CANCELED, CampaignState.FAILED)


def pause(connection: Connection, account_id: int, campaign_id: str, moment: int) -> None:
    """Let no message of a campaign go from here on; while its file is read, that goes on.

    Raises NotFound, and WrongState where it is over or paused already.
    """
    row = _locked(connection, account_id, campaign_id, moment, "paused")
    if row["paused_at"] is not None:
        raise WrongState("This campaign is paused already.")
    values: dict[str, object] = {"paused_at": moment, "pauses": campaigns.c.pauses + 1}
    if row["held_because"] != HELD_IMPORTING:
        values |= {"held_because": HELD_PAUSED, "parked": True}
    _change(connection, campaign_id, values)


def resume(connection: Connection, account_id: int, campaign_id: str, moment: int) -> None:
    """Let a paused campaign go on. Raises NotFound, and WrongState where it is not paused."""
    row = _locked(connection, account_id, campaign_id, moment, "resumed")
    if row["paused_at"] is None:
        raise WrongState("This campaign is not paused.")
    values: dict[str, object] = {"paused_at": None}
    if row["held_because"] != HELD_IMPORTING:
        values |= {"held_because": None}
    _change(connection, campaign_id, values)


def cancel(connection: Connection, account_id: int, campaign_id: str, moment: int) -> None:
    """End a campaign; what waits is never sent. Raises NotFound, and WrongState where it is over already."""
    _locked(connection, account_id, campaign_id, moment, "canceled")
    _change(connection, campaign_id, {"canceled_at": moment, "held_because": HELD_CANCELED})


def _locked(connection: Connection, account_id: int, campaign_id: str, moment: int, verb: str) -> RowMapping:
    row = require(connection, account_id, campaign_id, lock=True)
    still_open = select(messages.c.id).where(
        IS_OF_CAMPAIGN, messages.c.campaign_id == campaign_id, messages.c.status.in_([state.value for state in OPEN])
    )
    has_open = connection.execute(still_open.limit(1)).first() is not None
    state = state_of(row, has_open=has_open, moment=moment)
    if state in _OVER:
        raise WrongState(f"This campaign is {state} and cannot be {verb} any more.")
    return row


def _change(connection: Connection, campaign_id: str, values: dict[str, object]) -> None:
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))
