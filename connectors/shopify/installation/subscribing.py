"""Subscriptions of shops that let an app in: listed first, those that are missing made, and looked at again daily.

Shopify removes one after eight deliveries in a row that failed: https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection, select

from connectors.shared.clock import DAY, SECOND, now_ms
from connectors.shared.messages.dispatcher import Job
from connectors.shopify.context import WEBHOOKS, Context
from connectors.shopify.errors import Disconnected, RateLimited, ShopifyError
from connectors.shopify.installation import rounds, shop_facts
from connectors.shopify.installation.installing import purge_states
from connectors.shopify.installation.rounds import Round, RoundLost
from connectors.shopify.installation.subscriptions import TOPICS, enum_of, subscribe, topics_at
from connectors.shopify.tables import shopify_shops

LOOK_SECONDS: Final = 2.0
PURGE_SECONDS: Final = 600.0
MOST_AT_ONCE: Final = 20
AGAIN_MS: Final = DAY
SHORTEST_REST_MS: Final = 30 * SECOND
LONGEST_REST_MS: Final = DAY
EVERYTHING: Final = "*"
"""Stands among the topics for what keeps us from all of them."""
NOT_HTTPS: Final = (
    "Shopify tells only addresses that begin with https:// of anything. Give CONNECTORS_PUBLIC_URL one, and start "
    "the service again."
)

log = structlog.get_logger()


class Subscriber:
    """Looks at shops that are due, one after the other. One for a process."""

    def __init__(self, parts: Context) -> None:
        self._parts = parts
        self._database = parts.service.database
        self._rests: dict[int, int] = {}
        """Of shops with whom it did not go well: the last pause, in milliseconds."""
        self._closing = False

    def look(self) -> None:
        """Look at what is due. Raises StoreUnavailable."""
        for shop_id, since in rounds.due(self._database, MOST_AT_ONCE):
            if self._closing:
                return
            taken = rounds.take(self._database, shop_id, since)
            if taken is not None:
                self._go_round(taken)

    def close(self) -> None:
        """Begin nothing more."""
        self._closing = True

    def _go_round(self, taken: Round) -> None:
        values: dict[str, Any] = {}
        try:
            problems, pause = self._work(taken)
            values["subscription_problems"] = _written(problems)
        except RoundLost:
            return
        except RateLimited as error:
            pause = int(error.seconds * SECOND)
        except Disconnected as error:
            values["subscription_problems"] = _written({EVERYTHING: str(error)})
            pause = AGAIN_MS  # who connects it again has it looked at at once
        except ShopifyError as error:
            log.warning("shopify_subscriptions_wait", shop_id=taken.shop_id, reason=str(error))
            values["subscription_problems"] = _written({EVERYTHING: str(error)})
            pause = self._rest(taken.shop_id)
        taken.end(self._database, values, now_ms() + pause)

    def _work(self, taken: Round) -> tuple[dict[str, str], int]:
        """Return what Shopify refused, and how long to leave the shop alone. Raises ShopifyError and RoundLost."""
        parts, shop_id = self._parts, taken.shop_id
        shop_facts.learn(parts, shop_id)
        uri = parts.service.settings.public_url + WEBHOOKS
        if not uri.startswith("https://") and parts.settings.is_shopify:
            return {EVERYTHING: NOT_HTTPS}, AGAIN_MS
        taken.go_on(self._database)
        there = topics_at(parts.admin, shop_id, uri)
        problems = self._make(taken, [topic for topic in TOPICS if enum_of(topic) not in there], uri)
        if problems:
            log.warning("shopify_topics_refused", shop_id=shop_id, topics=sorted(problems))
            return problems, self._rest(shop_id)
        self._rests.pop(shop_id, None)
        return {}, AGAIN_MS

    def _make(self, taken: Round, topics: Sequence[str], uri: str) -> dict[str, str]:
        problems = {}
        for topic in topics:
            taken.go_on(self._database)
            refused = subscribe(self._parts.admin, taken.shop_id, topic, uri)
            if refused is not None:
                problems[topic] = refused
        return problems

    def _rest(self, shop_id: int) -> int:
        rest = min(max(SHORTEST_REST_MS, 2 * self._rests.get(shop_id, 0)), LONGEST_REST_MS)
        self._rests[shop_id] = rest
        return rest


def problems_of(connection: Connection, shop_id: int) -> dict[str, str]:
    """Return what Shopify said of each topic (`orders/create`) that it refused; EVERYTHING stands for all of them."""
    kept = connection.scalar(select(shopify_shops.c.subscription_problems).where(shopify_shops.c.id == shop_id))
    return dict(orjson.loads(kept)) if kept else {}


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    subscriber = Subscriber(parts)
    return [
        Job("shopify-subscriptions", LOOK_SECONDS, subscriber.look, subscriber.close),
        Job("shopify-states", PURGE_SECONDS, partial(purge_states, parts)),
    ]


def _written(problems: dict[str, str]) -> str | None:
    return orjson.dumps(problems).decode() if problems else None
