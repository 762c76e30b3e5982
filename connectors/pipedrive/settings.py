"""The settings of this connector: `CONNECTORS_PIPEDRIVE_*`."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from environs import Env, validate

from connectors.shared.errors import SettingsError
from connectors.shared.outbound import AllowedHosts

PREFIX: Final = "CONNECTORS_PIPEDRIVE_"


@dataclass(frozen=True, slots=True)
class PipedriveSettings:
    """What the operator decided."""

    client_id: str
    client_secret: str = field(repr=False)
    jwt_secrets: tuple[str, ...] = field(repr=False)
    """What tokens of our pages may be signed with: the client secret, and those of extensions that have their own."""
    oauth_url: str
    api_hosts: AllowedHosts
    """What `api_domain` may be."""
    frame_ancestors: tuple[str, ...]
    """Who may frame our pages: sources as in a Content-Security-Policy."""
    confirm_above: int
    """A campaign to more people than this is begun only with the count that its preview showed."""


def read_pipedrive_settings(env: Env | None = None) -> PipedriveSettings | None:
    """Read the environment; None where the app is off, having no client id and secret.

    Raises SettingsError in words that name the variable.
    """
    env = env or Env()
    with env.prefixed(PREFIX):
        client_id, client_secret = env.str("CLIENT_ID", "").strip(), env.str("CLIENT_SECRET", "").strip()
        if not client_id and not client_secret:
            return None
        if not client_id or not client_secret:
            raise SettingsError(f"{PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET go together: give both, or neither")
        return PipedriveSettings(
            client_id=client_id,
            client_secret=client_secret,
            jwt_secrets=(client_secret, *_words(env, "JWT_SECRETS")),
            oauth_url=_oauth_url(env),
            api_hosts=_hosts(env),
            frame_ancestors=_frame_ancestors(env),
            confirm_above=_confirm_above(env),
        )


def _words(env: Env, name: str, default: str = "") -> tuple[str, ...]:
    given = env.str(name, "") or default
    return tuple(word.strip() for word in given.split(",") if word.strip())


def _oauth_url(env: Env) -> str:
    url = env.str("OAUTH_URL", "").strip() or "https://oauth.pipedrive.com"
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
        raise SettingsError(f"{PREFIX}OAUTH_URL: give a URL such as https://oauth.pipedrive.com")
    return url


def _hosts(env: Env) -> AllowedHosts:
    try:
        return AllowedHosts(_words(env, "API_HOSTS", "*.pipedrive.com"))
    except ValueError as error:
        raise SettingsError(f"{PREFIX}API_HOSTS: {error}") from None


def _frame_ancestors(env: Env) -> tuple[str, ...]:
    sources = tuple(
        source for entry in _words(env, "FRAME_ANCESTORS", "https://*.pipedrive.com") for source in entry.split()
    )
    for source in sources:
        # It becomes part of a header, where a semicolon would begin another directive.
        if not source.isascii() or ";" in source or urlsplit(source).scheme not in ("https", "http"):
            raise SettingsError(f"{PREFIX}FRAME_ANCESTORS: {source!r} is no source such as https://*.pipedrive.com")
    return sources


def _confirm_above(env: Env) -> int:
    try:
        return env.int("CONFIRM_ABOVE", 500, validate=validate.Range(0))
    except ValueError as error:
        raise SettingsError(str(error)) from None
