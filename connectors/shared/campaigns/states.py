"""The states of a campaign. They follow from what happened to it and from its messages, and are stored nowhere."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, exists, select

from connectors.shared.campaigns.tables import campaigns
from connectors.shared.messages.states import Status
from connectors.shared.messages.tables import IS_OF_CAMPAIGN, messages


class CampaignState(StrEnum):
    """Where a campaign stands; the values are those of the REST API."""

    IMPORTING = "importing"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELED = "canceled"
    FAILED = "failed"


OPEN = (Status.SCHEDULED, Status.QUEUED, Status.SENDING)
"""As long as a message is in one of these, its campaign is not finished. Receipts may still move what is sent."""

# Why no message of a campaign may go: the values of `held_because`.
HELD_IMPORTING = CampaignState.IMPORTING.value
HELD_PAUSED = CampaignState.PAUSED.value
HELD_CANCELED = CampaignState.CANCELED.value
HELD_FAILED = CampaignState.FAILED.value


def state_of(row: RowMapping | Mapping[str, Any], *, has_open: bool, moment: int) -> CampaignState:
    """Return where a campaign stands by its row; `has_open` whether a message of it is in a state of OPEN."""
    if row["failed_at"] is not None:
        return CampaignState.FAILED
    if row["canceled_at"] is not None:
        return CampaignState.CANCELED
    if row["imported_at"] is None:
        return CampaignState.IMPORTING
    if not has_open:
        return CampaignState.FINISHED
    if row["paused_at"] is not None:
        return CampaignState.PAUSED
    return CampaignState.SCHEDULED if (row["due_at"] or 0) > moment else CampaignState.RUNNING


def has_messages(status: Status) -> ColumnElement[bool]:
    """Whether the campaign of the enclosing statement has messages in this state: one look into an index."""
    of_campaign = messages.c.campaign_id == campaigns.c.id
    return exists(select(messages.c.id).where(IS_OF_CAMPAIGN, of_campaign, messages.c.status == status.value))
