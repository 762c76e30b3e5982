"""What the pages and whoever plays with the shop may send, read and checked."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from connectors.sandbox.shopify.catalog import COUNTRIES, CURRENCIES, PRODUCTS
from connectors.sandbox.shopify.handling import CANCEL_REASONS, CARRIER_SAYS, Tracking
from connectors.sandbox.shopify.records import Buyer
from connectors.sandbox.shopify.selling import CARD, GATEWAYS, Purchase
from connectors.sandbox.shopify.topics import ENUMS

LONGEST = validate.Length(max=200)


class _Form(Schema):
    """A form whose empty fields are as if they were left out."""

    @pre_load
    def drop_empty(self, given: Any, **options: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value not in ("", None)}


class BuyerSchema(_Form):
    """Who buys; `locale` may be null, as it is for orders that were not made in the shop."""

    first_name = fields.String(validate=LONGEST)
    last_name = fields.String(validate=LONGEST)
    email = fields.Email()
    phone = fields.String(validate=LONGEST)
    country_code = fields.String(validate=validate.OneOf([country.code for country in COUNTRIES]))
    city = fields.String(validate=LONGEST)
    zip = fields.String(validate=LONGEST)
    locale = fields.String(validate=LONGEST)
    accepts_sms = fields.Boolean()

    @post_load
    def make(self, given: dict[str, Any], **options: Any) -> Buyer:
        return Buyer(**given)


class ItemSchema(Schema):
    sku = fields.String(required=True, validate=validate.OneOf([product.sku for product in PRODUCTS]))
    quantity = fields.Integer(load_default=1, validate=validate.Range(1, 99))


class CheckoutSchema(Schema):
    """What a checkout is filled with."""

    items = fields.List(fields.Nested(ItemSchema), validate=validate.Length(1, 20))
    buyer = fields.Nested(BuyerSchema)


class OrderSchema(CheckoutSchema):
    """What is bought. `extra` replaces fields of the order's payloads, for what the shop does not play."""

    checkout_token = fields.String(allow_none=True)
    payment = fields.String(load_default=CARD, validate=validate.OneOf(list(GATEWAYS)))
    test = fields.Boolean(load_default=False)
    source_name = fields.String(load_default="web")
    tags = fields.String(load_default="")
    extra = fields.Dict(keys=fields.String(), load_default=dict)


class TrackingSchema(_Form):
    tracking_url = fields.Url(schemes={"http", "https"}, require_tld=False)
    tracking_number = fields.String(validate=LONGEST)
    tracking_company = fields.String(validate=LONGEST)


class ShipSchema(TrackingSchema):
    only_one = fields.Boolean(load_default=False)


class CarrierSchema(Schema):
    status = fields.String(required=True, validate=validate.OneOf(CARRIER_SAYS))


class RefundSchema(_Form):
    amount = fields.Decimal(validate=validate.Range(Decimal(0), min_inclusive=False), allow_nan=False)
    note = fields.String(validate=LONGEST)


class CancelSchema(Schema):
    reason = fields.String(load_default="customer", validate=validate.OneOf(CANCEL_REASONS))


class ConsentSchema(Schema):
    state = fields.String(required=True, validate=validate.OneOf(["subscribed", "unsubscribed"]))


class WebhookSchema(Schema):
    """A webhook made by hand; without a topic: one for each that the page offers."""

    topic = fields.String(validate=validate.OneOf(list(ENUMS.values())))
    url = fields.Url(schemes={"http", "https"}, require_tld=False)


class PrivacySchema(_Form):
    customer_id = fields.Integer(load_default=0)


class ShopSchema(Schema):
    currency = fields.String(required=True, validate=validate.OneOf(CURRENCIES))


def purchase(given: dict[str, Any]) -> Purchase:
    """Return how something is bought, of what OrderSchema has read."""
    return Purchase(**{name: given[name] for name in Purchase.__slots__})


def cart(given: dict[str, Any]) -> list[tuple[str, int]]:
    """Return what is in the cart, of what CheckoutSchema has read: one of the first product by default."""
    return [(item["sku"], item["quantity"]) for item in given.get("items") or [{"sku": PRODUCTS[0].sku, "quantity": 1}]]


def tracking(given: dict[str, Any]) -> Tracking:
    """Return how a parcel can be followed, of what TrackingSchema has read."""
    return Tracking(given.get("tracking_url"), given.get("tracking_number"), given.get("tracking_company"))
