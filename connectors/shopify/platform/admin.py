"""Calls of the Admin API: GraphQL, which is all that new apps may use.

https://shopify.dev/docs/api/admin-graphql and …/api/usage/limits
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
import requests
import structlog
from urllib3.exceptions import HTTPError

from connectors.shared.database import Database
from connectors.shared.outbound import ForbiddenUrl, GuardedSession
from connectors.shared.outbound.connections import cut_after
from connectors.shopify.errors import Disconnected, NotAllowed, Unreachable
from connectors.shopify.platform import answers, order_shape
from connectors.shopify.platform.answers import Answer
from connectors.shopify.platform.grants import AccessToken, Grants
from connectors.shopify.platform.oauth import NOT_REACHED, RECONNECT
from connectors.shopify.settings import PREFIX, ShopifySettings

API_VERSION: Final = "2026-10"
TIMEOUT: Final = (5.0, 15.0)
"""Seconds to connect and to begin to answer."""
BODY_SECONDS: Final = 15.0
LONGEST_CALL_SECONDS: Final = 2 * (sum(TIMEOUT) + BODY_SECONDS) + 60.0
"""One that is refused, a refresh, and once more."""
LARGEST_ANSWER: Final = 4 * 1024**2

log = structlog.get_logger()


class AdminApi:
    """Safe to share between threads. Its methods raise ShopifyError."""

    def __init__(self, database: Database, grants: Grants, settings: ShopifySettings) -> None:
        self._grants = grants
        self._settings = settings

    def query(self, shop_id: int, document: str, variables: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the `data` of an answer without errors."""
        answer = self._ask(shop_id, document, variables)
        if answer.refusal is not None:
            raise answer.refusal
        return answer.data

    def query_allowed(
        self, shop_id: int, document: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the `data` of an answer, with null for what the app may not see.

        https://shopify.dev/docs/apps/launch/protected-customer-data
        """
        answer = self._ask(shop_id, document, variables)
        if answer.refusal is not None and not (isinstance(answer.refusal, NotAllowed) and any(answer.data.values())):
            raise answer.refusal
        return answer.data

    def order(self, shop_id: int, order_ref: str) -> Mapping[str, Any] | None:
        """Return an order in the shape of a webhook's (`orders/create`), as far as a text needs it; None if unknown."""
        if not order_shape.is_ref(order_ref):
            return None
        data = self.query_allowed(shop_id, order_shape.QUERY, {"id": order_shape.gid("Order", order_ref)})
        found = data.get("order")
        return order_shape.of_webhook(found) if isinstance(found, Mapping) else None

    def _ask(self, shop_id: int, document: str, variables: Mapping[str, Any] | None) -> Answer:
        octets = orjson.dumps({"query": document, "variables": dict(variables or {})})
        access = self._grants.access(shop_id)
        try:
            return self._exchange(access, octets)
        except _NotAuthorized:
            # 401 comes before anything is done: what writes may be asked again, too.
            access = self._grants.access(shop_id, stale=access.version)
        try:
            return self._exchange(access, octets)
        except _NotAuthorized:
            raise Disconnected(RECONNECT) from None

    def _exchange(self, access: AccessToken, octets: bytes) -> Answer:
        url = f"{self._settings.admin_of(access.domain)}/admin/api/{API_VERSION}/graphql.json"
        headers = {
            "X-Shopify-Access-Token": access.value,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        try:
            # Each on a connection of its own: one that was kept may end in the moment in which something is written.
            with (
                GuardedSession(self._settings.admin_hosts) as session,
                session.post(
                    url, data=octets, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
                ) as response,
            ):
                return _read(response)
        except ForbiddenUrl:
            log.error("shopify_host_not_allowed", check=f"{PREFIX}ADMIN_URL")
            raise Unreachable(NOT_REACHED) from None
        except (requests.RequestException, HTTPError, OSError):
            # The error's own words print the URL.
            raise Unreachable(NOT_REACHED) from None


class _NotAuthorized(Exception):
    """401: the token is good no more."""


def _read(response: requests.Response) -> Answer:
    if response.status_code == 401:
        raise _NotAuthorized
    with cut_after(BODY_SECONDS, response.raw.shutdown):
        octets: bytes = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    if len(octets) > LARGEST_ANSWER:
        raise Unreachable(answers.SENSELESS)
    return answers.read(response.status_code, response.headers, octets)
