"""Accounts (a customer of ours: a tenant), the gateway connections they own, and their API keys."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from connectors.shared.database import metadata

IS_UNPROVEN = text("state IN ('unproven', 'refused')")

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    # NULL while the credentials are unproven: a stranger's guess must never share an account with a customer.
    Column("customer_id", String(128), unique=True),
    Column("created_at", BigInteger, nullable=False),
    # How many of its messages went out on which day (days since 1970, UTC), where a cap is set.
    Column("counted_day", Integer, nullable=False, server_default="0"),
    Column("counted", Integer, nullable=False, server_default="0"),
)

connections = Table(
    "connections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("gateway", String(32), nullable=False),
    Column("login", String(128), nullable=False),  # who we are to the vendor: Message Central's customer id
    Column("email", String(254)),
    Column("options", Text),  # JSON: what else the vendor wants to know of us, none of it secret
    Column("secret_sealed", Text, nullable=False),
    Column("secret_digest", LargeBinary(32), nullable=False),  # keyed; compares without decrypting
    Column("state", String(12), nullable=False),  # accounts.states.ConnectionState
    Column("merged_into", Integer),  # the connection that took over once these credentials were proven
    Column("reason_code", String(32)),
    Column("reason", Text),
    Column("retry_at", BigInteger),  # when a paused or unproven one is tried again
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("sender_id", String(32)),
    Column("country_code", String(3)),
    Column("message_type", String(12), nullable=False),
    Column("entity_id", String(64)),
    Column("template_id", String(64)),
    Column("rate", Float, nullable=False, server_default="0"),  # messages a second; 0: no limit
    Column("rate_spent_until", BigInteger, nullable=False, server_default="0"),  # GCRA: the rate is used up to here
    Column("bulk", Boolean, nullable=False),
    Column("token_sealed", Text),
    Column("token_expires_at", BigInteger),
    Column("mint_leased_until", BigInteger, nullable=False, server_default="0"),
    Column("proven_at", BigInteger),
    Column("last_receipt_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index(
        "uq_connections_unproven",
        "gateway",
        "login",
        "secret_digest",
        unique=True,
        sqlite_where=IS_UNPROVEN,
        postgresql_where=IS_UNPROVEN,
    ),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("hint", String(16), nullable=False),  # the first characters, to tell keys apart
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
