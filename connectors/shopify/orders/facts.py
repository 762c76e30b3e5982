"""Webhooks' bodies, read into what we remember: as little as a text or a decision needs, in names of our own.

Each function takes any JSON object and the moment that it was told of, and returns a `Record`, or None where the body
names nothing to remember it by. What a body leaves out is left out of the facts, and says nothing; what is null, or not
of its kind, is None. Facts are JSON: moments are UTC milliseconds, money is text, as Shopify writes it.

All of them
    told_at          when Shopify told of it: of two versions of one second the later told is the newer
    phones           {source: [the phone as written, country code of the address or None] or None}; `phones.py` reads it
    first_name, last_name, country (ISO), city

ORDER by its id (`order_record`: orders/*)
    name ("#1042"), number ("1042"), created_at, cancelled_at, cancel_reason, financial_status ("paid"), test (bool),
    source_name ("web"), locale, status_url, tags [text], is_first (where Shopify says so), total_price, subtotal_price,
    currency (of what the buyer saw), items [{"title", "quantity"}], item_count
    `checkout_ref` and `cart_ref` are the tokens of the checkout that it came of.

FULFILLMENT by its id (`fulfillment_record`: fulfillments/*, and each of an order's `fulfillments`)
    name ("#1042.1"), created_at (when it was shipped), status ("success", "cancelled"), shipment_status, tracking_url,
    tracking_number, tracking_company, items, item_count
    carrier          {status: when it was heard first}, of shipment_status and of fulfillment events ("delivered",
                     "out_for_delivery", "in_transit", …); `fulfillment_event_record` brings that alone

CHECKOUT by its token (`checkout_record`: checkouts/*)
    created_at, completed_at, recovery_url, source_name, locale, total_price, currency, items, item_count
    consent          {"state": "subscribed" or "none", "at": since when, "phone": for which}

CUSTOMER by their id (`customer_record`: customers/*, an order's `customer`; `consent_record`:
customers_marketing_consent/update)
    created_at
    consent          {"state": "subscribed", "unsubscribed", …, "at": since when, "phone": for which or None}

REFUND by its id (`refund_record`: refunds/create)
    created_at, amount (what was paid back; None where nothing was), currency (None: as the order's)

A record that only adds to another (an event of a carrier, a consent) has version 0: `merging.py` puts them together.
Steps' `refs` name records by their kind: {"order": "6012", "fulfillment": …}, and refund, checkout, customer.

Fields: https://shopify.dev/docs/api/webhooks
"""

from collections.abc import Mapping
from typing import Any

from connectors.shopify.orders import pieces
from connectors.shopify.orders.reading import moment, part, ref, text, token, url, word
from connectors.shopify.orders.records import Record
from connectors.shopify.tables import RecordKind


def order_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read an order."""
    found = _id_of(body)
    if found is None:
        return None
    customer = part(body, "customer")
    facts = {
        **pieces.read(body, pieces.ORDER),
        **pieces.prices(body),
        **pieces.items(body),
        **pieces.first_order(customer),
        **pieces.buyer(body, "order"),
    }
    return Record(
        kind=RecordKind.ORDER,
        ref=found,
        order_ref=found,
        customer_ref=ref(customer.get("id")),
        checkout_ref=token(body.get("checkout_token")) or token(body.get("token")),
        cart_ref=token(body.get("cart_token")),
        version=_version(body, triggered_at),
        facts=facts | {"told_at": triggered_at},
    )


def fulfillment_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read a parcel."""
    found = _id_of(body)
    if found is None:
        return None
    version, destination = _version(body, triggered_at), part(body, "destination")
    status = word(body.get("shipment_status"))
    facts = {
        **pieces.read(body, pieces.FULFILLMENT),
        **pieces.first_of(body, "tracking_url", "tracking_urls", url),
        **pieces.first_of(body, "tracking_number", "tracking_numbers", text),
        **pieces.items(body),
        **pieces.who(destination),
        **pieces.where(destination),
        "carrier": {} if status is None else {status: version},
        "phones": pieces.phone_within(body, "destination", None),
    }
    return _record(
        RecordKind.FULFILLMENT, found, version, facts | {"told_at": triggered_at}, order_ref=ref(body.get("order_id"))
    )


def fulfillment_event_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read what a carrier told of a parcel."""
    found, status = ref(body.get("fulfillment_id")), word(body.get("status"))
    if found is None or status is None:
        return None
    at = moment(body.get("happened_at")) or moment(body.get("created_at")) or triggered_at
    return _record(RecordKind.FULFILLMENT, found, 0, {"carrier": {status: at}}, order_ref=ref(body.get("order_id")))


def refund_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read a refund."""
    found = _id_of(body)
    if found is None:
        return None
    facts = {"created_at": moment(body.get("created_at")), **pieces.paid_back(body), "told_at": triggered_at}
    version = _version(body, triggered_at)
    return _record(RecordKind.REFUND, found, version, facts, order_ref=ref(body.get("order_id")))


def checkout_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read a checkout."""
    found = token(body.get("token"))
    if found is None:
        return None
    version = _version(body, triggered_at)
    facts = {
        **pieces.read(body, pieces.CHECKOUT),
        **pieces.items(body),
        **pieces.ticked(body, version),
        **pieces.buyer(body, "checkout"),
    }
    return Record(
        kind=RecordKind.CHECKOUT,
        ref=found,
        order_ref=None,
        customer_ref=ref(part(body, "customer").get("id")),
        checkout_ref=found,
        cart_ref=token(body.get("cart_token")),
        version=version,
        facts=facts | {"told_at": triggered_at},
    )


def customer_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read a customer, with their consent where Shopify's version still tells it so."""
    found = _id_of(body)
    if found is None:
        return None
    home, version = part(body, "default_address"), _version(body, triggered_at)
    facts = {
        **pieces.read(body, {"created_at": ("created_at", moment)}),
        **pieces.who(body, home),
        **pieces.where(home),
        **pieces.told_beside(body, version),
        "phones": {
            **pieces.phone(body, "customer", pieces.country_of(home)),
            **pieces.phone_within(body, "default_address", None),
        },
        "told_at": triggered_at,
    }
    return _record(RecordKind.CUSTOMER, found, version, facts, customer_ref=found)


def consent_record(body: Mapping[str, Any], triggered_at: int) -> Record | None:
    """Read what a customer said about marketing by SMS.

    The customer is `id`, or as in the newer topics `customer_id`; words differ in case. What is no plain yes is a no.
    """
    found = ref(body.get("customer_id")) or _id_of(body)
    told = part(body, "sms_marketing_consent")
    if found is None or not told:
        return None
    consent = {
        "state": word(told.get("state")) or "unknown",
        "at": moment(told.get("consent_updated_at")) or triggered_at,
        "phone": text(body.get("phone"), pieces.LONGEST_PHONE) or text(body.get("phone_number"), pieces.LONGEST_PHONE),
    }
    return _record(RecordKind.CUSTOMER, found, 0, {"consent": consent}, customer_ref=found)


def _record(
    kind: RecordKind,
    found: str,
    version: int,
    facts: pieces.Facts,
    *,
    order_ref: str | None = None,
    customer_ref: str | None = None,
) -> Record:
    return Record(kind, found, order_ref, customer_ref, None, None, version, facts)


def _id_of(body: Mapping[str, Any]) -> str | None:
    return ref(body.get("id")) or ref(body.get("admin_graphql_api_id"))


def _version(body: Mapping[str, Any], triggered_at: int) -> int:
    return moment(body.get("updated_at")) or triggered_at
