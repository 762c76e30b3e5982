"""Who looks at our pages: a token that Pipedrive signs for each, good for five minutes.

https://pipedrive.readme.io/docs/custom-ui-extensions (JWT)
"""

import warnings
from collections.abc import Sequence
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OctKey

from connectors.pipedrive.platform.grants import GrantKey
from connectors.shared.clock import SECOND, now_ms
from connectors.shared.errors import ConnectorsError

LEEWAY_SECONDS: Final = 30
"""Clocks differ."""
LONGEST_TOKEN: Final = 4_096
LONGEST_ID: Final = 18
"""Digits: databases keep 64 bits."""
FOR_EVER: Final = 2**53
"""NaN and Infinity, which Python reads as numbers, are not below it either."""
ALGORITHMS: Final = ("HS256",)
_OPEN_INSIDE: Final = "Open this page from inside Pipedrive."


class NotSigned(ConnectorsError):
    """The token is missing, expired, or not signed by Pipedrive for this app."""


class Viewers:
    """Knows viewers by their tokens; `secrets` are all that may sign one."""

    def __init__(self, secrets: Sequence[str]) -> None:
        with warnings.catch_warnings():
            # Of a short one: whoever registers an extension may choose any.
            warnings.simplefilter("ignore", SecurityWarning)
            self._keys = tuple(OctKey.import_key(secret.encode()) for secret in secrets)

    def read(self, token: str | None) -> GrantKey:
        """Return who the token is of. Raises NotSigned."""
        if not token or len(token) > LONGEST_TOKEN or not token.isascii():
            raise NotSigned(_OPEN_INSIDE)
        claims = self._claims(token)
        now = now_ms() / SECOND
        if now > _seconds(claims.get("exp")) + LEEWAY_SECONDS:
            raise NotSigned("This page was open for too long. Close it and open it again.")
        if now < _seconds(claims.get("nbf", 0)) - LEEWAY_SECONDS:
            raise NotSigned(_OPEN_INSIDE)
        return GrantKey(company_id=_id(claims.get("companyId")), user_id=_id(claims.get("userId")))

    def _claims(self, token: str) -> dict[str, Any]:
        for key in self._keys:
            try:
                return dict(jwt.decode(token, key, algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError, RecursionError):
                continue
        raise NotSigned(_OPEN_INSIDE)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < FOR_EVER:
        raise NotSigned(_OPEN_INSIDE)
    return value


def _id(value: Any) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise NotSigned(_OPEN_INSIDE)
    return int(text)
