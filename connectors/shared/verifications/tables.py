"""The tables of verifications; a code of ours is a keyed digest there. Moments: UTC milliseconds (`shared.clock`)."""

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

# A partial index is used only where the query repeats its condition literally (https://www.sqlite.org/partialindex.html).
HAS_VERIFICATION_TRANSACTION = text("transaction_id IS NOT NULL")
IS_TO_MOVE = text("move_at IS NOT NULL")

verifications = Table(
    "verifications",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False),
    Column("country_code", String(3), nullable=False),
    Column("recipient", String(20)),  # digits of E.164; NULL once erased
    Column("channels", Text, nullable=False),  # JSON, in the order to try
    Column("channel_index", SmallInteger, nullable=False),
    Column("code_length", SmallInteger, nullable=False),
    Column("language", String(16)),
    Column("status", String(12), nullable=False),
    # Tries that were begun: taken before the vendor is asked, given back where it could not be.
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("wrong_codes", SmallInteger, nullable=False, server_default="0"),
    Column("sends", SmallInteger, nullable=False, server_default="0"),
    Column("vendor_id", String(128)),
    Column("transaction_id", String(128)),  # of the last code; NULL once a receipt had the next channel tried
    Column("vendor_expires_at", BigInteger, nullable=False),
    Column("move_at", BigInteger),  # when the next channel is to be tried, since a receipt said that this one failed
    Column("leased_until", BigInteger, nullable=False, server_default="0"),  # another code is being sent
    Column("error_code", String(32)),
    Column("error_message", Text),
    Column("call_number", String(20)),  # by the channel CALL: the digits of the number to call
    Column("ttl_ms", BigInteger),  # as asked; NULL: as long as the vendor has it
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Index("ix_verifications_account", "account_id", "id"),
    Index("ix_verifications_recipient", "recipient"),
    Index("ix_verifications_move", "move_at", sqlite_where=IS_TO_MOVE, postgresql_where=IS_TO_MOVE),
    Index(
        "ix_verifications_transaction",
        "transaction_id",
        sqlite_where=HAS_VERIFICATION_TRANSACTION,
        postgresql_where=HAS_VERIFICATION_TRANSACTION,
    ),
)

# What the limits count: a row for each code that went out, or may have.
verification_sends = Table(
    "verification_sends",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("recipient", String(20), nullable=False),  # digits of E.164
    Column("prefix", String(20), nullable=False),
    Column("country_code", String(3), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_verification_sends_number", "account_id", "recipient", "created_at"),
    Index("ix_verification_sends_prefix", "account_id", "prefix", "created_at"),
    Index("ix_verification_sends_country", "account_id", "country_code", "created_at"),
    Index("ix_verification_sends_recipient", "recipient"),
    Index("ix_verification_sends_created", "created_at"),
)

# Codes of our own, for vendors that have none; the verification knows one by `vendor_id`.
verification_codes = Table(
    "verification_codes",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False),
    Column("number_digest", LargeBinary(32), nullable=False),  # keyed: whose it is
    Column("channel", String(10), nullable=False),
    Column("code_digest", LargeBinary(32)),  # keyed; NULL by the channel CALL, where the call itself is the proof
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ix_verification_codes_number", "connection_id", "number_digest"),
    Index("ix_verification_codes_expires", "expires_at"),
)
