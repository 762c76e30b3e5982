"""The settings of this gateway: `CONNECTORS_SMSC_*`."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from environs import Env, validate

from connectors.shared.errors import SettingsError
from connectors.shared.gateways.smsc.client import BASE_URL
from connectors.shared.gateways.smsc.hashes import ALGORITHMS

PREFIX: Final = "CONNECTORS_SMSC_"
LARGEST_BULK: Final = 1_000
LONGEST_TIMEOUT: Final = 300.0
MOST_AT_ONCE: Final = 14
"""The vendor refuses the fifteenth."""

# What SMSC takes in the URL of a handler: https://smscentre.com/api/http/miscellaneous/callback
_SECRET = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class SmscSettings:
    """What the operator decided; `timeout` in seconds."""

    url: str
    timeout: float
    bulk_size: int
    callback_secrets: tuple[str, ...] = field(repr=False)
    """What statuses may be signed with; none: they need not be."""
    callback_hashes: frozenset[str]
    """By which algorithms."""
    at_once: int = MOST_AT_ONCE
    """Calls under way at once under one login, from all processes of this machine."""


def read_smsc_settings(env: Env | None = None) -> SmscSettings:
    """Read the environment. Raises SettingsError in words that name the variable."""
    env = env or Env()
    try:
        with env.prefixed(PREFIX):
            return SmscSettings(
                url=_url(env),
                timeout=_timeout(env),
                bulk_size=env.int("BULK_SIZE", 100, validate=validate.Range(1, LARGEST_BULK)),
                callback_secrets=_secrets(env),
                callback_hashes=_hashes(env),
                at_once=env.int("AT_ONCE", MOST_AT_ONCE, validate=validate.Range(1, MOST_AT_ONCE)),
            )
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _url(env: Env) -> str:
    url = env.str("URL", "").strip().rstrip("/") or BASE_URL
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or "@" in parts.netloc or not url.isascii():
        # Not quoted: what was given by mistake may be a secret.
        raise SettingsError(f"{PREFIX}URL must look like {BASE_URL}: /sys/send.php is added to it")
    return url


def _timeout(env: Env) -> float:
    timeout = float(env.float("TIMEOUT", 10.0))
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise SettingsError(f"{PREFIX}TIMEOUT must be a number of seconds, more than 0 and at most {LONGEST_TIMEOUT:g}")
    return timeout


def _secrets(env: Env) -> tuple[str, ...]:
    secrets = _words(env, "CALLBACK_SECRET")
    if not all(_SECRET.fullmatch(secret) for secret in secrets):
        raise SettingsError(f"{PREFIX}CALLBACK_SECRET is of Latin letters, digits, - and _: SMSC takes no other")
    return secrets


def _hashes(env: Env) -> frozenset[str]:
    names = frozenset(name.lower() for name in _words(env, "CALLBACK_HASHES")) or frozenset(ALGORITHMS)
    if not names <= frozenset(ALGORITHMS):
        raise SettingsError(f"{PREFIX}CALLBACK_HASHES may name {', '.join(ALGORITHMS)}, with commas")
    return names


def _words(env: Env, name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in env.str(name, "").split(",") if word.strip())
