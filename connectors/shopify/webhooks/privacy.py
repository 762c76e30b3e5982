"""Compliance webhooks and uninstallation: what is asked for is done once, also after the app has left the shop.

https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from sqlalchemy import Connection, delete, select

from connectors.service import Service
from connectors.shared.automations import steps
from connectors.shared.automations.tables import automation_steps
from connectors.shared.clock import now_ms
from connectors.shared.errors import StoreUnavailable
from connectors.shared.incoming import forgetting as incoming
from connectors.shared.messages.retention import erase_messages, truncate_log, wipe
from connectors.shared.messages.tables import messages
from connectors.shared.opt_outs import store as opt_outs
from connectors.shopify.automations import planning
from connectors.shopify.automations.planning import Event
from connectors.shopify.orders.countries import reader_of
from connectors.shopify.shops import CONNECTOR, Shop, empty_shop, lock_shop, remove_shop
from connectors.shopify.tables import EventState, shopify_opt_outs
from connectors.shopify.webhooks import data_requests, events, installed, traces
from connectors.shopify.webhooks.people import Person, read_person
from connectors.shopify.webhooks.topics import (
    COMPLIANCE,
    DATA_REQUEST,
    PRIVACY,
    REDACT_CUSTOMER,
    REDACT_SHOP,
    SCOPES_UPDATE,
    UNINSTALLED,
)

TOPICS: Final = PRIVACY
SLICE: Final = 1_000
_ERASED: Final = "The shop had the data of this buyer erased."
_SHOP_ERASED: Final = "The shop's data was erased."

log = structlog.get_logger()


def fits(topic: str, body: Mapping[str, Any], domain: str, *, is_own_key: bool) -> bool:
    """Whether a body is of this topic and shop. Headers are not signed, and our app's secret signs for every shop."""
    if topic in COMPLIANCE:
        told = body.get("shop_domain")
        return isinstance(told, str) and (is_own_key or told.strip().lower() == domain)
    if topic == UNINSTALLED:
        told = body.get("myshopify_domain")  # mostly null
        return is_own_key or not isinstance(told, str) or told.strip().lower() == domain
    return True


class Privacy:
    """Does what such an event asks for. Raises StoreUnavailable; then it is asked for again."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._database = service.database
        self._secrets = service.secrets
        self._doings: Mapping[str, Callable[[Shop, Event], EventState]] = {
            DATA_REQUEST: self._tell,
            REDACT_CUSTOMER: self._redact_customer,
            REDACT_SHOP: self._redact_shop,
            UNINSTALLED: self._uninstalled,
            SCOPES_UPDATE: self._scopes_changed,
        }

    def handle(self, shop: Shop, kept: events.Kept) -> None:
        """Do what an event asks for, and drop its body: it holds the very numbers that had to go."""
        state = EventState.FAILED
        if kept.event is not None:
            state = self._done(shop, kept.event)
        with self._database.write() as connection:
            events.finish(connection, kept.id, state, erased=state is not EventState.FAILED)

    def _done(self, shop: Shop, event: Event) -> EventState:
        if event.is_test:
            return EventState.DONE  # "Send test notification": the ids in it are made up
        try:
            return self._doings[event.topic](shop, event)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("shopify_event_failed", event_id=event.id, topic=event.topic)
            return EventState.FAILED

    def _tell(self, shop: Shop, event: Event) -> EventState:
        person = read_person(event.body, shop.country_code, "orders_requested")
        with self._database.read() as connection:
            found = self._traces(connection, shop, person)
            content = data_requests.answer(connection, self._secrets, shop, event, person, found)
        path = data_requests.write(self._service.settings.data_dir, shop, event, content)
        log.warning("shopify_data_request", shop=shop.domain, file=str(path))
        return EventState.DONE

    def _redact_customer(self, shop: Shop, event: Event) -> EventState:
        person = read_person(event.body, shop.country_code, "orders_to_redact")
        with self._database.write() as connection:
            # Locked: what another process is just working off is not seen before it is kept.
            if lock_shop(connection, shop.id, wait=True) is None:
                return EventState.IGNORED
            found = self._traces(connection, shop, person)
            numbers = found.numbers | self._numbers_told(connection, shop, found)
            traces.erase(connection, self._secrets, shop, found, words=_ERASED, now=now_ms())
            numbers |= self._erase_messages(connection, shop, _message_ids(connection, shop, person, found))
            self._forget_opt_outs(connection, shop, numbers)
            _forget_telling(connection, shop, found)
        data_requests.remove_of_customer(self._service.settings.data_dir, shop, found)
        wipe(self._database, numbers)
        return EventState.DONE

    def _redact_shop(self, shop: Shop, event: Event) -> EventState:
        if installed.is_of_former(event, shop):
            return EventState.IGNORED  # it was connected again since
        ids = self._stop_all(shop)
        for start in range(0, len(ids), SLICE):
            with self._database.write() as connection:
                numbers = self._erase_messages(connection, shop, ids[start : start + SLICE])
                self._forget_opt_outs(connection, shop, numbers)
        data_requests.remove_of_shop(self._service.settings.data_dir, shop)
        while self._empty(shop, event):
            pass
        with self._database.write() as connection:
            locked = lock_shop(connection, shop.id, wait=True)
            if locked is None or installed.is_of_former(event, locked):
                return EventState.IGNORED
            steps.remove_owner(connection, f"{CONNECTOR}:{shop.id}", automations=True)
            remove_shop(connection, shop.id)
        truncate_log(self._database)
        # Too many to look for each: what deletions may have left over goes as a whole. No shop leaves often.
        if self._database.embedded and ids:
            self._database.rebuild()
            truncate_log(self._database)
        return EventState.DONE

    def _empty(self, shop: Shop, event: Event) -> bool:
        """Forget some of a shop; False where there is no more, or it was connected again meanwhile."""
        with self._database.write() as connection:
            locked = lock_shop(connection, shop.id, wait=True)
            if locked is None or installed.is_of_former(event, locked):
                return False
            # Killed before the end, it is this event that has the rest done.
            return empty_shop(connection, shop.id, SLICE, but_event=event.id)

    def _stop_all(self, shop: Shop) -> list[str]:
        """Have nothing more be sent; returns what was."""
        if shop.owner is None:
            return []
        with self._database.write() as connection:
            steps.stop_all(connection, shop.owner, words=_SHOP_ERASED, now=now_ms())
            return steps.message_ids(connection, shop.owner)

    def _uninstalled(self, shop: Shop, event: Event) -> EventState:
        with self._database.write() as connection:
            locked = lock_shop(connection, shop.id, wait=True)
            if locked is None or installed.is_older(event, locked):
                return EventState.IGNORED
            installed.uninstalled(connection, locked, now_ms())
        return EventState.DONE

    def _scopes_changed(self, shop: Shop, event: Event) -> EventState:
        with self._database.write() as connection:
            installed.scopes_changed(connection, shop, event.body, now_ms())
        return EventState.DONE

    def _traces(self, connection: Connection, shop: Shop, person: Person) -> traces.Traces:
        return traces.of_customer(
            connection, self._secrets, shop, person.customer_ref, person.order_refs, person.numbers
        )

    def _numbers_told(self, connection: Connection, shop: Shop, found: traces.Traces) -> set[str]:
        """Return the numbers in the events about somebody."""
        numbers, phones = set[str](), reader_of(connection, shop)
        for chosen in events.of_refs(shop.id, found.refs):
            for row in events.bodies(connection, chosen):
                event = events.opened(self._secrets, row).event
                if event is not None:
                    numbers |= planning.numbers_in(event.topic, event.body, phones.shop_country, phones.calling_code)
        return numbers

    def _erase_messages(self, connection: Connection, shop: Shop, ids: list[str]) -> set[str]:
        return erase_messages(connection, self._service.endings, self._service.forgetting, ids)

    def _forget_opt_outs(self, connection: Connection, shop: Shop, numbers: set[str]) -> None:
        if shop.account_id is not None:
            opt_outs.forget_of_account(self._secrets, connection, shop.account_id, numbers)
            incoming.forget_of_account(self._service.arrivals, connection, shop.account_id, numbers)


def _message_ids(connection: Connection, shop: Shop, person: Person, found: traces.Traces) -> list[str]:
    """Return what was sent about somebody's orders, and what else Shopify had us send to their number."""
    if shop.owner is None:
        return []
    ids = set(steps.message_ids(connection, shop.owner, found.subjects))
    if person.number is not None:
        kept = messages.c
        to_them = (kept.recipient == person.number) & (kept.account_id == shop.account_id)
        # Another shop of the same account is asked for itself.
        of_shop = (automation_steps.c.message_id == kept.id) & (automation_steps.c.owner == shop.owner.name)
        ids.update(connection.scalars(select(kept.id).where(to_them, of_shop)))
    return sorted(ids)


def _forget_telling(connection: Connection, shop: Shop, found: traces.Traces) -> None:
    """Tell Shopify nothing more of somebody whom it has erased itself."""
    theirs = shopify_opt_outs.c.customer_ref.in_(sorted(found.customers))
    connection.execute(delete(shopify_opt_outs).where(shopify_opt_outs.c.shop_id == shop.id, theirs))
