"""Whose turn it is to look at a shop's subscriptions: one worker's at a time, by a lease in the shop's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update

from connectors.shared.clock import MINUTE, SECOND, now_ms
from connectors.shared.database import Database
from connectors.shopify.platform.admin import LONGEST_CALL_SECONDS
from connectors.shopify.tables import shopify_shops

LEASE_MS: Final = int(LONGEST_CALL_SECONDS * SECOND) + MINUTE
"""Longer than a call takes: it is taken anew before each."""
_shops = shopify_shops.c


class RoundLost(Exception):
    """Somebody else looks at this shop: the lease lapsed."""


@dataclass(slots=True)
class Round:
    """A shop that is looked at under a lease; moments are UTC milliseconds."""

    shop_id: int
    due: int
    until: int

    def go_on(self, database: Database) -> None:
        """Have the lease last for another call. Raises RoundLost."""
        until = max(now_ms() + LEASE_MS, self.until + 1)
        statement = update(shopify_shops).where(self._is_ours).values(subscribe_leased_until=until)
        with database.write() as connection:
            if connection.execute(statement).rowcount != 1:
                raise RoundLost
        self.until = until

    def end(self, database: Database, values: Mapping[str, Any], again_at: int) -> None:
        """Give the shop back; whoever wanted it looked at meanwhile has it looked at at once."""
        again = update(shopify_shops).where(self._is_ours, _shops.subscribe_at == self.due)
        free = update(shopify_shops).where(self._is_ours).values(subscribe_leased_until=0, **values)
        with database.write() as connection:
            connection.execute(again.values(subscribe_at=again_at))
            connection.execute(free)

    @property
    def _is_ours(self) -> Any:
        return (_shops.id == self.shop_id) & (_shops.subscribe_leased_until == self.until)


def due(database: Database, most: int) -> list[tuple[int, int]]:
    """Return (id, since when it is due) of shops that are to be looked at, those that wait longest first."""
    moment = now_ms()
    is_due = (_shops.subscribe_at <= moment) & (_shops.subscribe_leased_until <= moment)
    lets_in = _shops.is_app.is_(True) & _shops.uninstalled_at.is_(None)
    statement = select(_shops.id, _shops.subscribe_at).where(is_due, lets_in).order_by(_shops.subscribe_at)
    with database.read() as connection:
        return [(row.id, row.subscribe_at) for row in connection.execute(statement.limit(most))]


def take(database: Database, shop_id: int, since: int) -> Round | None:
    """Win the right to look at a shop, None where somebody else does."""
    with database.write() as connection:
        moment = now_ms()
        free = (_shops.subscribe_at == since) & (_shops.subscribe_leased_until <= moment)
        until = moment + LEASE_MS
        statement = update(shopify_shops).where(_shops.id == shop_id, free).values(subscribe_leased_until=until)
        return Round(shop_id, since, until) if connection.execute(statement).rowcount == 1 else None
