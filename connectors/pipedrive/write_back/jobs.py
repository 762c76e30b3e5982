"""What is written into Pipedrive for messages that were sent: once each, within the company's budget."""

from collections.abc import Sequence
from typing import Final

from connectors.pipedrive.context import Context
from connectors.pipedrive.write_back.campaign_entries import CampaignLogs
from connectors.pipedrive.write_back.writing import Writer
from connectors.shared.messages.dispatcher import Job

LOOK_SECONDS: Final = 0.5
CAMPAIGNS_LOOK_SECONDS: Final = 1.0


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    writer, campaign_logs = Writer(parts), CampaignLogs(parts.service.database)
    return [
        Job("pipedrive-writes", LOOK_SECONDS, writer.write_due, writer.close),
        Job("pipedrive-campaign-logs", CAMPAIGNS_LOOK_SECONDS, campaign_logs.run, campaign_logs.close),
    ]
