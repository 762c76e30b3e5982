"""Which country a phone is of that does not say so itself."""

from sqlalchemy import Connection

from connectors.shared.accounts.senders import sender_of_account
from connectors.shared.errors import NotFound
from connectors.shopify.orders.phones import Reader
from connectors.shopify.shops import Shop


def reader_of(connection: Connection, shop: Shop) -> Reader:
    """Return how the phones of a shop are read: by its country, else by its account's."""
    if shop.country_code is not None or shop.account_id is None:
        return Reader(shop.country_code)
    try:
        return Reader(None, sender_of_account(connection, shop.account_id).country_code)
    except NotFound:
        return Reader(None)
