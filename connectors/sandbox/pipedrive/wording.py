"""Words that the stand-in for Pipedrive shows people."""

from typing import Final

SCOPES: Final = {
    "base": "Read who you are and your settings",
    "contacts:full": "Read, write and delete your contacts, their notes and filters",
    "activities:full": "Read, write and delete your activities",
    "deals:read": "Read your deals",
    "webhooks:full": "Be told of changes",
}
"""What an app may do, by scope."""
