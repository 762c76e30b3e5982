"""The table of opt-outs. Moments are UTC milliseconds (`shared.clock`)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from connectors.shared.database import metadata

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    # Keyed digest of the number's digits: it still keeps someone from being texted once the number is erased.
    Column("number_digest", LargeBinary(32), primary_key=True),
    Column("number", String(20)),  # digits of E.164; NULL once erased
    Column("scope", String(12), nullable=False),  # promotional, all
    Column("source", String(32), nullable=False),  # api, command, file, a connector's name, or inbound
    Column("created_at", BigInteger, nullable=False),
    Index("ix_opt_outs_number", "account_id", "number"),
    # An imported file is one moment: the digest tells its numbers apart.
    Index("ix_opt_outs_created", "account_id", "created_at", "number_digest"),
)
