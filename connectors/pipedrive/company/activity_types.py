"""The kinds of activities that a company has in Pipedrive: https://developers.pipedrive.com/docs/api/v1/ActivityTypes"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.pipedrive.platform.client import Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.web.bodies import InvalidFields

PREFERRED: Final = ("call", "task")


@dataclass(frozen=True, slots=True)
class ActivityType:
    """A kind of activity that may be chosen."""

    key: str
    name: str


def ask_activity_types(pipedrive: Pipedrive, who: GrantKey) -> list[ActivityType]:
    """Return the types that are in use, in Pipedrive's order. Raises what a call may."""
    found = pipedrive.get(who, "/api/v1/activityTypes").data
    return [
        ActivityType(entry["key_string"], str(entry.get("name") or entry["key_string"]))
        for entry in (found if isinstance(found, list) else ())
        if isinstance(entry, Mapping)
        and isinstance(entry.get("key_string"), str)
        and entry.get("active_flag", True) in (True, 1)
    ]


def choose_activity_type(types: list[ActivityType], given: str | None) -> str:
    """Return the type to log by: the one given, else a call, a task, or whatever there is. Raises InvalidFields."""
    keys = [each.key for each in types]
    if given is not None:
        if given not in keys:
            raise InvalidFields({"activity_type": [f"Choose one of Pipedrive's activity types: {', '.join(keys)}."]})
        return given
    chosen = next((key for key in (*PREFERRED, *keys) if key in keys), None)
    if chosen is None:
        raise InvalidFields({"activity_type": ["Pipedrive has no activity type to log by. Add one in Pipedrive."]})
    return chosen
