"""What Shopify tells: real-shaped bodies, a file an event, with whatever a test wants otherwise.

The fields are those of https://shopify.dev/docs/api/webhooks; people, numbers and places are made up. All files tell of
one buyer, Meera, whose order 6012345678901 came of checkout a1b2c3d4; `orders_create__german` is somebody else's.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

FOLDER: Final = Path(__file__).parent
NAMES: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))

SHOP_DOMAIN: Final = "example.myshopify.com"
ORDER: Final = "6012345678901"
PARCEL: Final = "5500112233445"
SECOND_PARCEL: Final = "5500112233446"
REFUND: Final = "3300112233445"
CUSTOMER: Final = "7700112233445"
CHECKOUT: Final = "a1b2c3d4"
NUMBER: Final = "919800000001"

_TOPICS: Final = {
    "orders_partially_fulfilled": "orders/partially_fulfilled",
    "customers_data_request": "customers/data_request",
    "app_scopes_update": "app/scopes_update",
}


def payload(name: str, /, **changes: Any) -> dict[str, Any]:
    """Return a body, new each time; `changes` replace parts of it, `a__b=…` the part `b` within `a`."""
    body: dict[str, Any] = orjson.loads(_content(name))
    for path, value in changes.items():
        *within, last = path.split("__")
        part = body
        for step in within:
            part = part[step]
        part[last] = value
    return body


def topic_of(name: str) -> str:
    """Return the topic of a file: `customers_marketing_consent/update` of `customers_marketing_consent_update__x`."""
    event = name.partition("__")[0]
    what, _, done = event.rpartition("_")
    return _TOPICS.get(event, f"{what}/{done}")


@lru_cache
def _content(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()
