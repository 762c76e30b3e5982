"""Who is texted for a step of a shop, and with what, by what is known when it is due."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from connectors.shared.automations.definitions import Automation, Owner, Trigger
from connectors.shared.automations.running import Ask, Ended, NotNow, Prospect
from connectors.shared.automations.settling import waiting_steps
from connectors.shared.automations.states import Reason, StepStatus
from connectors.shared.automations.steps import Step
from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shared.errors import StoreUnavailable
from connectors.shared.secrets import SecretBox
from connectors.shopify.automations.knowledge import known_of
from connectors.shopify.automations.looking import Asked, Look
from connectors.shopify.automations.triggers import TRIGGERS
from connectors.shopify.errors import RateLimited, ShopifyError, Unreachable
from connectors.shopify.orders import records
from connectors.shopify.orders.countries import reader_of
from connectors.shopify.orders.facts import order_record
from connectors.shopify.orders.phones import numbers_of
from connectors.shopify.orders.records import Record
from connectors.shopify.platform.admin import AdminApi
from connectors.shopify.shops import CONNECTOR, get_shop, lock_shop
from connectors.shopify.webhooks.events import is_pending_since

LOOK_MS: Final = SECOND
PATIENCE_MS: Final = MINUTE


class ShopifySource:
    """What the runner asks about Shopify's steps."""

    connector: str = CONNECTOR
    triggers: Mapping[str, Trigger] = TRIGGERS

    def __init__(self, database: Database, secrets: SecretBox, admin: AdminApi) -> None:
        self._database = database
        self._secrets = secrets
        self._admin = admin

    def owner(self, connection: Connection, name: str) -> Owner | None:
        """Return whose steps they are, None where the shop is gone or has no account."""
        shop = get_shop(connection, _shop_id(name))
        return None if shop is None or shop.uninstalled_at is not None else shop.owner

    def prospect(
        self, connection: Connection, step: Step, automation: Automation, now: int, asked: Any = None
    ) -> Prospect | Ended | NotNow | Ask:
        """Say who is meant, by what is known now; `asked` is what `ask` returned."""
        shop = get_shop(connection, _shop_id(step.owner))
        if shop is None or shop.owner is None:
            return Ended(StepStatus.STOPPED, Reason.CANCELED, "The shop is no longer connected.")
        if _is_behind(connection, shop.id, step, now):
            return NotNow(now + LOOK_MS)
        told = asked if isinstance(asked, Asked) else None
        look = Look(
            connection=connection,
            secrets=self._secrets,
            shop=shop,
            step=step,
            automation=automation,
            known=known_of(connection, self._secrets, shop.id, step.refs, told.order if told else None),
            reader=reader_of(connection, shop),
            now=now,
            asked=told,
        )
        return look.result()

    def ask(self, step: Step) -> Asked:
        """Ask Shopify for an order that it never told of, and remember it. Raises nothing."""
        shop_id, ref = _shop_id(step.owner), step.refs.get("order", "")
        try:
            body = self._admin.order(shop_id, ref)
            found = None if body is None else order_record(body, now_ms())
            return Asked(None if found is None else self._remember(step, shop_id, found))
        except (RateLimited, Unreachable, StoreUnavailable):
            return Asked(later=True)
        except ShopifyError:
            return Asked()

    def _remember(self, step: Step, shop_id: int, order: Record) -> Record:
        with self._database.write() as connection:
            shop = lock_shop(connection, shop_id, wait=True)
            # What was stopped meanwhile may have been erased: nothing of it comes back.
            if shop is None or not waiting_steps(connection, [step.id]):
                return order
            reader = reader_of(connection, shop)
            numbers = numbers_of(order, reader.shop_country, reader.calling_code)
            return records.remember(connection, self._secrets, shop_id, order, numbers)


def _is_behind(connection: Connection, shop_id: int, step: Step, now: int) -> bool:
    """Whether something that came before a step was due is still unread, and may stop it; waited for only so long."""
    due_at = step.due_at or step.happened_at
    return now < due_at + PATIENCE_MS and is_pending_since(connection, shop_id, due_at)


def _shop_id(owner: str) -> int:
    return int(owner.partition(":")[2])
