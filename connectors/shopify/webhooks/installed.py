"""Our app in a shop: gone from it, or with other rights."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, null

from connectors.shared.automations import steps
from connectors.shared.clock import DAY, SECOND
from connectors.shopify.automations.planning import Event
from connectors.shopify.orders import kept_consent
from connectors.shopify.shops import Shop, change_shop

LATEST_REDACTION_MS: Final = 7 * DAY
_WORDS: Final = "The shop is no longer connected."


def is_older(event: Event, shop: Shop) -> bool:
    """Whether an event is of a time before the shop was connected (again); not every sender writes fractions."""
    return event.triggered_at + SECOND <= shop.installed_at


def is_of_former(event: Event, shop: Shop) -> bool:
    """Whether a `shop/redact` is owed to an installation before this one: it comes two days after the app has left.

    https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
    """
    came_back = shop.uninstalled_at is None and shop.left_at is not None
    return is_older(event, shop) or (came_back and event.triggered_at < (shop.left_at or 0) + LATEST_REDACTION_MS)


def uninstalled(connection: Connection, shop: Shop, now: int) -> None:
    """Drop the tokens, which are good no more, and stop what waits. The keys stay: compliance webhooks follow."""
    change_shop(
        connection,
        shop.id,
        is_app=False,
        access_sealed=null(),
        access_expires_at=null(),
        refresh_sealed=null(),
        refresh_expires_at=null(),
        dead_at=now,
        subscribe_at=null(),
        uninstalled_at=now,
        left_at=now,
    )
    kept_consent.forget_yes(connection, shop.id)
    if shop.owner is not None:
        steps.stop_all(connection, shop.owner, words=_WORDS, now=now)


def scopes_changed(connection: Connection, shop: Shop, body: Mapping[str, Any], now: int) -> None:
    """Remember what the app may do now, and have its subscriptions looked at."""
    given = body.get("current")
    scopes = [scope for scope in given if isinstance(scope, str)] if isinstance(given, list) else []
    if shop.uninstalled_at is None and scopes:
        change_shop(connection, shop.id, scope=",".join(sorted(set(scopes))), subscribe_at=now)
