"""An installation: from the code that Pipedrive gives to what is kept of a company and its user.

https://pipedrive.readme.io/docs/marketplace-oauth-authorization
"""

import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from connectors.pipedrive.automations import subscriptions
from connectors.pipedrive.context import Context
from connectors.pipedrive.errors import InDoubt
from connectors.pipedrive.platform.grants import AccessToken, GrantKey, sealed
from connectors.pipedrive.platform.oauth import IssuedTokens
from connectors.pipedrive.platform.users import is_admin
from connectors.pipedrive.shapes import LARGEST_ID
from connectors.pipedrive.tables import pipedrive_companies, pipedrive_grants
from connectors.pipedrive.write_back.queue import resume
from connectors.shared.clock import now_ms
from connectors.shared.outbound import AllowedHosts, ForbiddenUrl
from connectors.shared.secrets import SecretBox

LONGEST_NAME: Final = 255
LONGEST_DOMAIN: Final = 255
LONGEST_TIME_ZONE: Final = 64
_FIRST_VERSIONS: Final = 2**30


@dataclass(frozen=True, slots=True)
class Profile:
    """Who installs the app, as Pipedrive's `/users/me` says."""

    key: GrantKey
    name: str | None
    is_admin: bool
    timezone: str | None
    company_name: str | None
    company_domain: str | None


def install(parts: Context, code: str) -> tuple[GrantKey, str]:
    """Exchange a code for tokens and keep them; returns whose they are and where that company's Pipedrive is.

    Raises ForbiddenUrl where this app may not call that address, and PipedriveError; then nothing was kept.
    """
    tokens = parts.oauth.exchange(code)
    domain = origin(parts.settings.api_hosts, tokens.api_domain)
    profile = read_profile(parts.pipedrive.who_is(AccessToken(tokens.access, 0, domain)))
    with parts.service.database.write() as connection:
        keep(connection, parts.service.secrets, profile, tokens, domain)
    return profile.key, domain


def origin(hosts: AllowedHosts, api_domain: str) -> str:
    """Return scheme, host and port of an address that may be called. Raises ForbiddenUrl."""
    hosts.check(api_domain)
    try:
        url = parse_url(api_domain)
    except LocationParseError:
        raise ForbiddenUrl("This is no URL that can be called.") from None
    found = f"{url.scheme}://{url.netloc}"
    # Paths of the API are put behind it.
    if url.path not in (None, "", "/") or url.query is not None or len(found) > LONGEST_DOMAIN:
        raise ForbiddenUrl("The address of a company has no path and no query.")
    return found


def read_profile(user: Mapping[str, Any]) -> Profile:
    """Read `/users/me`. Raises InDoubt where it does not say who this is."""
    return Profile(
        key=GrantKey(company_id=_id(user.get("company_id")), user_id=_id(user.get("id"))),
        name=_text(user.get("name"), LONGEST_NAME),
        is_admin=is_admin(user),
        timezone=_text(user.get("timezone_name"), LONGEST_TIME_ZONE),
        company_name=_text(user.get("company_name"), LONGEST_NAME),
        company_domain=_text(user.get("company_domain"), LONGEST_DOMAIN),
    )


def keep(connection: Connection, secrets: SecretBox, profile: Profile, tokens: IssuedTokens, domain: str) -> None:
    """Keep a company and the grant of one of its users; what stood there of them becomes as it is now."""
    moment = now_ms()
    company, user = {"company_id": profile.key.company_id}, {"user_id": profile.key.user_id}
    called = {"name": profile.company_name, "domain": profile.company_domain}
    _upsert(connection, pipedrive_companies, company, called, first={"created_at": moment}, again={})
    granted = {
        "name": profile.name,
        "is_admin": profile.is_admin,
        "timezone": profile.timezone,
        "api_domain": domain,
        "installed_at": moment,
        "dead_at": None,
        "refresh_leased_until": 0,
        **sealed(secrets, tokens),
    }
    # A refresh of the grant before must not take this one for its own, even if that was removed in between.
    first = {"version": randomness.randbelow(_FIRST_VERSIONS)}
    again = {"version": pipedrive_grants.c.version + 1}
    _upsert(connection, pipedrive_grants, company | user, granted, first=first, again=again)
    resume(connection, profile.key, moment)
    subscriptions.look_again(connection, profile.key.company_id)


def _upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    first: Mapping[str, Any],
    again: Mapping[str, Any],
) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(
        insert(table)
        .values({**key, **values, **first})
        .on_conflict_do_update(index_elements=[table.c[name] for name in key], set_={**values, **again})
    )


def _id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        raise InDoubt("Pipedrive does not say who this is. Try again in a minute.")
    return value


def _text(value: Any, longest: int) -> str | None:
    words = "".join(filter(str.isprintable, value)).strip() if isinstance(value, str) else ""
    return words[:longest] or None
