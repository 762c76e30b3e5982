"""The tables of the ledger. Moments are UTC milliseconds (`shared.clock`)."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from connectors.shared.database import metadata

# A partial index is used only where the query repeats its condition literally, never through a bound value
# (https://www.sqlite.org/partialindex.html), so queries use these very clauses.
IS_QUEUED = text("status = 'queued'")
IS_SENDING = text("status = 'sending'")
HAS_OTHER_GATEWAY = text("status = 'queued' AND fallback_id IS NOT NULL")
HAS_DEADLINE = text("deadline_at IS NOT NULL")
HAS_TRANSACTION = text("transaction_id IS NOT NULL")
IS_SCHEDULED = text("status = 'scheduled'")
IS_UNCONFIRMED = text("status = 'unconfirmed'")
IS_UNMATCHED = text("matched_id IS NULL")
FITS_NO_MESSAGE = text("(matched_id IS NULL OR matched_id = '')")
IS_OF_CAMPAIGN = text("campaign_id IS NOT NULL")
ENDED_BADLY = text(
    "status IN ('undelivered', 'expired', 'rejected', 'unknown', 'failed', 'canceled', 'suppressed', 'unconfirmed')"
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7: grows with time, so the newest come last
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("connection_id", Integer, ForeignKey("connections.id"), nullable=False),
    Column("fallback_id", Integer),  # the connection to try where this one refuses; NULL once it was, or there is none
    Column("captcha", Text),  # JSON: what SMSC asks of a message that a stranger may trigger; NULL once sent or erased
    Column("campaign_id", String(36)),
    Column("campaign_row", Integer),  # its row in the campaign's file
    Column("variables", Text),  # JSON list: fills the campaign's pattern, where a workbook may carry it
    Column("source", String(32), nullable=False),  # the connector that asked
    Column("source_account", String(128)),  # their account, where one customer has several
    Column("external_id", Text),  # their id, verbatim
    Column("content_digest", LargeBinary(16)),  # what makes a second copy of it; NULL once it no longer counts
    Column("country_code", String(3), nullable=False),
    Column("recipient", String(20)),  # digits of E.164; NULL once purged or erased
    Column("text", Text),  # NULL once purged, redacted or erased
    Column("sender_id", String(32), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("message_type", String(12), nullable=False),
    Column("template_id", String(64)),
    Column("entity_id", String(64)),
    Column("encoding", String(5), nullable=False),
    Column("segments", SmallInteger, nullable=False),
    Column("status", String(12), nullable=False),
    Column("priority", SmallInteger, nullable=False),  # 0 one-time codes, 1 transactional, 2 promotional and campaigns
    Column("hours", String(12)),  # which hours of the recipient's place it keeps: promotional; NULL: any
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error_code", String(32)),
    Column("error_message", Text),
    Column("transaction_id", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),  # past it, it is never sent
    Column("deadline_at", BigInteger),  # when the sweeper must look at it in its present state
    Column("claimed_by", Integer),
    Column("counted_day", Integer),  # the day (since 1970, UTC) whose cap it counts against
    Column("begun_at", BigInteger),  # when the call to the vendor was about to start
    Column("sent_at", BigInteger),
    Column("finished_at", BigInteger),
    Index(
        "ix_messages_queue",
        "connection_id",
        "priority",
        "next_attempt_at",
        sqlite_where=IS_QUEUED,
        postgresql_where=IS_QUEUED,
    ),
    # While its gateway sends nothing, what may go by another is looked for again and again.
    Index(
        "ix_messages_other_gateway",
        "connection_id",
        "fallback_id",
        sqlite_where=HAS_OTHER_GATEWAY,
        postgresql_where=HAS_OTHER_GATEWAY,
    ),
    Index("ix_messages_claimed", "claimed_by", sqlite_where=IS_SENDING, postgresql_where=IS_SENDING),
    Index("ix_messages_deadline", "deadline_at", sqlite_where=HAS_DEADLINE, postgresql_where=HAS_DEADLINE),
    Index(
        "ix_messages_transaction",
        "transaction_id",
        sqlite_where=HAS_TRANSACTION,
        postgresql_where=HAS_TRANSACTION,
    ),
    Index("ix_messages_scheduled", "connection_id", sqlite_where=IS_SCHEDULED, postgresql_where=IS_SCHEDULED),
    Index("ix_messages_unconfirmed", "account_id", sqlite_where=IS_UNCONFIRMED, postgresql_where=IS_UNCONFIRMED),
    Index("uq_messages_content", "account_id", "content_digest", unique=True),
    Index("ix_messages_recipient", "recipient"),
    Index("ix_messages_account", "account_id", "id"),
    Index(
        "ix_messages_campaign",
        "campaign_id",
        "status",
        sqlite_where=IS_OF_CAMPAIGN,
        postgresql_where=IS_OF_CAMPAIGN,
    ),
    Index(
        "ix_messages_campaign_row",
        "campaign_id",
        "campaign_row",
        sqlite_where=IS_OF_CAMPAIGN,
        postgresql_where=IS_OF_CAMPAIGN,
    ),
    Index(
        "ix_messages_campaign_id",
        "campaign_id",
        "id",
        sqlite_where=IS_OF_CAMPAIGN,
        postgresql_where=IS_OF_CAMPAIGN,
    ),
    # Those that arrived are many and found soon; those that did not are few, and looked for.
    Index(
        "ix_messages_ended_badly",
        "account_id",
        "status",
        "id",
        sqlite_where=ENDED_BADLY,
        postgresql_where=ENDED_BADLY,
    ),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gateway", String(32), nullable=False),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE")),  # NULL: came on the operator's URL
    Column("vendor_id", String(64)),
    Column("recipient", String(20)),
    Column("status", String(32), nullable=False),  # the vendor's word
    Column("outcome", String(12)),  # our word for it; NULL where it decides nothing
    Column("error_code", String(32)),
    Column("explanation", Text),
    Column("raw", Text, nullable=False),  # as it came
    Column("received_at", BigInteger, nullable=False),
    Column("matched_id", String(36)),  # the message, once known; "" when given up
    Index("ix_receipts_unmatched", "recipient", sqlite_where=IS_UNMATCHED, postgresql_where=IS_UNMATCHED),
    Index("ix_receipts_fits_no_message", "account_id", sqlite_where=FITS_NO_MESSAGE, postgresql_where=FITS_NO_MESSAGE),
    Index("ix_receipts_recipient", "recipient"),
    Index("ix_receipts_received", "received_at"),
)

housekeeping = Table(
    "housekeeping",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

dispatchers = Table(
    "dispatchers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("heartbeat_at", BigInteger, nullable=False),
)
