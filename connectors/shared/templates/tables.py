"""The table of templates. Moments are UTC milliseconds (`shared.clock`)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from connectors.shared.database import metadata

templates = Table(
    "templates",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    # Who of those that share the account: '' is the account itself, by the REST API and commands.
    Column("owner", String(64), nullable=False, server_default=""),
    Column("name", String(100), nullable=False),
    Column("text", Text, nullable=False),  # Liquid
    Column("sender_id", String(32)),
    Column("message_type", String(12)),
    Column("entity_id", String(64)),
    Column("template_id", String(64)),
    Column("registered_text", Text),  # as registered for India's DLT, with {#var#} or the typed tags
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("uq_templates_name", "account_id", "owner", "name", unique=True),
    Index("ix_templates_account", "account_id", "id"),
)
