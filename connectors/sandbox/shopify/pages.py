"""The shop's pages: to buy in, to handle orders in, and where webhooks are made by hand."""

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Reply

from connectors.sandbox.shopify import catalog, gate
from connectors.sandbox.shopify.grants import CLIENT_ID, OWN_CLIENT_ID, SHOP, signing_key_of
from connectors.sandbox.shopify.handling import CANCEL_REASONS
from connectors.sandbox.shopify.store import Store
from connectors.sandbox.shopify.subscriptions import BY_HAND
from connectors.sandbox.shopify.topics import BY_HAND as TOPICS_BY_HAND

CARRIER_BUTTONS = (
    ("in_transit", "In transit"),
    ("out_for_delivery", "Out for delivery"),
    ("delivered", "Delivered"),
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MOST_SHOWN = 50
"""Orders, and open checkouts, on the shopkeeper's page."""

blueprint = Blueprint("shopify-pages", __name__)


@blueprint.after_request
def harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(KeyError)
def not_there(_problem: KeyError) -> Response:
    return make_response(render_template("shopify_refused.html", wrong="There is no such shop."), 404)


@blueprint.get("/shopify")
def home() -> Reply:
    return redirect(url_for(".storefront", shop=SHOP))


@blueprint.get("/shopify/<shop>")
def storefront(shop: str) -> str:
    """Where people buy."""
    store = gate.store(shop)
    at_home = next(one for one in catalog.COUNTRIES if one.code == store.shop.country_code)
    return _render(
        "shopify_store.html",
        store,
        products=catalog.PRODUCTS,
        countries=catalog.COUNTRIES,
        at_home=at_home,
        locales=catalog.LOCALES,
    )


@blueprint.get("/shopify/<shop>/orders")
def orders(shop: str) -> str:
    """Where the shopkeeper handles orders."""
    store = gate.store(shop)
    with store.changing():
        return _render(
            "shopify_orders.html",
            store,
            orders=list(reversed(store.orders.values()))[:MOST_SHOWN],
            open_checkouts=[one for one in reversed(store.checkouts.values()) if not one.completed_at][:MOST_SHOWN],
            carrier_buttons=CARRIER_BUTTONS,
            cancel_reasons=CANCEL_REASONS,
        )


@blueprint.get("/shopify/<shop>/settings/notifications")
def notifications(shop: str) -> str:
    """Where webhooks are made by hand, and apps come and go."""
    store, book = gate.store(shop), gate.book()
    apps = {CLIENT_ID: "The app of the service", OWN_CLIENT_ID: "An app of the shop's own"}
    installed = [
        (client_id, apps.get(client_id, client_id), book.subscriptions.of(shop, client_id))
        for client_id in book.permissions.installed(shop)
    ]
    return _render(
        "shopify_notifications.html",
        store,
        signing_key=signing_key_of(shop),
        subscriptions=book.subscriptions.of(shop, BY_HAND),
        topics=TOPICS_BY_HAND,
        webhooks_url=book.webhooks_url,
        install_url=book.callback_url.replace("/callback", "/install"),
        installed=installed,
        customers=list(store.customers.values()),
        currencies=catalog.CURRENCIES,
    )


@blueprint.get("/shopify/<shop>/admin")
@blueprint.get("/shopify/<shop>/admin/apps/<path:_app>")
def admin(shop: str, _app: str = "") -> Reply:
    """The addresses that Shopify's own admin has, for an app that sends people there."""
    return redirect(url_for(".notifications", shop=shop))


def _render(template: str, store: Store, **values: object) -> str:
    return render_template(
        template,
        shop=store.shop,
        readable=catalog.readable,
        levers=gate.book().sender.levers,
        **values,
    )
