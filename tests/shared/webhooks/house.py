"""A service with webhooks, messages that end, a poster with a clock of its own, and what is owed."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import RowMapping, select

from connectors.installed import listen
from connectors.service import Service
from connectors.serving.worker import WEBHOOK_READERS
from connectors.shared.clock import now_ms
from connectors.shared.outbound import AllowedHosts
from connectors.shared.webhooks.events import EVENTS
from connectors.shared.webhooks.posting import Poster
from connectors.shared.webhooks.subscriptions import add_webhook, get_webhook
from connectors.shared.webhooks.tables import webhook_deliveries
from tests.api.ledger import Tenant, add_tenant

HOSTS = AllowedHosts(("127.0.0.1", "*"))


class House:
    """What a test of webhooks needs. `moment` is the poster's time, in milliseconds; it passes when a test says so."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.database = service.database
        self.moment = now_ms()
        self._posters: list[Poster] = []
        listen(service)

    def tenant(self, customer_id: str = "C-ONE") -> Tenant:
        return add_tenant(self.service, customer_id)

    def webhook(self, tenant: Tenant, url: str, events: Sequence[str] = EVENTS) -> dict[str, Any]:
        """Add a webhook; returns it with its secret."""
        with self.database.write() as connection:
            return add_webhook(connection, self.service.secrets, tenant.account_id, url, events, self.moment)

    def shown(self, tenant: Tenant, webhook: dict[str, Any]) -> dict[str, Any]:
        """Return a webhook as its owner sees it now."""
        with self.database.read() as connection:
            return get_webhook(connection, self.service.secrets, tenant.account_id, webhook["id"])

    def end(self, ids: Sequence[str]) -> None:
        """Tell everybody that these messages have ended."""
        with self.database.write() as connection:
            self.service.endings.tell(connection, ids, self.moment)

    def ended(self, tenant: Tenant, count: int = 1, **values: Any) -> list[str]:
        """Have messages end; returns their ids."""
        given = {"status": "delivered", "finished_at": self.moment} | values
        ids = [tenant.message(**given) for _ in range(count)]
        self.end(ids)
        return ids

    def owed(self) -> list[RowMapping]:
        """Return what is still to be told, in the order in which it was written."""
        with self.database.read() as connection:
            statement = select(webhook_deliveries).order_by(webhook_deliveries.c.id)
            return list(connection.execute(statement).mappings())

    def poster(self) -> Poster:
        """Make a poster, closed with the house."""
        self._posters.append(
            Poster(self.database, self.service.secrets, HOSTS, WEBHOOK_READERS, clock=lambda: self.moment)
        )
        return self._posters[-1]

    def close(self) -> None:
        for poster in self._posters:
            poster.close()


def wait_until(condition: Callable[[], object], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Return once the condition holds; does something again and again meanwhile. Fails after 20 seconds."""
    pause = threading.Event()
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come to pass in 20 seconds"
        meanwhile()
        pause.wait(0.01)
