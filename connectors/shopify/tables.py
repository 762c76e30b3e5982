"""What we know of shops, and what they told us. Shopify's ids are kept as texts: they grow beyond 53 bits.

Whatever holds a name, a number or a text is sealed. Moments are UTC milliseconds (`shared.clock`).
"""

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from connectors.shared.database import metadata


class EventState(StrEnum):
    """Where an event stands. `ignored`: of a topic that we have no use for, or of a shop that is not connected."""

    PENDING = "pending"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"  # our fault or an unreadable body; it can be replayed


class RecordKind(StrEnum):
    """What a record is of."""

    ORDER = "order"
    FULFILLMENT = "fulfillment"
    CHECKOUT = "checkout"  # by its token
    CUSTOMER = "customer"
    REFUND = "refund"


# Literal, so that the partial indexes serve the queries (see `shared/messages/tables.py`).
IS_PENDING = text("state = 'pending'")
IS_FAILED = text("state = 'failed'")
IS_UNTOLD = text("told_at IS NULL")
# What is not known when an event is kept costs nothing then.
HAS_ORDER = text("order_ref IS NOT NULL")
HAS_CUSTOMER = text("customer_ref IS NOT NULL")
HAS_CHECKOUT = text("checkout_ref IS NOT NULL")

shopify_shops = Table(
    "shopify_shops",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("domain", String(100), nullable=False, unique=True),  # x.myshopify.com
    # NULL until somebody said whose it is, and once that account was removed: nobody is texted then.
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
    Column("name", String(255)),
    Column("currency", String(3)),
    Column("timezone", String(64)),  # IANA
    Column("country_code", String(2)),  # ISO; for numbers without a country of their own
    # Keys of webhooks made in the shop's admin: JSON [{"key": "…", "until": moment or null}]. Kept until shop/redact.
    Column("signing_keys_sealed", Text),
    # An app that is the shop's own (client-credentials grant). NULL where it is ours, or none.
    Column("client_id", String(255)),
    Column("client_secret_sealed", Text),
    Column("is_app", Boolean, nullable=False, server_default="0"),  # whether there is access to the Admin API
    Column("access_sealed", Text),
    Column("access_expires_at", BigInteger),
    Column("refresh_sealed", Text),
    Column("refresh_expires_at", BigInteger),
    Column("scope", Text),
    Column("version", Integer, nullable=False, server_default="0"),  # grows with each new access token
    Column("refreshed_at", BigInteger),  # when the access token was given
    Column("refresh_leased_until", BigInteger, nullable=False, server_default="0"),
    Column("dead_at", BigInteger),  # when Shopify said that the tokens are good no more: connect again
    Column("subscribe_at", BigInteger),  # when the subscriptions are looked at next; NULL: not at all
    Column("subscribe_leased_until", BigInteger, nullable=False, server_default="0"),  # one at a time looks at them
    Column("subscription_problems", Text),  # JSON: what Shopify said of each topic that it refused ("*": of all)
    Column("installed_at", BigInteger, nullable=False),
    Column("uninstalled_at", BigInteger),
    Column("left_at", BigInteger),  # when our app left it last, though it may be back
    Column("created_at", BigInteger, nullable=False),
    # The id of a shop that is gone is no other's: what still says `shopify:7` must not be about somebody else.
    sqlite_autoincrement=True,
)

shopify_events = Table(
    "shopify_events",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("shop_id", Integer, ForeignKey("shopify_shops.id", ondelete="CASCADE"), nullable=False),
    Column("topic", String(100), nullable=False),
    Column("webhook_id", String(100), nullable=False),
    Column("triggered_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("state", String(12), nullable=False),  # EventState
    Column("replayed_at", BigInteger),  # when a person asked for it once more
    Column("body_sealed", Text),  # as it came; NULL once erased
    # Whom it is about, once it was read: what finds it again when they want to be forgotten.
    Column("order_ref", String(64)),
    Column("customer_ref", String(64)),
    Column("checkout_ref", String(128)),
    Index("uq_shopify_events_webhook", "shop_id", "topic", "webhook_id", unique=True),
    Index("ix_shopify_events_pending", "shop_id", "id", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING),
    Index("ix_shopify_events_failed", "shop_id", "id", sqlite_where=IS_FAILED, postgresql_where=IS_FAILED),
    Index("ix_shopify_events_shop", "shop_id", "id"),
    Index("ix_shopify_events_order", "shop_id", "order_ref", sqlite_where=HAS_ORDER, postgresql_where=HAS_ORDER),
    Index(
        "ix_shopify_events_customer",
        "shop_id",
        "customer_ref",
        sqlite_where=HAS_CUSTOMER,
        postgresql_where=HAS_CUSTOMER,
    ),
    Index(
        "ix_shopify_events_checkout",
        "shop_id",
        "checkout_ref",
        sqlite_where=HAS_CHECKOUT,
        postgresql_where=HAS_CHECKOUT,
    ),
)

shopify_records = Table(
    "shopify_records",
    metadata,
    # The newest that is known of an order, a parcel, a checkout, a customer.
    Column("shop_id", Integer, ForeignKey("shopify_shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(12), primary_key=True),  # RecordKind
    Column("ref", String(128), primary_key=True),
    Column("order_ref", String(64)),
    Column("customer_ref", String(64)),
    Column("checkout_ref", String(128)),  # the checkout's token: what an order and its checkout have in common
    Column("cart_ref", String(128)),
    Column("version", BigInteger, nullable=False),  # when what is kept was true: what is older changes nothing
    Column("facts_sealed", Text, nullable=False),  # JSON
    Column("updated_at", BigInteger, nullable=False),
    # With the kind: SQLite goes through all of a kind by the primary key otherwise, which fits as well to it.
    Index("ix_shopify_records_order", "shop_id", "order_ref", "kind"),
    Index("ix_shopify_records_customer", "shop_id", "customer_ref", "kind"),
    Index("ix_shopify_records_checkout", "shop_id", "checkout_ref", "kind"),
    Index("ix_shopify_records_cart", "shop_id", "cart_ref", "kind"),
    Index("ix_shopify_records_updated", "updated_at"),
)

shopify_numbers = Table(
    "shopify_numbers",
    metadata,
    # Which records a number stands in, by its keyed digest: what is sealed cannot be searched.
    Column("shop_id", Integer, ForeignKey("shopify_shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("ref", String(128), primary_key=True),
    Column("number_digest", LargeBinary(32), primary_key=True),
    Index("ix_shopify_numbers_digest", "number_digest"),
)

shopify_consents = Table(
    "shopify_consents",
    metadata,
    # What is left of consent to marketing once the record of a customer, or of a checkout, has had its days.
    Column("shop_id", Integer, ForeignKey("shopify_shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(12), primary_key=True),  # RecordKind
    Column("ref", String(128), primary_key=True),
    Column("customer_ref", String(64)),
    Column("number_digest", LargeBinary(32)),  # keyed; NULL where it was said without a number
    Column("subscribed", Boolean, nullable=False),
    Column("given_at", BigInteger, nullable=False),  # or taken back
    Index("ix_shopify_consents_customer", "shop_id", "customer_ref"),
    Index("ix_shopify_consents_number", "number_digest"),
)

shopify_topics = Table(
    "shopify_topics",
    metadata,
    # How often a shop told us what we have no use for.
    Column("shop_id", Integer, ForeignKey("shopify_shops.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(100), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

shopify_used_states = Table(
    "shopify_used_states",
    metadata,
    # A `state` counts once; what is remembered of it is forgotten once it would have expired anyway.
    Column("nonce", String(64), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

shopify_opt_outs = Table(
    "shopify_opt_outs",
    metadata,
    # Opt-outs by SMS that Shopify is told of.
    Column("shop_id", Integer, ForeignKey("shopify_shops.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_ref", String(64), primary_key=True),
    Column("opted_out_at", BigInteger, nullable=False),
    Column("told_at", BigInteger),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    Index("ix_shopify_opt_outs_due", "next_attempt_at", sqlite_where=IS_UNTOLD, postgresql_where=IS_UNTOLD),
)
