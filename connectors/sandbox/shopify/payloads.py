"""What webhooks carry, field for field as Shopify's (https://shopify.dev/docs/api/webhooks), as far as the shop knows.

Ids are beyond 53 bits, prices are strings, moments have the shop's offset, and phones in addresses are as typed.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.sandbox.shopify.catalog import amount
from connectors.sandbox.shopify.records import Buyer, Checkout, Customer, Line, Order, Parcel, Refund

if TYPE_CHECKING:
    from connectors.sandbox.shopify.store import Store

Payload = dict[str, Any]


def gid(kind: str, number: int) -> str:
    """Return `gid://shopify/Order/9100…`."""
    return f"gid://shopify/{kind}/{number}"


def moment(at: datetime | None) -> str | None:
    """Return `2026-11-20T18:04:11+05:30`."""
    return None if at is None else at.isoformat(timespec="seconds")


def order(store: "Store", of: Order) -> Payload:
    """Return what `orders/…` carry."""
    return {
        "id": of.id,
        "admin_graphql_api_id": gid("Order", of.id),
        "name": of.name,
        "number": of.number - 1_000,
        "order_number": of.number,
        "confirmed": True,
        "confirmation_number": f"SANDBOX{of.number}",
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
        "processed_at": moment(of.created_at),
        "cancelled_at": moment(of.cancelled_at),
        "cancel_reason": of.cancel_reason,
        "closed_at": None,
        "test": of.test,
        "source_name": of.source_name,
        "tags": of.tags,
        "cart_token": of.checkout.cart_token if of.checkout else None,
        "checkout_id": of.checkout.id if of.checkout else None,
        "checkout_token": of.checkout.token if of.checkout else None,
        "token": of.token,
        "email": of.buyer.email or "",
        "contact_email": of.buyer.email,
        # Who gives no address for mails checks out with a phone: only then Shopify has it here, in E.164.
        "phone": None if of.buyer.email else of.customer.phone,
        "buyer_accepts_marketing": False,
        "customer_locale": of.buyer.locale,
        "financial_status": of.financial_status,
        "fulfillment_status": of.fulfillment_status,
        "payment_gateway_names": [of.gateway],
        **_prices(of.currency, of.subtotal),
        "current_total_price": amount(of.subtotal - of.refunded, of.currency),
        "order_status_url": f"{store.url}/orders/{of.token}/authenticate?key=sandbox-{of.token[:8]}",
        "discount_codes": [],
        "note": None,
        "note_attributes": [],
        "customer": customer(of.customer),
        "billing_address": address(of.buyer),
        "shipping_address": address(of.buyer),
        "line_items": _lines(of.lines),
        "shipping_lines": [{"title": "Standard", "price": amount(Decimal(0), of.currency), "phone": None}],
        "fulfillments": [parcel(of, one) for one in of.parcels],
        "refunds": [refund(of, one) for one in of.refunds],
        "returns": [],
        **of.extra,
    }


def parcel(of: Order, one: Parcel) -> Payload:
    """Return what `fulfillments/…` carry: of the buyer no more than where it goes."""
    return {
        "id": one.id,
        "admin_graphql_api_id": gid("Fulfillment", one.id),
        "order_id": one.order_id,
        "name": f"{of.name}.{one.number}",
        "status": one.status,
        "service": "manual",
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "shipment_status": one.shipment_status,
        "tracking_company": one.tracking_company,
        "tracking_number": one.tracking_number,
        "tracking_numbers": [one.tracking_number] if one.tracking_number else [],
        "tracking_url": one.tracking_url,
        "tracking_urls": [one.tracking_url] if one.tracking_url else [],
        "email": of.buyer.email or "",
        "destination": address(of.buyer),
        "location_id": None,
        "origin_address": None,
        "receipt": {},
        "line_items": _lines(one.lines),
    }


def parcel_event(store: "Store", one: Parcel, event: Payload) -> Payload:
    """Return what `fulfillment_events/create` carries: nothing of the buyer."""
    return {
        "id": event["id"],
        "fulfillment_id": one.id,
        "status": event["status"],
        "message": None,
        "happened_at": moment(event["at"]),
        "city": None,
        "province": None,
        "country": store.shop.country_code,
        "zip": None,
        "address1": None,
        "latitude": None,
        "longitude": None,
        "shop_id": store.shop.id,
        "created_at": moment(event["at"]),
        "updated_at": moment(event["at"]),
        "estimated_delivery_at": None,
        "order_id": one.order_id,
        "admin_graphql_api_id": gid("FulfillmentEvent", event["id"]),
    }


def refund(of: Order, one: Refund) -> Payload:
    """Return what `refunds/create` carries: neither a phone nor the order's name."""
    return {
        "id": one.id,
        "admin_graphql_api_id": gid("Refund", one.id),
        "order_id": of.id,
        "created_at": moment(one.created_at),
        "processed_at": moment(one.created_at),
        "note": one.note,
        "restock": False,
        "refund_line_items": [],
        "order_adjustments": [],
        "transactions": [
            {
                "id": one.transaction_id,
                "order_id": of.id,
                "kind": "refund",
                "status": "success",
                "gateway": of.gateway,
                "amount": amount(one.amount, of.currency),
                "currency": of.currency,
                "test": of.test,
            }
        ],
    }


def checkout(store: "Store", of: Checkout) -> Payload:
    """Return what `checkouts/create` and `…/update` carry."""
    return {
        "id": of.id,
        "token": of.token,
        "cart_token": of.cart_token,
        "email": of.buyer.email,
        "phone": None,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
        "completed_at": moment(of.completed_at),
        "closed_at": None,
        "customer_locale": of.buyer.locale,
        "buyer_accepts_marketing": False,
        "buyer_accepts_sms_marketing": of.sms_phone is not None,
        "sms_marketing_phone": of.sms_phone,
        "abandoned_checkout_url": f"{store.url}/checkouts/{of.token}/recover?key=sandbox-{of.token[:8]}",
        **_prices(store.shop.currency, sum((line.total for line in of.lines), Decimal(0))),
        "discount_codes": [],
        "note_attributes": [],
        "source_name": "web",
        "gateway": None,
        "billing_address": address(of.buyer),
        "shipping_address": address(of.buyer),
        "customer": customer(of.customer) if of.customer else None,
        "line_items": [line | {"presentment_title": line["title"]} for line in _lines(of.lines)],
        "shipping_lines": [],
    }


def dropped_checkout(store: "Store", of: Checkout) -> Payload:
    """Return what `checkouts/delete` carries."""
    return {"id": of.id, "token": of.token, "cart_token": of.cart_token, "presentment_currency": store.shop.currency}


def customer(of: Customer) -> Payload:
    """Return what `customers/…` carry; since 2025-01 that is neither tags nor consent."""
    return {
        "id": of.id,
        "admin_graphql_api_id": gid("Customer", of.id),
        "first_name": of.buyer.first_name,
        "last_name": of.buyer.last_name,
        "email": of.buyer.email,
        "phone": of.phone,
        "state": "disabled",
        "verified_email": True,
        "note": None,
        "currency": None,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
        "default_address": address(of.buyer) | {"default": True},
        "addresses": [],
    }


def consent(of: Customer) -> Payload:
    """Return what `customers_marketing_consent/update` carries."""
    return {
        "id": of.id,
        "phone": of.phone,
        "sms_marketing_consent": {
            "state": of.sms_state,
            "opt_in_level": "single_opt_in" if of.consented_at else None,
            "consent_updated_at": moment(of.consented_at),
            "consent_collected_from": "SHOPIFY",
        },
    }


def shop(store: "Store") -> Payload:
    """Return what `app/uninstalled` carries; its `myshopify_domain` is null there."""
    return {
        "id": store.shop.id,
        "name": store.shop.name,
        "email": "owner@example.com",
        "domain": None,
        "phone": None,
        "country_code": store.shop.country_code,
        "currency": store.shop.currency,
        "timezone": None,
        "iana_timezone": store.shop.timezone,
        "plan_name": "enterprise",
        "myshopify_domain": None,
        "marketing_sms_consent_enabled_at_checkout": True,
        "transactional_sms_disabled": True,
    }


def address(buyer: Buyer) -> Payload:
    """Return an address, its phone as it was typed."""
    return {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "name": buyer.name,
        "address1": "12 Example Street",
        "address2": None,
        "city": buyer.city,
        "zip": buyer.zip,
        "phone": buyer.phone,
        "country_code": buyer.country_code,
    }


def _lines(lines: Sequence[Line]) -> list[Payload]:
    return [
        {
            "id": line.id,
            "title": line.title,
            "name": line.title,
            "variant_title": None,
            "quantity": line.quantity,
            "price": str(line.price),
            "sku": line.sku,
            "requires_shipping": True,
        }
        for line in lines
    ]


def _prices(currency: str, total: Decimal) -> Payload:
    text = amount(total, currency)
    money = {"amount": text, "currency_code": currency}
    return {
        "currency": currency,
        "presentment_currency": currency,
        "subtotal_price": text,
        "total_discounts": amount(Decimal(0), currency),
        "total_tax": amount(Decimal(0), currency),
        "total_price": text,
        "total_price_set": {"shop_money": money, "presentment_money": money},
    }
