"""The table of idempotency keys. Moments are UTC milliseconds (`shared.clock`)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table, Text

from connectors.shared.database import metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("path", String(200), primary_key=True),
    Column("key_digest", LargeBinary(32), primary_key=True),
    Column("request_digest", LargeBinary(32), nullable=False),
    Column("status", SmallInteger),  # NULL while the first request is in flight
    Column("answer", Text),  # the first answer's body
    Column("subject_id", String(36)),  # what was made: an erasure of it takes the answer along
    Column("created_at", BigInteger, nullable=False),
    Index("ix_idempotency_keys_created", "created_at"),
    Index("ix_idempotency_keys_subject", "subject_id"),
)
