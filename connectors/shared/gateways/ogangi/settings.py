"""The settings of this gateway: `CONNECTORS_OGANGI_*`."""

from dataclasses import dataclass
from typing import Final

from environs import Env, validate

from connectors.shared.errors import SettingsError
from connectors.shared.gateways.ogangi.client import BASE_URL, Ogangi
from connectors.shared.gateways.ogangi.signing import Base64

PREFIX: Final = "CONNECTORS_OGANGI_"
LONGEST_TIMEOUT: Final = 300.0


@dataclass(frozen=True, slots=True)
class OgangiSettings:
    """What the operator decided. `url` is what comes before `/rest/api`, `timeout` seconds."""

    url: str
    base64: Base64
    timeout: float

    def client(self) -> Ogangi:
        """Return a client of this Ogangi. Raises SettingsError."""
        try:
            return Ogangi(self.url, timeout=self.timeout, base64=self.base64)
        except ValueError as error:
            raise SettingsError(f"{PREFIX}URL: {error}") from None


def read_ogangi_settings(env: Env | None = None) -> OgangiSettings:
    """Read the environment. Raises SettingsError in words that name the variable."""
    env = env or Env()
    try:
        with env.prefixed(PREFIX):
            return OgangiSettings(
                url=env.str("URL", "").strip().rstrip("/") or BASE_URL,
                base64=Base64(env.str("BASE64", Base64.URL_SAFE.value, validate=validate.OneOf(list(Base64)))),
                timeout=env.float("TIMEOUT", 10.0, validate=validate.Range(0, LONGEST_TIMEOUT, min_inclusive=False)),
            )
    except ValueError as error:
        raise SettingsError(str(error)) from None
