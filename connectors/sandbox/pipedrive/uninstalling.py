"""Uninstalling the app for a user, and telling it so.

https://pipedrive.readme.io/docs/app-uninstallation
"""

import requests

from connectors.sandbox.pipedrive.grants import CLIENT_ID, CLIENT_SECRET, Holder
from connectors.sandbox.pipedrive.records import moment

TIMEOUT = 10


def tell(callback: str, holder: Holder, password: str = CLIENT_SECRET) -> int | None:
    """Send the app the DELETE that Pipedrive sends; returns its HTTP status, None where nothing came back."""
    body = {
        "client_id": CLIENT_ID,
        "company_id": holder.company_id,
        "user_id": holder.user_id,
        "timestamp": moment(),
    }
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.delete(callback, json=body, auth=(CLIENT_ID, password), timeout=TIMEOUT).status_code
        except requests.RequestException:
            return None
