"""Who a user of Pipedrive is, as Pipedrive says now: https://developers.pipedrive.com/docs/api/v1/Users"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.pipedrive.errors import InDoubt
from connectors.pipedrive.platform.client import Pipedrive
from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.kept_text import UNKEPT


@dataclass(frozen=True, slots=True)
class UserFacts:
    """A user in their company."""

    user_id: int
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    company_name: str | None
    is_admin: bool


def ask_user(pipedrive: Pipedrive, who: GrantKey) -> UserFacts:
    """Return who this user is. Raises what a call may."""
    data = pipedrive.get(who, "/api/v1/users/me").data
    # What somebody else may do is not for this user.
    if not isinstance(data, Mapping) or data.get("id", who.user_id) != who.user_id:
        raise InDoubt("Pipedrive does not say who this is. Try again in a minute.")
    return read_user(who.user_id, data)


def read_user(user_id: int, data: Mapping[str, Any]) -> UserFacts:
    """Return who `/users/me` is about."""
    return UserFacts(
        user_id=user_id,
        name=_text(data.get("name")) or "",
        email=_text(data.get("email")),
        phone=_text(data.get("phone")),
        company_name=_text(data.get("company_name")),
        is_admin=is_admin(data),
    )


def is_admin(data: Mapping[str, Any]) -> bool:
    """Whether `/users/me` is about an admin of the company: by the old flag, or by what is listed in `access`."""
    if data.get("is_admin") in (True, 1):
        return True
    entries = data.get("access")
    return isinstance(entries, list) and any(
        isinstance(entry, Mapping) and entry.get("app") == "global" and entry.get("admin") in (True, 1)
        for entry in entries
    )


def _text(found: Any) -> str | None:
    return (UNKEPT.sub("", found).strip() or None) if isinstance(found, str) else None
