"""The calls to vendors that they bound by the minute, remembered for as long as they count."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table

from connectors.shared.database import metadata

bounded_calls = Table(
    "bounded_calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False),
    # Keyed: what makes two calls identical to the vendor, a phone among it.
    Column("digest", LargeBinary(32), nullable=False),
    Column("called_at", BigInteger, nullable=False),
    Index("ix_bounded_calls_digest", "connection_id", "digest", "called_at"),
    Index("ix_bounded_calls_called", "called_at"),
)
