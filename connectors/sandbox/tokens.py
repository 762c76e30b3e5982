"""Tokens, in the shape of the vendor's: JWT, HS512, with `sub`, `iat` and `exp`."""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

import orjson

WRONG_PASSWORD = "wrong"  # noqa: S105 - the one password that does not open an open sandbox


def password_fits(accounts: Mapping[str, str], customer_id: str, key: str) -> bool:
    """Say whether `key`, the Base64 of a password, opens the customer's account."""
    try:
        password = base64.b64decode(key, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    if accounts:
        return accounts.get(customer_id) == password
    return bool(customer_id) and password not in ("", WRONG_PASSWORD)


class Tokens:
    """Mints tokens and reads them back; none outlives the secret of the moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(64)
        self._good: dict[str, dict[str, Any]] = {}
        self.minted = 0

    def mint(self, customer_id: str, lifetime: float) -> str:
        """Return a token of this customer that is good for `lifetime` seconds."""
        now = int(time.time())
        claims = {"sub": customer_id, "iat": now, "exp": int(now + lifetime)}
        signed = f"{_encode({'alg': 'HS512'})}.{_encode(claims)}"
        with self._lock:
            self.minted += 1
            return f"{signed}.{self._signature(signed)}"

    def customer_of(self, token: str) -> str | None:
        """Return whose token this is, or None where it is forged, revoked or too old."""
        claims = self._good.get(token) or self._read(token)
        return str(claims["sub"]) if claims and claims["exp"] > time.time() else None

    def revoke_all(self) -> None:
        with self._lock:
            self._secret = secrets.token_bytes(64)
            self._good = {}

    def forget_count(self) -> None:
        with self._lock:
            self.minted = 0

    def _read(self, token: str) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(".")
        with self._lock:
            if not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
                return None
            claims: dict[str, Any] = orjson.loads(_decode(signed.partition(".")[2]))
            self._good[token] = claims
            return claims

    def _signature(self, signed: str) -> str:
        return _base64(hmac.digest(self._secret, signed.encode(), hashlib.sha512))


def _encode(part: object) -> str:
    return _base64(orjson.dumps(part))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
