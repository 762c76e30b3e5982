"""The settings of this connector: `CONNECTORS_CLEVERTAP_*`."""

from dataclasses import dataclass

from environs import Env

from connectors.shared.errors import SettingsError
from connectors.shared.outbound import AllowedHosts

CALLBACK_HOSTS = "CONNECTORS_CLEVERTAP_CALLBACK_HOSTS"
CLEVERTAPS_HOSTS = "*.cb.wzrkt.com"


@dataclass(frozen=True, slots=True)
class ClevertapSettings:
    """What the operator decided."""

    callback_hosts: AllowedHosts
    """Where reports may be posted to."""


def read_clevertap_settings(env: Env | None = None) -> ClevertapSettings:
    """Read the environment. Raises SettingsError in words that name the variable."""
    hosts = (env or Env()).str(CALLBACK_HOSTS, "") or CLEVERTAPS_HOSTS
    patterns = tuple(host.strip() for host in hosts.split(",") if host.strip())
    try:
        return ClevertapSettings(AllowedHosts(patterns))
    except ValueError as error:
        raise SettingsError(f"{CALLBACK_HOSTS}: {error}") from None
