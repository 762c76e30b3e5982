"""Who is told of what: by subscriptions of apps, and by webhooks that somebody made by hand in a shop."""

import itertools
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.sandbox.shopify.payloads import gid

BY_HAND = ""
"""Stands in place of a client id: the shop's own."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic and where it goes; `client_id` is BY_HAND or the app's."""

    id: int
    shop: str
    client_id: str
    topic: str
    url: str
    created_at: datetime
    include_fields: tuple[str, ...] = ()
    name: str | None = None

    @property
    def gid(self) -> str:
        return gid("WebhookSubscription", self.id)


class Subscriptions:
    """All of them. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(8_100_000_001)
        self._all: dict[int, Subscription] = {}

    def add(
        self,
        shop: str,
        client_id: str,
        topic: str,
        url: str,
        include_fields: tuple[str, ...] = (),
        name: str | None = None,
    ) -> Subscription | None:
        """Make one; None where the same topic goes to the same address already, which Shopify does not take."""
        with self._lock:
            for other in self._all.values():
                if (other.shop, other.client_id, other.topic, other.url) == (shop, client_id, topic, url):
                    return None
            now = datetime.now(UTC)
            made = Subscription(next(self._ids), shop, client_id, topic, url, now, include_fields, name)
            self._all[made.id] = made
            return made

    def remove(self, subscription_id: int, shop: str, client_id: str) -> bool:
        """Return whether it was there, and of this app in this shop."""
        with self._lock:
            known = self._all.get(subscription_id)
            if known is None or (known.shop, known.client_id) != (shop, client_id):
                return False
            del self._all[subscription_id]
            return True

    def of(self, shop: str, client_id: str | None = None, topic: str | None = None) -> list[Subscription]:
        """Return those of a shop, the oldest first: of an app (or made by hand), to a topic."""
        with self._lock:
            return [
                one
                for one in self._all.values()
                if one.shop == shop and client_id in (None, one.client_id) and topic in (None, one.topic)
            ]

    def forget(self, shop: str, client_id: str) -> None:
        """Remove those of an app in a shop."""
        with self._lock:
            self._all = {
                number: one for number, one in self._all.items() if (one.shop, one.client_id) != (shop, client_id)
            }
