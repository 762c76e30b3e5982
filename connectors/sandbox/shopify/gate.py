"""Who asks, and of which shop."""

import hmac

from flask import Response

from connectors.sandbox.answers import json_answer
from connectors.sandbox.shopify.book import ShopifyBook
from connectors.sandbox.shopify.records import Misplaced
from connectors.sandbox.shopify.store import Store
from connectors.sandbox.state import current_sandbox


def book() -> ShopifyBook:
    return current_sandbox().shopify


def store(shop: str) -> Store:
    """Raises KeyError for what is no domain of a shop."""
    return book().store(shop)


def is_secret_of(client_id: str, given: str) -> bool:
    """Return whether this is the secret of an app."""
    known = book().secrets.get(client_id)
    return known is not None and hmac.compare_digest(known.encode(), given.encode())


def not_there(_problem: KeyError) -> Response:
    return json_answer({"error": "There is no such thing in this shop."}, 404)


def misplaced(problem: Misplaced) -> Response:
    return json_answer({"error": str(problem)}, 409)
