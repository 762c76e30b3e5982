"""An installation of our app: from the code that Shopify gives to a shop with tokens, whose webhooks are made next.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from connectors.shared.accounts.store import require_account
from connectors.shared.clock import now_ms
from connectors.shared.errors import NotFound, NotUnderstood
from connectors.shared.web.oauth_states import States
from connectors.shopify import shops
from connectors.shopify.context import Context
from connectors.shopify.platform.grants import new_grant
from connectors.shopify.platform.oauth import OAuth
from connectors.shopify.shops import Shop
from connectors.shopify.tables import shopify_used_states


@dataclass(frozen=True, slots=True)
class Installed:
    """A shop that let the app in; `scope` is what it granted."""

    shop: Shop
    scope: str | None


def states_of(parts: Context) -> States:
    """Return what issues states and knows them again; they are about a shop's domain."""
    return States(parts.service.secrets, shops.CONNECTOR, shopify_used_states)


def install(parts: Context, domain: str, code: str) -> Installed:
    """Exchange a code for tokens and keep them. Raises ShopifyError; then nothing was kept.

    The shop stays with its account. A new one gets the only account there is, and otherwise none: nobody is texted
    then until somebody said whose it is (`connectors shopify connect`).
    """
    tokens = OAuth(parts.settings).exchange(domain, code)
    # Whatever app of its own the shop had, this one is in its place.
    values = new_grant(parts.service.secrets, tokens) | {"client_id": None, "client_secret_sealed": None}
    with parts.service.database.write() as connection:
        shop = let_in(connection, domain, _account_for(connection, domain), values)
    return Installed(shop, tokens.scope)


def let_in(connection: Connection, domain: str, account_id: int | None, values: dict[str, Any]) -> Shop:
    """Keep a shop's new grant and have its subscriptions looked at. Raises WrongState where it is another account's."""
    moment = now_ms()
    looked_at = {"subscribe_at": moment, "subscription_problems": None}
    # `installed_at` also where no uninstallation was heard of: one that is told late is of what was before.
    return shops.connect(connection, domain, account_id, **values, **looked_at, installed_at=moment)


def purge_states(parts: Context) -> None:
    """Forget states that would have expired anyway. Raises StoreUnavailable."""
    with parts.service.database.write() as connection:
        states_of(parts).purge(connection, now_ms())


def _account_for(connection: Connection, domain: str) -> int | None:
    known = shops.find_shop(connection, domain)
    if known is not None and known.account_id is not None:
        return known.account_id
    try:
        return require_account(connection, None)[0]
    except (NotFound, NotUnderstood):
        return None
