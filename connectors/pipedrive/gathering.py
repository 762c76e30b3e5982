"""People of a campaign, read from Pipedrive page by page until the campaign's file is whole."""

from collections.abc import Sequence

from connectors.pipedrive.context import Context
from connectors.shared.messages.dispatcher import Job


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    return ()
