"""Plays a shop at Shopify: who buys there, its keeper, and the carrier; by what the buttons of its pages do."""

from typing import Any, Final

import requests

from connectors.demo.processes import DemoFailed
from connectors.demo.shop_cast import Buyer
from connectors.sandbox.shopify.grants import SHOP
from connectors.sandbox.shopify.sending import sealed

TIMEOUT_SECONDS = 15
WEBHOOKS: Final = "/shopify/webhooks"
FORGED: Final = b'{"id": 1, "name": "#1", "phone": "+919816124689"}'


class Shopkeeping:
    """The shop's pages, and whoever forges its webhooks."""

    def __init__(self, service_url: str, sandbox_url: str, api_key: str) -> None:
        self._service = service_url
        self._levers = f"{sandbox_url}/sandbox/shopify"
        self._shop = f"{sandbox_url}/shopify/{SHOP}"
        self._authorization = {"Authorization": f"Bearer {api_key}"}
        self._session = requests.Session()

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def pull(self, **levers: Any) -> None:
        """Have webhooks misbehave."""
        self._call("PUT", f"{self._levers}/levers", levers)

    def told(self) -> dict[str, int]:
        """Return how many webhooks were sent, by what became of them."""
        counts: dict[str, int] = self._call("GET", f"{self._levers}/webhooks")
        return counts

    def change_automation(self, trigger: str, **changes: Any) -> None:
        """Change an automation by the REST API."""
        url = f"{self._service}/api/v1/shopify/{SHOP}/automations/{trigger}"
        self._call("PUT", url, changes, self._authorization)

    def begin(self, buyer: Buyer, sku: str) -> dict[str, Any]:
        """Fill in a checkout."""
        content = {"buyer": buyer.form(), "items": [{"sku": sku}]}
        checkout: dict[str, Any] = self._call("POST", f"{self._shop}/checkouts", content)
        return checkout

    def buy(self, buyer: Buyer, sku: str, payment: str, checkout: dict[str, Any] | None = None) -> str:
        """Buy; returns the order's id."""
        content = {"buyer": buyer.form(), "items": [{"sku": sku}], "payment": payment}
        if checkout is not None:
            content["checkout_token"] = checkout["token"]
        return str(self._call("POST", f"{self._shop}/orders", content)["id"])

    def ship(self, order_id: str, tracking_url: str | None = None) -> str:
        """Send all of it; returns the parcel's id."""
        content = {"tracking_url": tracking_url} if tracking_url else {}
        return str(self._call("POST", f"{self._shop}/orders/{order_id}/ship", content)["id"])

    def carry(self, parcel_id: str, status: str) -> None:
        """Have the carrier say where the parcel is."""
        self._call("POST", f"{self._shop}/parcels/{parcel_id}/carry", {"status": status})

    def cancel(self, order_id: str) -> None:
        self._call("POST", f"{self._shop}/orders/{order_id}/cancel", {})

    def turned_away(self) -> int:
        """Return how many of two are refused: a webhook that nobody signed, and one that another key signed."""
        signed = sealed("another key", "orders/create", SHOP, FORGED, "sandbox-forged")
        unsigned = {name: value for name, value in signed.items() if name != "X-Shopify-Hmac-Sha256"}
        return sum(
            self._session.post(
                f"{self._service}{WEBHOOKS}", FORGED, headers=headers, timeout=TIMEOUT_SECONDS
            ).status_code
            == 401
            for headers in (signed, unsigned)
        )

    def _call(self, method: str, url: str, content: Any = None, headers: dict[str, str] | None = None) -> Any:
        try:
            answer = self._session.request(method, url, json=content, headers=headers, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            raise DemoFailed(f"{method} {url} does not answer as it should: {type(error).__name__}.") from None
