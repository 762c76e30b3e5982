"""ShopifyBook: all that the stand-in for Shopify keeps, and the levers to play with it."""

import itertools
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from connectors.sandbox.shopify import payloads
from connectors.sandbox.shopify.catalog import ZONES
from connectors.sandbox.shopify.grants import APPS, CLIENT_ID, SHOP, Holder, Permissions, signing_key_of
from connectors.sandbox.shopify.samples import sample
from connectors.sandbox.shopify.sending import Sender, Webhook, sealed, triggered_now
from connectors.sandbox.shopify.store import Shop, Store, Told
from connectors.sandbox.shopify.subscriptions import BY_HAND, Subscription, Subscriptions
from connectors.sandbox.shopify.topics import BY_HAND as TOPICS_BY_HAND
from connectors.sandbox.shopify.topics import PRIVACY

FIRST_ID: Final = 9_100_000_000_000_001
"""Beyond what a float can tell apart: JavaScript, and whoever reads JSON like it, gets such ids wrong."""
WEBHOOKS: Final = "/shopify/webhooks"
CALLBACK: Final = "/shopify/callback"
IS_SHOP: Final = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", re.ASCII).fullmatch


class ShopifyBook:
    """Safe to share between threads. A shop is there as soon as somebody asks for it."""

    def __init__(self, app_url: Callable[[], str]) -> None:
        """`app_url()` is where the app is."""
        self._app_url = app_url
        self._lock = threading.Lock()
        self._stores: dict[str, Store] = {}
        self._ids = itertools.count(FIRST_ID)
        self.permissions = Permissions()
        self.subscriptions = Subscriptions()
        self.sender = Sender(self._give_up)
        self.unapproved: frozenset[str] = frozenset()
        """Topics that the app may not subscribe to, as it was not approved for customers' data."""
        self.denied: frozenset[str] = frozenset()
        """Fields of the Admin API that the app is denied, such as `order`."""
        self.throttled = 0
        """How many of the next calls of the Admin API are told to come later."""
        self.secrets: dict[str, str] = dict(APPS)
        """What signs an app's webhooks and callbacks, by client id."""

    @property
    def webhooks_url(self) -> str:
        """Where the app takes webhooks that were made by hand."""
        return self._app_url().rstrip("/") + WEBHOOKS

    @property
    def callback_url(self) -> str:
        """Where the app may have people sent back to."""
        return self._app_url().rstrip("/") + CALLBACK

    # Shops.

    def store(self, domain: str = SHOP) -> Store:
        """Return a shop, made where it was not there. Raises KeyError for what is no domain of a shop."""
        if not IS_SHOP(domain):
            raise KeyError(domain)
        with self._lock:
            store = self._stores.get(domain)
            if store is None:
                store = self._stores[domain] = Store(self._new_shop(domain, "INR"), self._ids, self._tell)
            return store

    def sell_in(self, domain: str, currency: str) -> None:
        """Move a shop to where this money is; what was sold there is forgotten. Raises KeyError."""
        store = self.store(domain)
        with store.changing():
            store.clear()
            store.shop = self._new_shop(domain, currency, store.shop.id)

    def seed(self) -> None:
        """Have the shop tell the app of all that can be chosen by hand."""
        self.tell_by_hand(SHOP)

    def tell_by_hand(self, domain: str, topics: Iterable[str] = TOPICS_BY_HAND, url: str | None = None) -> None:
        """Make webhooks by hand, to the app unless another address is given."""
        for topic in topics:
            self.subscriptions.add(domain, BY_HAND, topic, url or self.webhooks_url)

    # Apps.

    def issue_code(self, domain: str = SHOP, client_id: str = CLIENT_ID) -> str:
        return self.permissions.issue_code(Holder(domain, client_id))

    def uninstall(self, domain: str, client_id: str = CLIENT_ID) -> None:
        """Take an app away from a shop: it is told, its tokens and subscriptions are gone at once."""
        store = self.store(domain)
        with store.changing():
            self._tell(store, [("app/uninstalled", payloads.shop(store))], "the app", client_id)
        self.permissions.forget(domain, client_id)
        self.subscriptions.forget(domain, client_id)

    def ask_privacy(self, domain: str, topic: str, customer_id: int | None = None) -> None:
        """Send one of the three webhooks about privacy, which go to the app whatever it has subscribed to.

        Raises KeyError for another topic or an unknown customer.
        """
        if topic not in PRIVACY:
            raise KeyError(topic)
        store = self.store(domain)
        body = {"shop_id": store.shop.id, "shop_domain": domain} | _about(store, topic, customer_id)
        self.send_as_is(domain, topic, orjson.dumps(body), key=self.secrets[CLIENT_ID])

    # Webhooks.

    def send_as_is(
        self, domain: str, topic: str, body: bytes, *, key: str | None = None, url: str | None = None, **headers: Any
    ) -> None:
        """Send any bytes to the app, signed by the shop's key or another; `headers` as of `sealed()`."""
        made = sealed(key or signing_key_of(domain), topic, domain, body, str(uuid.uuid4()), **headers)
        signed_by = "the shop's key" if key is None else "the app's secret"
        self.sender.send([_webhook(url or self.webhooks_url, made, body, "as it was given", signed_by, None)])

    def send_sample(self, domain: str, subscription_id: int) -> None:
        """Send an order that nobody made where somebody's webhook goes, marked as a test. Raises KeyError."""
        found = [one for one in self.subscriptions.of(domain, BY_HAND) if one.id == subscription_id]
        if not found:
            raise KeyError(subscription_id)
        body = orjson.dumps(sample(self.store(domain), found[0].topic))
        self.send_as_is(domain, found[0].topic, body, url=found[0].url, is_test=True)

    def reset(self) -> None:
        """Forget what was bought, sent and arranged; shops, tokens and subscriptions stay."""
        with self._lock:
            stores = list(self._stores.values())
        for store in stores:
            store.clear()
        self.sender.clear()
        self.unapproved = self.denied = frozenset()
        self.throttled = 0

    def close(self) -> None:
        self.sender.close()

    def is_throttled(self) -> bool:
        """Return whether this call is told to come later, and count it."""
        with self._lock:
            self.throttled -= (now := self.throttled > 0)
            return now

    def _tell(self, store: Store, told: Sequence[Told], about: str, client_id: str | None = None) -> None:
        """Send each of these to all who want to know; they are of one moment and of one action."""
        event_id, at = str(uuid.uuid4()), triggered_now()
        webhooks = [
            self._webhook_to(subscription, payload, event_id, at, about)
            for topic, payload in told
            for subscription in self.subscriptions.of(store.shop.domain, client_id, topic)
        ]
        self.sender.send(webhooks)

    def _webhook_to(self, to: Subscription, payload: Mapping[str, Any], event_id: str, at: str, about: str) -> Webhook:
        by_hand = to.client_id == BY_HAND
        key = signing_key_of(to.shop) if by_hand else self.secrets[to.client_id]
        shown = {name: payload[name] for name in to.include_fields if name in payload} or payload
        body = orjson.dumps(shown)
        headers = sealed(key, to.topic, to.shop, body, event_id, triggered_at=at, name=to.name)
        return _webhook(to.url, headers, body, about, "the shop's key" if by_hand else "the app's secret", to.id)

    def _give_up(self, webhook: Webhook) -> None:
        """Remove an app's subscription whose webhook was refused to the end, as Shopify does; those by hand stay."""
        for one in self.subscriptions.of(webhook.shop):
            if one.id == webhook.subscription_id and one.client_id != BY_HAND:
                self.subscriptions.remove(one.id, one.shop, one.client_id)

    def _new_shop(self, domain: str, currency: str, shop_id: int | None = None) -> Shop:
        country, zone = ZONES[currency]
        name = "Marigold Lane" if domain == SHOP else domain.partition(".")[0].replace("-", " ").title()
        return Shop(shop_id or next(self._ids), domain, name, currency, country, zone)


def _webhook(
    url: str, headers: Mapping[str, str], body: bytes, about: str, signed_by: str, subscription_id: int | None
) -> Webhook:
    return Webhook(
        id=headers["X-Shopify-Webhook-Id"],
        shop=headers["X-Shopify-Shop-Domain"],
        topic=headers["X-Shopify-Topic"],
        about=about,
        url=url,
        signed_by=signed_by,
        body=body,
        headers=headers,
        subscription_id=subscription_id,
        at=headers["X-Shopify-Triggered-At"],
    )


def _about(store: Store, topic: str, customer_id: int | None) -> dict[str, Any]:
    if topic == "shop/redact":
        return {}
    with store.changing():
        customer = store.customer(customer_id or 0)
        orders = [order.id for order in store.orders.values() if order.customer is customer]
    whom = {"customer": {"id": customer.id, "email": customer.buyer.email, "phone": customer.phone}}
    if topic == "customers/redact":
        return whom | {"orders_to_redact": orders}
    return whom | {"orders_requested": orders, "data_request": {"id": store.new_id()}}
