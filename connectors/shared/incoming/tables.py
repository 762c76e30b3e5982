"""The tables of incoming messages. Moments are UTC milliseconds (`shared.clock`)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from connectors.shared.database import metadata

incoming_messages = Table(
    "incoming_messages",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7: grows with time
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False),
    Column("gateway", String(32), nullable=False),
    Column("sender", String(20)),  # digits of E.164; NULL once erased
    Column("recipient", String(20)),  # our number, as the vendor says it
    Column("text", Text),  # NULL once purged or erased
    Column("way", String(8), nullable=False),  # callback or polled
    Column("vendor_id", String(64)),
    # Keyed: the vendor's id, or who said what when; what comes again, by either way, is known by it.
    Column("digest", LargeBinary(32), nullable=False),
    Column("content_digest", LargeBinary(32), nullable=False),  # keyed: who said what; outlives an erasure
    Column("twin_digest", LargeBinary(32)),  # of the same message by the other way, once it came
    Column("keyword", String(5)),  # stop or start
    Column("happened_at", BigInteger, nullable=False),  # when the vendor got it, as far as it says so
    Column("received_at", BigInteger, nullable=False),  # when we did
    Index("uq_incoming_messages_digest", "connection_id", "digest", unique=True),
    Index("ix_incoming_messages_content", "connection_id", "content_digest"),
    Index("ix_incoming_messages_account", "account_id", "id"),
    Index("ix_incoming_messages_sender", "sender"),
)

incoming_polls = Table(
    "incoming_polls",
    metadata,
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("cursor", Text),  # as the gateway wants it back
    Column("leased_until", BigInteger, nullable=False, server_default="0"),
    Column("due_at", BigInteger, nullable=False, server_default="0"),
)
