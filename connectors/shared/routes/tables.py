"""The table of routes."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from connectors.shared.database import metadata

routes = Table(
    "routes",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("prefix", String(15), primary_key=True),  # the first digits of E.164; "" is every number
    Column("gateway", String(32), nullable=False),
    Column("fallback", String(32)),  # the gateway to try where that one refuses
    Column("created_at", BigInteger, nullable=False),
)
