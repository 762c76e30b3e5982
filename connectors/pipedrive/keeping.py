"""Grants kept alive: a refresh token that nobody uses for sixty days is good no more."""

from collections.abc import Sequence

from connectors.pipedrive.context import Context
from connectors.shared.messages.dispatcher import Job


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    return ()
