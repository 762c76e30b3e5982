"""The tables of webhooks out. What is told is looked up when it is posted, so that an erasure reaches it.

Moments are UTC milliseconds (`shared.clock`).
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from connectors.shared.database import metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("url_sealed", Text, nullable=False),  # may hold a secret of theirs
    Column("url_digest", LargeBinary(32), nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("disabled_at", BigInteger),
    Column("disabled_reason", Text),
    Column("failing_since", BigInteger),  # the first failure after the last success
    Column("last_failure_at", BigInteger),
    Column("last_failure_status", Integer),  # NULL: no answer came
    Column("last_failure", Text),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_webhooks_account", "account_id", "id"),
    Index("uq_webhooks_url", "account_id", "url_digest", unique=True),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("webhook_id", String(36), ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True),
    Column("event", String(40), primary_key=True),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    # What is owed, and gone once it was taken. No foreign key: a webhook that is removed in the same moment must not
    # undo the transaction that ends a message. What is left over without its webhook is cleared away.
    Column("id", Integer, primary_key=True),
    Column("webhook_id", String(36), nullable=False),
    Column("event", String(40), nullable=False),
    Column("subject_id", String(36), nullable=False),  # the message, incoming message or campaign it is about
    Column("happened_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("next_attempt_at", BigInteger, nullable=False),
    Index("ix_webhook_deliveries_due", "webhook_id", "next_attempt_at"),
    Index("uq_webhook_deliveries_event", "webhook_id", "subject_id", "event", unique=True),
)
