"""The settings of this connector: `CONNECTORS_SHOPIFY_*`."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from environs import Env, validate

from connectors.shared.clock import SECOND
from connectors.shared.errors import SettingsError
from connectors.shared.outbound import AllowedHosts

PREFIX: Final = "CONNECTORS_SHOPIFY_"
_ADMIN_URL: Final = "https://{shop}"


@dataclass(frozen=True, slots=True)
class ShopifySettings:
    """What the operator decided."""

    client_id: str
    """Of our app; empty where there is none, and shops connect by their own webhooks or apps."""
    client_secrets: tuple[str, ...] = field(repr=False)
    """The first is used; webhooks and installs signed with any of them are good."""
    admin_url: str
    """Where a shop's Admin API is; `{shop}` is filled in."""
    admin_hosts: AllowedHosts
    paid_window_ms: int
    """An order that is paid so soon after it was placed was one moment to its buyer."""

    @property
    def has_app(self) -> bool:
        """Whether shops can install an app of ours."""
        return bool(self.client_id)

    @property
    def is_shopify(self) -> bool:
        """Whether shops are where Shopify has them, and not in a sandbox."""
        return self.admin_url == _ADMIN_URL

    def admin_of(self, domain: str) -> str:
        """Return where the Admin API of a shop is, without a slash at the end."""
        return self.admin_url.replace("{shop}", domain).rstrip("/")


def read_shopify_settings(env: Env | None = None) -> ShopifySettings:
    """Read the environment. Raises SettingsError in words that name the variable."""
    env = env or Env()
    try:
        with env.prefixed(PREFIX):
            return _read(env)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _read(env: Env) -> ShopifySettings:
    client_id, secrets = env.str("CLIENT_ID", "").strip(), _words(env.str("CLIENT_SECRET", ""))
    if bool(client_id) != bool(secrets):
        raise SettingsError(f"{PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET go together: give both, or neither")
    admin_url = env.str("ADMIN_URL", "").strip() or _ADMIN_URL
    return ShopifySettings(
        client_id=client_id,
        client_secrets=secrets,
        admin_url=admin_url,
        admin_hosts=_hosts(admin_url),
        paid_window_ms=int(env.float("PAID_WINDOW_SECONDS", 600, validate=validate.Range(0)) * SECOND),
    )


def _hosts(admin_url: str) -> AllowedHosts:
    if admin_url == _ADMIN_URL:
        return AllowedHosts(("*.myshopify.com",))
    try:
        parts = urlsplit(admin_url.replace("{shop}", "shop"))
        if parts.scheme in ("https", "http") and "{shop}" not in urlsplit(admin_url).netloc:
            return AllowedHosts((parts.hostname or "",))
    except ValueError:
        pass
    raise SettingsError(
        f"{PREFIX}ADMIN_URL: give https://{{shop}}, or a URL of one host such as http://127.0.0.1:9000/{{shop}}"
    )


def _words(given: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in given.split(",") if word.strip())
