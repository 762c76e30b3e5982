"""Whether a webhook is Shopify's: HMAC-SHA256 over the octets as they came, compared in constant time.

https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
"""

import base64
import hmac
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from connectors.shared.database import Database
from connectors.shared.secrets import SecretBox
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.shops import find_shop, signing_keys

REMEMBERED_SECONDS: Final = 2.0
_MOST_REMEMBERED: Final = 1_000


class Signer(Enum):
    """Who signed."""

    SHOP = auto()  # a key of this very shop
    APP = auto()  # our app, which signs for every shop: which one the headers say, and nobody signs those


@dataclass(frozen=True, slots=True)
class Ring:
    """What a shop's webhooks may be signed with; `shop_id` None where it is not connected."""

    shop_id: int | None
    keys: tuple[bytes, ...] = field(repr=False)


class Keyring:
    """Knows the keys of shops, and remembers them for a moment: many events come at once."""

    def __init__(self, database: Database, secrets: SecretBox, settings: ShopifySettings) -> None:
        self._database = database
        self._secrets = secrets
        self._app = tuple(secret.encode() for secret in settings.client_secrets)
        self._remembered: dict[str, tuple[Ring, float]] = {}
        self._lock = threading.Lock()

    def signer(self, domain: str, body: bytes, signature: str) -> tuple[Signer | None, int | None]:
        """Return who signed a body, None for nobody, and the id of the shop, None where it is not connected.

        Raises StoreUnavailable.
        """
        given = signature.encode("utf-8", "replace")
        remembered = self._remembered.get(domain)
        if remembered is not None and time.monotonic() < remembered[1]:
            found = self._verify(remembered[0], body, given)
            if found is not None:
                return found, remembered[0].shop_id
        # Looked up again where it does not fit, too: a key may have been given this very moment.
        ring = self._look_up(domain)
        return self._verify(ring, body, given), ring.shop_id

    def forget(self, domain: str) -> None:
        """Look a shop up anew next time."""
        with self._lock:
            self._remembered.pop(domain, None)

    def _verify(self, ring: Ring, body: bytes, given: bytes) -> Signer | None:
        if _is_signed(ring.keys, body, given):
            return Signer.SHOP
        return Signer.APP if _is_signed(self._app, body, given) else None

    def _look_up(self, domain: str) -> Ring:
        asked_at = time.monotonic()
        with self._database.read() as connection:
            shop = find_shop(connection, domain)
            keys = () if shop is None else signing_keys(connection, self._secrets, shop.id)
        ring = Ring(None if shop is None else shop.id, tuple(key.encode() for key in keys))
        # Unknown shops are not remembered: whoever makes up many must not fill our memory.
        if shop is not None:
            self._remember(domain, ring, asked_at + REMEMBERED_SECONDS)
        return ring

    def _remember(self, domain: str, ring: Ring, until: float) -> None:
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[domain] = (ring, until)


def _is_signed(keys: Iterable[bytes], body: bytes, given: bytes) -> bool:
    return any(hmac.compare_digest(base64.b64encode(hmac.digest(key, body, "sha256")), given) for key in keys)
