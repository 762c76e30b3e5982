"""What the buttons of the shop's pages do, as JSON: for the pages themselves, for tests and for the demo."""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError

from connectors.sandbox.answers import json_answer
from connectors.sandbox.shopify import forms, gate, handling, payloads, selling
from connectors.sandbox.shopify.records import Buyer, Customer, Misplaced, Order, Parcel
from connectors.sandbox.shopify.sending import Webhook
from connectors.sandbox.shopify.store import Store
from connectors.sandbox.shopify.subscriptions import BY_HAND
from connectors.sandbox.shopify.topics import BY_HAND as TOPICS_BY_HAND

blueprint = Blueprint("shopify-shop-api", __name__, url_prefix="/shopify/<shop>")
blueprint.register_error_handler(KeyError, gate.not_there)
blueprint.register_error_handler(Misplaced, gate.misplaced)


@blueprint.errorhandler(ValidationError)
def refuse(problem: ValidationError) -> Response:
    return json_answer({"error": _sentence(problem.messages), "errors": problem.messages}, 400)


@blueprint.get("/orders.json")
def orders(shop: str) -> Response:
    """Every order, oldest first, as `orders/…` carry it; ids are strings here."""
    store = gate.store(shop)
    with store.changing():
        return json_answer({"items": [_shown(store, order) for order in store.orders.values()]})


@blueprint.get("/webhooks.json")
def webhooks(shop: str) -> Response:
    """What was sent and how it was answered, newest first; nothing but `version` where that is what is known."""
    sender = gate.book().sender
    version = sender.version
    if request.args.get("version", type=int) == version:
        return json_answer({"version": version, "items": None})
    items = [shown_webhook(one) for one in reversed(sender.log(gate.store(shop).shop.domain))]
    return json_answer({"version": version, "items": items[: request.args.get("limit", 100, type=int)]})


@blueprint.post("/checkouts")
def new_checkout(shop: str) -> Response:
    return _put_checkout(gate.store(shop), None, 201)


@blueprint.put("/checkouts/<token>")
def change_checkout(shop: str, token: str) -> Response:
    return _put_checkout(gate.store(shop), token, 200)


@blueprint.delete("/checkouts/<token>")
def drop_checkout(shop: str, token: str) -> Response:
    selling.drop_checkout(gate.store(shop), token)
    return Response(status=204)


@blueprint.post("/orders")
def buy(shop: str) -> Response:
    store, given = gate.store(shop), _read(forms.OrderSchema())
    buyer, how = given.get("buyer") or Buyer(), forms.purchase(given)
    order = selling.buy(store, given.get("checkout_token"), forms.cart(given), buyer, how)
    return json_answer(_shown(store, order), 201)


@blueprint.post("/orders/<int:order_id>/pay")
def pay(shop: str, order_id: int) -> Response:
    store = gate.store(shop)
    return json_answer(_shown(store, handling.pay(store, order_id)))


@blueprint.post("/orders/<int:order_id>/ship")
def ship(shop: str, order_id: int) -> Response:
    store, given = gate.store(shop), _read(forms.ShipSchema())
    parcel = handling.ship(store, order_id, forms.tracking(given), only_one=given["only_one"])
    return json_answer(_shown_parcel(parcel), 201)


@blueprint.post("/orders/<int:order_id>/refund")
def refund(shop: str, order_id: int) -> Response:
    store, given = gate.store(shop), _read(forms.RefundSchema())
    return json_answer(_shown(store, handling.refund(store, order_id, given.get("amount"), given.get("note"))))


@blueprint.post("/orders/<int:order_id>/cancel")
def cancel(shop: str, order_id: int) -> Response:
    store = gate.store(shop)
    return json_answer(_shown(store, handling.cancel(store, order_id, _read(forms.CancelSchema())["reason"])))


@blueprint.post("/parcels/<int:parcel_id>/track")
def track(shop: str, parcel_id: int) -> Response:
    given = _read(forms.TrackingSchema())
    return json_answer(_shown_parcel(handling.track(gate.store(shop), parcel_id, forms.tracking(given))))


@blueprint.post("/parcels/<int:parcel_id>/carry")
def carry(shop: str, parcel_id: int) -> Response:
    status = _read(forms.CarrierSchema())["status"]
    return json_answer(_shown_parcel(handling.carry(gate.store(shop), parcel_id, status)))


@blueprint.post("/parcels/<int:parcel_id>/cancel")
def cancel_parcel(shop: str, parcel_id: int) -> Response:
    return json_answer(_shown_parcel(handling.cancel_parcel(gate.store(shop), parcel_id)))


@blueprint.post("/customers/<int:customer_id>/consent")
def consent(shop: str, customer_id: int) -> Response:
    customer = selling.consent(gate.store(shop), customer_id, _read(forms.ConsentSchema())["state"])
    return json_answer(_shown_customer(customer))


@blueprint.post("/settings/notifications/webhooks")
def add_webhooks(shop: str) -> Response:
    """Make a webhook by hand, or one for each topic that the page offers."""
    store, given = gate.store(shop), _read(forms.WebhookSchema())
    topics = [given["topic"]] if "topic" in given else TOPICS_BY_HAND
    gate.book().tell_by_hand(store.shop.domain, topics, given.get("url"))
    found = gate.book().subscriptions.of(store.shop.domain, BY_HAND)
    return json_answer({"items": [{"id": one.id, "topic": one.topic, "url": one.url} for one in found]}, 201)


@blueprint.delete("/settings/notifications/webhooks/<int:subscription_id>")
def remove_webhook(shop: str, subscription_id: int) -> Response:
    if not gate.book().subscriptions.remove(subscription_id, gate.store(shop).shop.domain, BY_HAND):
        raise KeyError(subscription_id)
    return Response(status=204)


@blueprint.post("/settings/notifications/webhooks/<int:subscription_id>/test")
def test_webhook(shop: str, subscription_id: int) -> Response:
    """Send what "Send test notification" sends."""
    gate.book().send_sample(gate.store(shop).shop.domain, subscription_id)
    return Response(status=204)


@blueprint.put("/settings/currency")
def sell_in(shop: str) -> Response:
    """Move the shop to another country; what was sold is forgotten."""
    gate.book().sell_in(shop, _read(forms.ShopSchema())["currency"])
    return Response(status=204)


@blueprint.post("/apps/<client_id>/uninstall")
def uninstall(shop: str, client_id: str) -> Response:
    gate.book().uninstall(gate.store(shop).shop.domain, client_id)
    return Response(status=204)


@blueprint.post("/privacy/<path:topic>")
def privacy(shop: str, topic: str) -> Response:
    """Send `customers/data_request`, `customers/redact` or `shop/redact`; `{"customer_id": "…"}` says of whom."""
    gate.book().ask_privacy(gate.store(shop).shop.domain, topic, _read(forms.PrivacySchema())["customer_id"])
    return Response(status=204)


def shown_webhook(one: Webhook) -> dict[str, Any]:
    """Return a webhook as the log shows it."""
    return {
        "id": one.id,
        "topic": one.topic,
        "about": one.about,
        "url": one.url,
        "signed_by": one.signed_by,
        "at": one.at,
        "copies": one.copies,
        "answers": one.answers,
        "state": one.state,
    }


def _put_checkout(store: Store, token: str | None, status: int) -> Response:
    given = _read(forms.CheckoutSchema())
    checkout = selling.put_checkout(store, token, forms.cart(given), given.get("buyer") or Buyer())
    return json_answer(payloads.checkout(store, checkout) | {"id": str(checkout.id)}, status)


def _shown(store: Store, order: Order) -> dict[str, Any]:
    parcels = [_shown_parcel(parcel) for parcel in order.parcels]
    whose = _shown_customer(order.customer)
    return payloads.order(store, order) | {"id": str(order.id), "customer": whose, "fulfillments": parcels}


def _shown_parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "id": str(parcel.id),
        "order_id": str(parcel.order_id),
        "status": parcel.status,
        "shipment_status": parcel.shipment_status,
        "tracking_url": parcel.tracking_url,
    }


def _shown_customer(customer: Customer) -> dict[str, Any]:
    return {"id": str(customer.id), "phone": customer.phone, "sms_state": customer.sms_state}


def _read(schema: Schema) -> dict[str, Any]:
    loaded: dict[str, Any] = schema.load(request.get_json(force=True, silent=True) or {})
    return loaded


def _sentence(messages: Any) -> str:
    """Return the first complaint with the field it is about."""
    if isinstance(messages, dict):
        name, inner = next(iter(messages.items()))
        return _sentence(inner) if name == "_schema" else f"{name}: {_sentence(inner)}"
    return _sentence(messages[0]) if isinstance(messages, list) else str(messages)
