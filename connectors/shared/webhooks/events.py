"""What a webhook may be told. The names are those of the REST API."""

from typing import Final

from connectors.shared.messages.states import ENDS, Status

MESSAGE: Final = "message."
CAMPAIGN: Final = "campaign."

MESSAGE_RECEIVED: Final = "message.received"
"""A message from a phone, which is none of the ledger's."""

CAMPAIGN_FINISHED: Final = "campaign.finished"
CAMPAIGN_FAILED: Final = "campaign.failed"
CAMPAIGN_CANCELED: Final = "campaign.canceled"

# Unconfirmed is told, too: once nobody expects an answer any more.
MESSAGE_EVENTS: Final = tuple(f"{MESSAGE}{status.value}" for status in Status if status in ENDS | {Status.UNCONFIRMED})
EVENTS: Final = (*MESSAGE_EVENTS, MESSAGE_RECEIVED, CAMPAIGN_FINISHED, CAMPAIGN_FAILED, CAMPAIGN_CANCELED)

TEST: Final = "webhook.test"
"""Nobody subscribes to it: it goes where somebody tries a webhook."""
