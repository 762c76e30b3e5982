"""An uninstallation: who left, when, and what goes with them.

https://pipedrive.readme.io/docs/handling-user-app-uninstallation
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from connectors.pipedrive.automations import subscriptions
from connectors.pipedrive.automations.owners import owner_name
from connectors.pipedrive.company.store import templates_owner
from connectors.pipedrive.installation.calling_off import call_off
from connectors.pipedrive.platform.grants import GrantKey, find, remove
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.pipedrive.tables import pipedrive_companies, pipedrive_grants
from connectors.shared.automations import steps
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.messages.endings import Endings
from connectors.shared.templates.store import remove_all
from connectors.shared.web.bodies import InvalidFields

_MILLISECONDS_FROM: Final = 10**11
"""As seconds that would be the year 5138."""
_UNLIKELY: Final = 10**14
_DIGITS: Final = re.compile(r"[0-9]{1,18}(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Uninstallation:
    """Who left; `told_at` is UTC milliseconds."""

    key: GrantKey
    told_at: int


def read_uninstallation(body: Any, client_id: str) -> Uninstallation:
    """Read what Pipedrive sends. Raises InvalidFields."""
    if not isinstance(body, Mapping):
        raise InvalidFields({"body": ["Send a JSON object."]})
    errors = {}
    if body.get("client_id") not in (None, client_id):
        errors["client_id"] = ["This is another app's."]
    ids = {name: _id(body.get(name)) for name in ("company_id", "user_id")}
    errors |= {name: ["Send a whole number above 0."] for name, found in ids.items() if not found}
    if errors:
        raise InvalidFields(errors)
    return Uninstallation(GrantKey(**ids), _moment(body.get("timestamp")))


def uninstall(connection: Connection, endings: Endings, left: Uninstallation) -> bool:
    """Forget a user's tokens and, with the last user, their company; whether there was anything to forget.

    What was told before the app was installed last is about an earlier installation, and forgets nothing.
    """
    company_id = left.key.company_id
    _lock(connection, company_id)
    grant = find(connection, left.key)
    if grant is None or left.told_at < grant["installed_at"]:
        return False
    remove(connection, left.key)
    others = select(pipedrive_grants.c.user_id).where(pipedrive_grants.c.company_id == company_id).limit(1)
    if connection.execute(others).first() is None:
        call_off(connection, endings, company_id)
        remove_all(connection, templates_owner(company_id))
        steps.remove_owner(connection, owner_name(company_id), automations=True)
        connection.execute(delete(pipedrive_companies).where(pipedrive_companies.c.company_id == company_id))
    else:
        # Pipedrive takes the webhooks away that were made in this user's name: somebody else makes them anew.
        subscriptions.look_again(connection, company_id)
    return True


def _lock(connection: Connection, company_id: int) -> None:
    """Have the last two users go one after the other; SQLite's writers do anyway."""
    company = select(pipedrive_companies.c.company_id).where(pipedrive_companies.c.company_id == company_id)
    connection.execute(company.with_for_update())


def _id(value: Any) -> int:
    """Return an id, 0 where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= len(str(LARGEST_ID)):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID else 0


def _moment(timestamp: Any) -> int:
    """Return UTC milliseconds: of ISO 8601, seconds or milliseconds; of what cannot be read, those of now."""
    text = str(timestamp).strip() if isinstance(timestamp, str | int | float) else ""
    found = _of_number(text) if _DIGITS.fullmatch(text) else _of_iso(text)
    if found is None:
        return now_ms()
    # A moment without milliseconds may be anywhere in its second.
    return found + SECOND - 1 if found % SECOND == 0 else found


def _of_number(text: str) -> int | None:
    number = float(text)
    if number >= _UNLIKELY:
        return None
    return int(number if number >= _MILLISECONDS_FROM else number * SECOND)


def _of_iso(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(aware.timestamp() * SECOND)
    except (ValueError, OverflowError):
        return None
