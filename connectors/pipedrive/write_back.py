"""What is written into Pipedrive for messages that were sent: once each, within the company's budget."""

from collections.abc import Sequence

from connectors.pipedrive.context import Context
from connectors.shared.messages.dispatcher import Job


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    return ()
