"""The tables of automations. Moments are UTC milliseconds (`shared.clock`)."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from connectors.shared.database import metadata

# Literal, so that the partial indexes serve the queries (see `shared/messages/tables.py`).
IS_WAITING = text("status = 'waiting'")

automations = Table(
    "automations",
    metadata,
    # What an owner decided; what is NULL is as the connector has it.
    Column("owner", String(64), primary_key=True),  # shopify:7, pipedrive:1234
    Column("trigger", String(64), primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("template", Text),  # Liquid; NULL where the connector's text, or a kept template, is used
    Column("kept_template_id", String(36)),  # of `templates`: its text, sender id and DLT ids
    Column("translations", Text),  # JSON: a text for each locale
    Column("delay_ms", BigInteger),
    Column("after", String(32)),
    Column("consent", String(16)),
    Column("hours", String(16)),
    Column("channel", String(16)),
    Column("conditions", Text),  # JSON
    Column("sender_id", String(32)),
    Column("entity_id", String(64)),
    Column("template_id", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

automation_steps = Table(
    "automation_steps",
    metadata,
    # One text to one recipient, due at a time; or why there was none. No number and no text is in here.
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("owner", String(64), nullable=False),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("trigger", String(64), nullable=False),
    # What it is about, as `order:6012`: there is one text for it. NULL in what only records why there was none.
    Column("key", String(255)),
    Column("subject", String(255), nullable=False),  # what stops it, when that is canceled or completed
    Column("refs", Text, nullable=False),  # JSON: the ids by which the connector finds what it knows
    Column("event_id", String(36), nullable=False),  # the connector's own, that brought it about
    Column("status", String(12), nullable=False),  # StepStatus
    Column("reason", String(16)),  # Reason
    Column("words", Text),  # the same for a person; no number and no name in them
    Column("happened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),  # NULL in what only records
    Column("look_at", BigInteger),  # due_at, or later where something is still waited for
    Column("message_id", String(36)),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("tries", Integer, nullable=False, server_default="0"),  # in vain, by a fault of ours
    Index("uq_automation_steps_key", "owner", "trigger", "key", unique=True),
    Index("ix_automation_steps_look", "look_at", "owner", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
    Index("ix_automation_steps_subject", "owner", "subject"),
    Index("ix_automation_steps_event", "owner", "event_id"),
    Index("ix_automation_steps_message", "message_id"),
)
