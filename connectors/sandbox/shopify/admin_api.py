"""The Admin API: GraphQL, as far as an app that texts buyers calls it.

https://shopify.dev/docs/api/admin-graphql, and …/api/usage/limits for what is told to come later.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, request

from connectors.sandbox.answers import json_answer
from connectors.sandbox.shopify import gate, nodes, selling
from connectors.sandbox.shopify.grants import Holder
from connectors.sandbox.shopify.graphql import BadDocument, Operation, pick, read
from connectors.sandbox.shopify.store import Store
from connectors.sandbox.shopify.topics import ENUMS

MOST_FIRST: Final = 250
NOT_APPROVED: Final = (
    "This app is not approved to subscribe to webhook topics containing protected customer data. "
    "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
)
ACCESS_SCOPES: Final = "https://shopify.dev/api/usage/access-scopes"
STATES: Final = {
    "SUBSCRIBED": "subscribed",
    "UNSUBSCRIBED": "unsubscribed",
    "PENDING": "pending",
    "NOT_SUBSCRIBED": "not_subscribed",
}

Arguments = Mapping[str, Any]
Answer = dict[str, Any] | None

blueprint = Blueprint("shopify-admin", __name__, url_prefix="/shopify/<shop>/admin/api")
blueprint.register_error_handler(KeyError, gate.not_there)


@blueprint.post("/<version>/graphql.json")
def graphql(shop: str, version: str) -> Response:
    """Answer a query or a mutation, whole or not at all."""
    store = gate.store(shop)
    holder = gate.book().permissions.holder_of(request.headers.get("X-Shopify-Access-Token", ""))
    if holder is None or holder.shop != shop:
        words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return json_answer({"errors": words}, 401)
    if gate.book().is_throttled():
        return json_answer({"errors": [_error("Throttled", code="THROTTLED")], "extensions": _cost(0)})
    given = request.get_json(force=True, silent=True) or {}
    try:
        operation = read(given.get("query") or "", given.get("variables") or {}, given.get("operationName"))
        return json_answer({"data": _answer(store, holder, operation), "extensions": _cost(1_980)})
    except BadDocument as problem:
        return json_answer({"errors": [_error(str(problem))]})
    except _Denied as problem:
        denied = _error(f"Access denied for {problem} field.", code="ACCESS_DENIED", documentation=ACCESS_SCOPES)
        return json_answer({"data": {str(problem): None}, "errors": [denied | {"path": [str(problem)]}]})


class _Denied(Exception):
    """The app may not ask for this field, which the text names."""


def _answer(store: Store, holder: Holder, operation: Operation) -> dict[str, Any]:
    known = _MUTATIONS if operation.kind == "mutation" else _QUERIES
    answer = {}
    for one in operation.fields:
        if one.name not in known:
            kind = "Mutation" if operation.kind == "mutation" else "QueryRoot"
            raise BadDocument(f"Field '{one.name}' doesn't exist on type '{kind}'")
        if one.name in gate.book().denied:
            raise _Denied(one.name)
        answer[one.alias] = pick(known[one.name](store, holder, one.arguments), one.fields, one.name)
    return answer


def _shop(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    return nodes.shop(store)


def _order(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    with store.changing():
        found = store.orders.get(_number(arguments, "Order"))
        return None if found is None else nodes.order(store, found)


def _customer(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    try:
        return nodes.customer(store.customer(_number(arguments, "Customer")))
    except KeyError:
        return None


def _installation(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    scopes = [{"__typename": "AccessScope", "handle": scope} for scope in holder.scope.split(",")]
    return {"__typename": "AppInstallation", "id": "gid://shopify/AppInstallation/1", "accessScopes": scopes}


def _subscriptions(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    first = arguments.get("first")
    if not isinstance(first, int) or not 0 < first <= MOST_FIRST:
        raise BadDocument("you must provide one of first or last, 250 at most")
    topics, url = arguments.get("topics"), arguments.get("uri") or arguments.get("callbackUrl")
    found = [
        one
        for one in map(nodes.subscription, gate.book().subscriptions.of(store.shop.domain, holder.client_id))
        if (not topics or one["topic"] in topics) and url in (None, one["uri"])
    ]
    try:
        return nodes.page(found, first, arguments.get("after"), "WebhookSubscription")
    except ValueError:
        raise BadDocument("Invalid cursor for current pagination sort.") from None


def _subscribe(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    enum, given = arguments.get("topic"), arguments.get("webhookSubscription") or {}
    topic = ENUMS.get(str(enum))
    if topic is None:
        raise BadDocument(f"Variable $topic of type WebhookSubscriptionTopic! was provided invalid value: {enum}")
    url = str(given.get("uri") or given.get("callbackUrl") or "")
    if topic in gate.book().unapproved:
        return _subscribed(None, NOT_APPROVED, "webhookSubscription")
    if not url.startswith(("https://", "http://")):
        return _subscribed(None, "Address is invalid", "webhookSubscription", "callbackUrl")
    fields = tuple(given.get("includeFields") or ())
    made = gate.book().subscriptions.add(store.shop.domain, holder.client_id, topic, url, fields, given.get("name"))
    if made is None:
        words = "Address for this topic has already been taken"
        return _subscribed(None, words, "webhookSubscription", "callbackUrl")
    return _subscribed(nodes.subscription(made), None)


def _subscribed(node: Answer, words: str | None, *path: str) -> Answer:
    return {
        "__typename": "WebhookSubscriptionCreatePayload",
        "webhookSubscription": node,
        "userErrors": _user_errors(words, *path),
    }


def _unsubscribe(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    number = _number(arguments, "WebhookSubscription")
    removed = gate.book().subscriptions.remove(number, store.shop.domain, holder.client_id)
    return {
        "__typename": "WebhookSubscriptionDeletePayload",
        "deletedWebhookSubscriptionId": arguments["id"] if removed else None,
        "userErrors": _user_errors(None if removed else "Webhook subscription does not exist", "id"),
    }


def _consent(store: Store, holder: Holder, arguments: Arguments) -> Answer:
    given = arguments.get("input") or {}
    state = STATES.get(str((given.get("smsMarketingConsent") or {}).get("marketingState")))
    if state is None:
        raise BadDocument("Variable $input was provided invalid value for smsMarketingConsent.marketingState")
    if "write_customers" not in holder.scope.split(","):
        raise _Denied("customerSmsMarketingConsentUpdate")
    try:
        customer = store.customer(_number({"id": given.get("customerId")}, "Customer"))
    except KeyError:
        return _consented(None, "Customer not found", "input", "customerId")
    if customer.phone is None:
        return _consented(None, "A phone number is required to set the SMS consent state.", "input", "customerId")
    return _consented(nodes.customer(selling.consent(store, customer.id, state)), None)


def _consented(node: Answer, words: str | None, *path: str) -> Answer:
    return {
        "__typename": "CustomerSmsMarketingConsentUpdatePayload",
        "customer": node,
        "userErrors": [error | {"code": "INVALID"} for error in _user_errors(words, *path)],
    }


def _user_errors(words: str | None, *path: str) -> list[dict[str, Any]]:
    return [] if words is None else [{"__typename": "UserError", "field": list(path), "message": words}]


def _number(arguments: Arguments, kind: str) -> int:
    """Return the number in `gid://shopify/Order/42`. Raises BadDocument."""
    prefix, _, number = str(arguments.get("id", "")).rpartition("/")
    if prefix != f"gid://shopify/{kind}" or not number.isdecimal():
        raise BadDocument(f"Invalid global id '{arguments.get('id')}'")
    return int(number)


def _error(words: str, **extensions: str) -> dict[str, Any]:
    return {"message": words, "extensions": extensions} if extensions else {"message": words}


def _cost(available: int) -> dict[str, Any]:
    status = {"maximumAvailable": 2_000.0, "currentlyAvailable": available, "restoreRate": 100.0}
    return {"cost": {"requestedQueryCost": 20, "actualQueryCost": 20 if available else None, "throttleStatus": status}}


_Resolver = Callable[[Store, Holder, Arguments], Answer]
_QUERIES: Final[Mapping[str, _Resolver]] = {
    "shop": _shop,
    "order": _order,
    "customer": _customer,
    "currentAppInstallation": _installation,
    "webhookSubscriptions": _subscriptions,
}
_MUTATIONS: Final[Mapping[str, _Resolver]] = {
    "webhookSubscriptionCreate": _subscribe,
    "webhookSubscriptionDelete": _unsubscribe,
    "customerSmsMarketingConsentUpdate": _consent,
}
