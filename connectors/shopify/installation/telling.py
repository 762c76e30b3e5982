"""Opt-outs by SMS that Shopify is told of: each once for each customer who has that number.

https://shopify.dev/docs/api/admin-graphql/latest/mutations/customerSmsMarketingConsentUpdate
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import structlog
from sqlalchemy import select

from connectors.shared.clock import DAY, MINUTE, SECOND, now_ms, to_rfc3339
from connectors.shared.messages.dispatcher import Job
from connectors.shared.opt_outs.store import OptOut, list_of_source
from connectors.shopify.context import Context
from connectors.shopify.errors import Disconnected, RateLimited, Refused, ShopifyError
from connectors.shopify.installation import told
from connectors.shopify.installation.told import Untold
from connectors.shopify.platform.answers import user_errors
from connectors.shopify.platform.order_shape import gid, is_ref
from connectors.shopify.tables import shopify_shops

LOOK_SECONDS: Final = 10.0
SOURCE: Final = "inbound"
SLICE: Final = 500
MOST_AT_ONCE: Final = 50
OVERLAP_MS: Final = 10 * MINUTE
"""How far one look goes back behind the one before: what is committed late has an earlier moment."""
EARLIEST_MS: Final = 30 * DAY
THOROUGH_SECONDS: Final = 3_600.0
"""Every so often all of the last weeks is gone through: a number may have become a customer's after the opt-out."""
SHORTEST_REST_MS: Final = 30 * SECOND
LONGEST_REST_MS: Final = DAY
_WITHDRAW: Final = """
mutation Withdraw($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) {
    userErrors { field message }
  }
}
"""

log = structlog.get_logger()


class Teller:
    """Notes opt-outs, and tells of those that are noted. One for a process."""

    def __init__(self, parts: Context, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._clock = clock
        self._looked_until: dict[int, int] = {}
        self._thorough_at = float("-inf")
        self._closing = False

    def look(self) -> None:
        """Note what is new, then tell. Raises StoreUnavailable."""
        if self._clock() - self._thorough_at >= THOROUGH_SECONDS:
            self._looked_until.clear()
            self._thorough_at = self._clock()
        for shop_id, account_id in self._shops():
            self._note(shop_id, account_id)
        for untold in told.due(self._parts.service.database, MOST_AT_ONCE):
            if self._closing:
                return
            self._tell(untold)

    def close(self) -> None:
        """Begin nothing more."""
        self._closing = True

    def _shops(self) -> list[tuple[int, int]]:
        shops = shopify_shops.c
        lets_in = shops.is_app.is_(True) & shops.uninstalled_at.is_(None) & shops.dead_at.is_(None)
        statement = select(shops.id, shops.account_id).where(lets_in, shops.account_id.is_not(None))
        with self._parts.service.database.read() as connection:
            return [(row.id, row.account_id) for row in connection.execute(statement)]

    def _note(self, shop_id: int, account_id: int) -> None:
        moment = now_ms()
        since = self._looked_until.get(shop_id, moment - EARLIEST_MS) - OVERLAP_MS
        for opt_outs in self._opt_outs(account_id, since):
            told.note(self._parts.service, shop_id, opt_outs)
        self._looked_until[shop_id] = moment

    def _opt_outs(self, account_id: int, since: int) -> Iterator[Sequence[OptOut]]:
        after: tuple[int, bytes] | None = None
        while True:
            with self._parts.service.database.read() as connection:
                found = list_of_source(connection, account_id, SOURCE, since_ms=since, after=after, limit=SLICE)
            if found:
                yield found
            if len(found) < SLICE:
                return
            after = found[-1].position

    def _tell(self, untold: Untold) -> None:
        database = self._parts.service.database
        if not told.take(database, untold):
            return
        try:
            self._withdraw(untold)
        except Refused as error:  # no such customer any more, or one without a number there
            told.give_up(database, untold, str(error))
        except RateLimited as error:
            told.put_off(database, untold, int(error.seconds * SECOND), str(error))
        except Disconnected as error:
            told.put_off(database, untold, LONGEST_REST_MS, str(error))
        except ShopifyError as error:
            rest = min(SHORTEST_REST_MS * 2 ** min(untold.attempts, 20), LONGEST_REST_MS)
            told.put_off(database, untold, rest, str(error))
            log.warning("shopify_opt_out_waits", shop_id=untold.shop_id, reason=str(error))
        else:
            told.done(database, untold)

    def _withdraw(self, untold: Untold) -> None:
        """Raises ShopifyError."""
        if not is_ref(untold.customer_ref):
            raise Refused("This is no customer of Shopify's.")
        consent = {"marketingState": "UNSUBSCRIBED", "consentUpdatedAt": to_rfc3339(untold.opted_out_at)}
        given = {"customerId": gid("Customer", untold.customer_ref), "smsMarketingConsent": consent}
        data = self._parts.admin.query(untold.shop_id, _WITHDRAW, {"input": given})
        words = user_errors(data.get("customerSmsMarketingConsentUpdate"))
        if words is not None:
            raise Refused(words)


def jobs(parts: Context) -> Sequence[Job]:
    """Return what the dispatcher's process does for it."""
    teller = Teller(parts)
    return [Job("shopify-opt-outs", LOOK_SECONDS, teller.look, teller.close)]
