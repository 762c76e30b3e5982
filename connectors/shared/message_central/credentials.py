"""Who calls, and the token that proves it."""

import base64
import binascii
import math
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class Credentials:
    """A customer of Message Central, as it logs in to the vendor's dashboard."""

    customer_id: str
    password: str = field(repr=False)
    email: str | None = None

    @property
    def key(self) -> str:
        """The password as the token call wants it: the documents say "encrypted", it is Base64 alone."""
        return base64.b64encode(self.password.encode("utf-8", "replace")).decode("ascii")


@dataclass(frozen=True, slots=True)
class Token:
    """The value of the `authToken` header; `expires_at` in Unix seconds, None where it does not say."""

    value: str = field(repr=False)
    expires_at: float | None = None


def read_token(value: object) -> Token | None:
    """The token in a body's `token` field, or None for what could not travel in a header."""
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    return Token(stripped, _expiry(stripped)) if is_header_value(stripped) else None


def is_header_value(token: str) -> bool:
    """Whether a token can be sent at all: visible ASCII without spaces."""
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def _expiry(token: str) -> float | None:
    # Lifetimes of 7 days and of 5 years have been seen, so the JWT's own `exp` is all there is to go by. The
    # vendor signs with a secret of its own (HS512): nothing is verified here, and nothing is trusted beyond
    # the date.
    parts = token.split(".")
    if len(parts) != 3:
        return None
    payload = parts[1]
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    return _unix_seconds(claims.get("exp")) if isinstance(claims, dict) else None


def _unix_seconds(exp: object) -> float | None:
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        return None
    return float(exp) if exp > 0 and math.isfinite(exp) else None
