"""What the Admin API shows of a shop, in GraphQL's names: whole objects, of which a query picks.

https://shopify.dev/docs/api/admin-graphql
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.shopify import payloads
from connectors.sandbox.shopify.catalog import amount
from connectors.sandbox.shopify.payloads import gid
from connectors.sandbox.shopify.records import Buyer, Customer, Order, Parcel, Refund
from connectors.sandbox.shopify.sending import API_VERSION
from connectors.sandbox.shopify.store import Store
from connectors.sandbox.shopify.subscriptions import Subscription
from connectors.sandbox.shopify.topics import enum_of

Node = dict[str, Any]


def shop(store: Store) -> Node:
    """Return a Shop."""
    known = store.shop
    return {
        "__typename": "Shop",
        "id": gid("Shop", known.id),
        "name": known.name,
        "email": "owner@example.com",
        "contactEmail": "owner@example.com",
        "myshopifyDomain": known.domain,
        "primaryDomain": {"__typename": "Domain", "host": known.domain, "url": f"https://{known.domain}"},
        "url": f"https://{known.domain}",
        "currencyCode": known.currency,
        "ianaTimezone": known.timezone,
        "timezoneAbbreviation": datetime.now(UTC).astimezone(store.now().tzinfo).tzname(),
        "shopAddress": {"__typename": "ShopAddress", "countryCodeV2": known.country_code, "phone": None},
        "billingAddress": {"__typename": "ShopAddress", "countryCodeV2": known.country_code, "phone": None},
        "plan": {"__typename": "ShopPlan", "displayName": "Sandbox", "publicDisplayName": "Sandbox"},
    }


def order(store: Store, of: Order) -> Node:
    """Return an Order."""
    shown = payloads.order(store, of)
    return {
        "__typename": "Order",
        "id": gid("Order", of.id),
        "legacyResourceId": str(of.id),
        "name": of.name,
        "number": of.number,
        "email": of.buyer.email,
        "phone": shown["phone"],
        "test": of.test,
        "tags": [tag.strip() for tag in of.tags.split(",") if tag.strip()],
        "sourceName": of.source_name,
        "customerLocale": of.buyer.locale,
        "createdAt": zulu(of.created_at),
        "updatedAt": zulu(of.updated_at),
        "processedAt": zulu(of.created_at),
        "cancelledAt": zulu(of.cancelled_at),
        "cancelReason": of.cancel_reason.upper() if of.cancel_reason else None,
        "closedAt": None,
        "currencyCode": of.currency,
        "presentmentCurrencyCode": of.currency,
        "displayFinancialStatus": of.financial_status.upper(),
        "displayFulfillmentStatus": {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED"}.get(
            of.fulfillment_status, "FULFILLED"
        ),
        "statusPageUrl": shown["order_status_url"],
        "subtotalPriceSet": _money(of.subtotal, of.currency),
        "currentSubtotalPriceSet": _money(of.subtotal - of.refunded, of.currency),
        "totalPriceSet": _money(of.subtotal, of.currency),
        "currentTotalPriceSet": _money(of.subtotal - of.refunded, of.currency),
        "totalRefundedSet": _money(of.refunded, of.currency),
        "subtotalLineItemsQuantity": sum(line.quantity for line in of.lines),
        "customer": customer(of.customer),
        "billingAddress": _address(of.buyer),
        "shippingAddress": _address(of.buyer),
        "lineItems": _connection([_line(line.id, line.title, line.quantity) for line in of.lines]),
        "fulfillments": [_parcel(one) for one in of.parcels],
        "refunds": [_refund(of, one) for one in of.refunds],
        "paymentGatewayNames": [of.gateway],
        "customAttributes": [],
    }


def customer(of: Customer) -> Node:
    """Return a Customer; its phone is in two places, the older of them deprecated."""
    consent = {
        "__typename": "CustomerSmsMarketingConsentState",
        "marketingState": of.sms_state.upper(),
        "marketingOptInLevel": "SINGLE_OPT_IN",
        "consentUpdatedAt": zulu(of.consented_at),
        "consentCollectedFrom": "SHOPIFY",
    }
    return {
        "__typename": "Customer",
        "id": gid("Customer", of.id),
        "legacyResourceId": str(of.id),
        "firstName": of.buyer.first_name,
        "lastName": of.buyer.last_name,
        "displayName": of.buyer.name,
        "email": of.buyer.email,
        "phone": of.phone,
        "locale": of.buyer.locale,
        "createdAt": zulu(of.created_at),
        "updatedAt": zulu(of.updated_at),
        "numberOfOrders": "1",
        "defaultAddress": _address(of.buyer),
        "smsMarketingConsent": consent if of.phone else None,
        "defaultPhoneNumber": {
            "__typename": "CustomerPhoneNumber",
            "phoneNumber": of.phone,
            "marketingState": of.sms_state.upper(),
            "marketingUpdatedAt": zulu(of.consented_at),
        }
        if of.phone
        else None,
    }


def subscription(of: Subscription) -> Node:
    """Return a WebhookSubscription."""
    return {
        "__typename": "WebhookSubscription",
        "id": of.gid,
        "legacyResourceId": str(of.id),
        "topic": enum_of(of.topic),
        "uri": of.url,
        "callbackUrl": of.url,
        "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": of.url},
        "format": "JSON",
        "name": of.name,
        "filter": None,
        "includeFields": list(of.include_fields),
        "metafieldNamespaces": [],
        "apiVersion": {"__typename": "ApiVersion", "handle": API_VERSION, "supported": True},
        "createdAt": zulu(of.created_at),
        "updatedAt": zulu(of.created_at),
    }


def page(nodes: Sequence[Node], first: int, after: str | None, kind: str) -> Node:
    """Return a connection: as many as `first` behind the cursor `after`. Raises ValueError for a cursor of no page."""
    start = int(base64.urlsafe_b64decode(after)) if after else 0
    shown = list(nodes[start : start + first])
    cursors = [base64.urlsafe_b64encode(str(start + place + 1).encode()).decode() for place in range(len(shown))]
    edge = f"{kind}Edge"
    return {
        "__typename": f"{kind}Connection",
        "nodes": shown,
        "edges": [
            {"__typename": edge, "cursor": cursor, "node": node} for cursor, node in zip(cursors, shown, strict=True)
        ],
        "pageInfo": {
            "__typename": "PageInfo",
            "hasNextPage": start + first < len(nodes),
            "hasPreviousPage": start > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def zulu(at: datetime | None) -> str | None:
    """Return `2026-11-20T12:34:11Z`, as GraphQL writes moments."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parcel(of: Parcel) -> Node:
    tracking = {
        "__typename": "FulfillmentTrackingInfo",
        "company": of.tracking_company,
        "number": of.tracking_number,
        "url": of.tracking_url,
    }
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", of.id),
        "legacyResourceId": str(of.id),
        "name": f"#{of.number}",
        "status": of.status.upper(),
        "displayStatus": (of.shipment_status or "fulfilled").upper(),
        "createdAt": zulu(of.created_at),
        "updatedAt": zulu(of.updated_at),
        "trackingInfo": [tracking] if of.tracking_url or of.tracking_number else [],
        "totalQuantity": sum(line.quantity for line in of.lines),
        "fulfillmentLineItems": _connection(
            [
                {
                    "__typename": "FulfillmentLineItem",
                    "id": gid("FulfillmentLineItem", line.id),
                    "quantity": line.quantity,
                    "lineItem": _line(line.id, line.title, line.quantity),
                }
                for line in of.lines
            ]
        ),
    }


def _refund(of: Order, one: Refund) -> Node:
    return {
        "__typename": "Refund",
        "id": gid("Refund", one.id),
        "legacyResourceId": str(one.id),
        "createdAt": zulu(one.created_at),
        "note": one.note,
        "totalRefundedSet": _money(one.amount, of.currency),
    }


def _line(line_id: int, title: str, quantity: int) -> Node:
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line_id),
        "title": title,
        "name": title,
        "variantTitle": None,
        "quantity": quantity,
        "currentQuantity": quantity,
    }


def _address(buyer: Buyer) -> Node:
    return {
        "__typename": "MailingAddress",
        "firstName": buyer.first_name,
        "lastName": buyer.last_name,
        "name": buyer.name,
        "address1": "12 Example Street",
        "city": buyer.city,
        "zip": buyer.zip,
        "country": buyer.country_code,
        "countryCodeV2": buyer.country_code,
        "phone": buyer.phone,
    }


def _money(value: Decimal, currency: str) -> Node:
    money = {"__typename": "MoneyV2", "amount": amount(value, currency), "currencyCode": currency}
    return {"__typename": "MoneyBag", "shopMoney": money, "presentmentMoney": money}


def _connection(nodes: list[Node]) -> Node:
    return page(nodes, len(nodes), None, str(nodes[0]["__typename"]) if nodes else "")
