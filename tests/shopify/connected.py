"""A shop that is connected, and the account that sends for it."""

from dataclasses import dataclass
from typing import Any

from connectors.service import Service
from connectors.shared.accounts import api_keys
from connectors.shared.accounts.store import Defaults, Login, add_account
from connectors.shared.automations.definitions import Owner
from connectors.shopify.context import Context, make_context
from connectors.shopify.settings import read_shopify_settings
from connectors.shopify.shops import Shop, add_signing_key, connect
from tests.shopify.signing import DOMAIN, SIGNING_KEY

CUSTOMER_ID, SENDER_ID, COUNTRY = "C-ONE", "UTOMOB", "91"


@dataclass(frozen=True, slots=True)
class Connected:
    """A shop with its account; `headers` carry an API key of that account."""

    shop: Shop
    owner: Owner
    headers: dict[str, str]

    @property
    def account_id(self) -> int:
        return self.owner.account_id


def parts_of(service: Service) -> Context:
    """Return the parts of the connector with the environment's settings."""
    return make_context(service, read_shopify_settings())


def add_tenant(service: Service, customer_id: str = CUSTOMER_ID) -> tuple[int, dict[str, str]]:
    """Make an account; returns its id, and headers that carry an API key of it."""
    with service.database.write() as connection:
        defaults = Defaults(sender_id=SENDER_ID, country_code=COUNTRY)
        account_id = add_account(connection, service.secrets, Login(customer_id, "password"), defaults)
        return account_id, {"Authorization": f"Bearer {api_keys.create(connection, account_id)}"}


def connect_shop(
    service: Service,
    domain: str = DOMAIN,
    *,
    customer_id: str = CUSTOMER_ID,
    key: str | None = SIGNING_KEY,
    **values: Any,
) -> Connected:
    """Connect a shop of a new account by the signing key of its webhooks; `values` are columns of the shop."""
    account_id, headers = add_tenant(service, customer_id)
    columns = {"name": "Kurta & Co", "currency": "INR", "timezone": "Asia/Kolkata", "country_code": "IN"} | values
    with service.database.write() as connection:
        shop = connect(connection, domain, account_id, **columns)
        if key is not None:
            add_signing_key(connection, service.secrets, shop.id, key)
    assert shop.owner is not None
    return Connected(shop, shop.owner, headers)
