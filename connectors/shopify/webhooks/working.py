"""Working events off: a shop's in the order in which they came, by one at a time, each with its steps as one.

Killed at any moment, what was not committed is still pending, and is worked off once more. What is still coming in goes
first: Shopify waits five seconds for an answer, a buyer does not look at the clock.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Row
from sqlalchemy.exc import InterfaceError, OperationalError

from connectors.shared.clock import SECOND, now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.messages.dispatcher import Job
from connectors.shopify.automations import planning
from connectors.shopify.automations.planning import Batch, Event, Refs
from connectors.shopify.context import Context
from connectors.shopify.shops import Shop, get_shop, lock_shop
from connectors.shopify.tables import EventState
from connectors.shopify.webhooks import events
from connectors.shopify.webhooks.privacy import Privacy
from connectors.shopify.webhooks.topics import PRIVACY

LOOK_SECONDS: Final = 0.1
BATCH: Final = 32
"""Events that are read at once."""
BURST_BATCH: Final = 10
"""The same while many come in."""
TURN_SECONDS: Final = 0.05
"""Of one transaction: what accepts webhooks waits for it to write. What is left waits for the next."""
BURST_TURN_SECONDS: Final = 0.015
"""The same while many come in."""
BREATH_SECONDS: Final = 0.005
"""Between two, so that they come in."""
BURST: Final = 15
BURST_MS: Final = 300
"""So many events within this time are a burst."""
PATIENCE_MS: Final = 20 * SECOND
"""How long a burst may put everything off; from then on a few are worked off at each look."""

log = structlog.get_logger()


def jobs(parts: Context) -> Sequence[Job]:
    """Return what works events off in the dispatcher's process."""
    worker = Worker(parts)
    return [Job("shopify-events", LOOK_SECONDS, worker.look, worker.close)]


class Worker:
    """One for a process; several processes share the shops."""

    def __init__(self, parts: Context) -> None:
        self._database = parts.service.database
        self._secrets = parts.service.secrets
        self._paid_window_ms = parts.settings.paid_window_ms
        self._privacy = Privacy(parts.service)
        self._due = parts.due
        self._closing = threading.Event()

    def look(self) -> None:
        """Work off what waits unless more is just coming in. Raises StoreUnavailable."""
        shops = self._waiting()
        while shops and not self._closing.is_set():
            is_burst, oldest = self._arrivals()
            if is_burst and oldest > now_ms() - PATIENCE_MS:
                return
            if is_burst:
                self._round(shops, BURST_TURN_SECONDS, BURST_BATCH)
                return
            shops = self._round(shops)

    def run(self) -> None:
        """Work off all that waits. Raises StoreUnavailable."""
        shops = self._waiting()
        while shops and not self._closing.is_set():
            shops = self._round(shops)

    def close(self) -> None:
        """Begin nothing more."""
        self._closing.set()

    def _waiting(self) -> list[int]:
        with self._database.read() as connection:
            return events.waiting_shops(connection)

    def _arrivals(self) -> tuple[bool, int]:
        """Return whether many events came just now, and when the one that waits longest did."""
        with self._database.read() as connection:
            came = events.arrived_since(connection, now_ms() - BURST_MS, BURST)
            return came >= BURST, events.oldest(connection)

    def _round(self, shops: Sequence[int], seconds: float = TURN_SECONDS, most: int = BATCH) -> list[int]:
        """Work off a batch of each shop; returns those that may have more."""
        left = [shop_id for shop_id in shops if self._go_on(shop_id, seconds, most)]
        if left:
            self._closing.wait(BREATH_SECONDS)
        return left

    def _go_on(self, shop_id: int, seconds: float, most: int) -> bool:
        """Work off the next batch of a shop; False when nothing waits, or another is at it. One holds up no other."""
        try:
            return self._work_off(shop_id, seconds, most)
        except StoreUnavailable as error:
            log.warning("database_unavailable", job="shopify-events", shop_id=shop_id, error=str(error))
        except Exception:
            log.exception("shopify_events_failed", shop_id=shop_id)
        return False

    def _work_off(self, shop_id: int, seconds: float, most: int) -> bool:
        with self._database.read() as connection:
            shop = get_shop(connection, shop_id)
            rows = events.pending(connection, shop_id, most)
            if shop is None or not rows:
                return False
            batch = planning.batch_of(connection, shop)  # after the events, so that it is no older than they are
        if rows[0].topic in PRIVACY:
            self._privacy.handle(shop, events.opened(self._secrets, rows[0]))
            return True
        waiting = [self._opened(row, batch) for row in takewhile(lambda row: row.topic not in PRIVACY, rows)]
        try:
            is_ours = self._take_all(shop_id, waiting, batch, seconds, guarded=False)
        except StoreUnavailable:
            raise
        except Exception:
            # One of them is at fault: once more, each behind a savepoint, which most need not pay for.
            is_ours = self._take_all(shop_id, waiting, batch, seconds, guarded=True)
        if batch.is_due:
            self._due.set()
        return is_ours

    def _opened(self, row: Row[Any], batch: Batch) -> events.Kept:
        """Open an event and read it, before anybody waits for us."""
        kept = events.opened(self._secrets, row)
        if kept.event is not None:
            with suppress(Exception):  # whoever takes it meets the same, and says so
                planning.prepare(kept.event, batch)
        return kept

    def _take_all(
        self, shop_id: int, waiting: Sequence[events.Kept], batch: Batch, seconds: float, *, guarded: bool
    ) -> bool:
        """Work off events in one transaction, as far as time allows; False where somebody else is at this shop."""
        with self._database.write() as connection:
            shop = lock_shop(connection, shop_id)
            if shop is None:
                return False
            left = events.still_pending(connection, [kept.id for kept in waiting])
            until = time.monotonic() + seconds
            ended = []
            for kept in waiting:
                if kept.id in left:
                    ended += self._take(connection, shop, kept, batch, guarded=guarded)
                if time.monotonic() > until:
                    break
            events.finish_all(connection, ended)
        return True

    def _take(
        self, connection: Connection, shop: Shop, kept: events.Kept, batch: Batch, *, guarded: bool
    ) -> list[events.Ending]:
        """Work off an event; returns what becomes of it where that is not kept yet."""
        if shop.uninstalled_at is not None:
            # There is nobody for whom to keep it.
            events.finish(connection, kept.id, EventState.IGNORED, erased=True)
            return []
        if kept.event is None:
            log.error("shopify_event_unreadable", event_id=kept.id, topic=kept.topic)
            events.finish(connection, kept.id, EventState.FAILED)
            return []
        if guarded:
            return [self._plan_guarded(connection, shop, kept.event, batch)]
        return [(kept.id, EventState.DONE, self._plan(connection, shop, kept.event, batch))]

    def _plan_guarded(self, connection: Connection, shop: Shop, event: Event, batch: Batch) -> events.Ending:
        """Plan what an event means; where that fails nothing of it is kept, and the others go on."""
        try:
            with connection.begin_nested():
                return event.id, EventState.DONE, self._plan(connection, shop, event, batch)
        except (OperationalError, InterfaceError, StoreUnavailable):
            raise  # the database's fault, not the event's: all of the batch once more
        except Exception:
            log.exception("shopify_event_failed", event_id=event.id, topic=event.topic)
            return event.id, EventState.FAILED, _refs(event)

    def _plan(self, connection: Connection, shop: Shop, event: Event, batch: Batch) -> Refs:
        return planning.take(
            connection, self._secrets, shop, event, paid_window_ms=self._paid_window_ms, now=now_ms(), batch=batch
        )


def _refs(event: Event) -> Refs:
    try:
        return planning.refs_of(event.topic, event.body)
    except Exception:  # the same fault, most likely: an erasure finds it by its body
        return Refs()
