"""How shops are: what an operator looks at first."""

from typing import TypedDict

from sqlalchemy import Connection, RowMapping, select

from connectors.shared.accounts.tables import accounts
from connectors.shared.clock import to_rfc3339
from connectors.shopify.installation.subscribing import problems_of
from connectors.shopify.tables import shopify_events, shopify_shops, shopify_topics


class ShopHealth(TypedDict):
    """A shop as programs read it; moments are RFC 3339."""

    shop: str
    name: str | None
    ways: list[str]
    """signing_key, own_app, our_app."""
    customer_id: str | None
    state: str
    """connected, uninstalled, no_account, disconnected, unsigned."""
    subscription_problems: dict[str, str]
    unknown_topics: dict[str, int]
    """How often each came that there is no use for."""
    last_event_at: str | None
    installed_at: str | None
    uninstalled_at: str | None


def shop_healths(connection: Connection, account_id: int | None, *, has_app: bool) -> list[ShopHealth]:
    """Return the shops of an account, or all; `has_app`: whether there is an app of ours that shops may install."""
    statement = (
        select(shopify_shops, accounts.c.customer_id)
        .outerjoin(accounts, accounts.c.id == shopify_shops.c.account_id)
        .order_by(shopify_shops.c.domain)
    )
    if account_id is not None:
        statement = statement.where(shopify_shops.c.account_id == account_id)
    return [_health(connection, row, has_app) for row in connection.execute(statement).mappings()]


def _health(connection: Connection, row: RowMapping, has_app: bool) -> ShopHealth:
    ways = _ways(row)
    return ShopHealth(
        shop=row["domain"],
        name=row["name"],
        ways=ways,
        customer_id=row["customer_id"],
        state=_state(row, signed=bool(ways) or has_app),
        subscription_problems=problems_of(connection, row["id"]),
        unknown_topics=_unknown_topics(connection, row["id"]),
        last_event_at=to_rfc3339(_last_event(connection, row["id"])),
        installed_at=to_rfc3339(row["installed_at"]),
        uninstalled_at=to_rfc3339(row["uninstalled_at"]),
    )


def _ways(row: RowMapping) -> list[str]:
    found = {
        "signing_key": row["signing_keys_sealed"] is not None,
        "own_app": row["client_id"] is not None,
        "our_app": row["is_app"] and row["client_id"] is None,
    }
    return [way for way, there in found.items() if there]


def _state(row: RowMapping, *, signed: bool) -> str:
    if row["uninstalled_at"] is not None:
        return "uninstalled"
    if row["account_id"] is None:
        return "no_account"
    if row["dead_at"] is not None:
        return "disconnected"
    return "connected" if signed else "unsigned"


def _unknown_topics(connection: Connection, shop_id: int) -> dict[str, int]:
    statement = select(shopify_topics.c.topic, shopify_topics.c.count).where(shopify_topics.c.shop_id == shop_id)
    rows = connection.execute(statement.order_by(shopify_topics.c.topic))
    return {row["topic"]: row["count"] for row in rows.mappings()}


def _last_event(connection: Connection, shop_id: int) -> int | None:
    # Ids grow with time, and have an index of each shop.
    statement = select(shopify_events.c.received_at).where(shopify_events.c.shop_id == shop_id)
    return connection.scalar(statement.order_by(shopify_events.c.id.desc()).limit(1))
