"""Where CleverTap wants to hear how messages ended, and what it is still owed. Moments are UTC milliseconds."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from connectors.shared.database import metadata


class ReportState(StrEnum):
    """Where a report stands; both ends are for ever."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


# Literal, so that the partial index serves the query (see `shared/messages/tables.py`).
IS_PENDING = text("state = 'pending'")

clevertap_destinations = Table(
    "clevertap_destinations",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("clevertap_account", String(128), primary_key=True),
    Column("url_sealed", Text, nullable=False),  # whoever knows the URL can report in the account's name
    Column("created_at", BigInteger, nullable=False),
)

clevertap_reports = Table(
    "clevertap_reports",
    metadata,
    # A message has one row here in its life: CleverTap counts what it is told twice as two.
    Column("message_id", String(36), ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", Integer, nullable=False),
    Column("clevertap_account", String(128), nullable=False),
    Column("event", String(9), nullable=False),  # CleverTap's word: delivered or failed
    Column("meta", Text),  # the mid verbatim, and a phone number is part of it: NULL once nobody is to be told
    Column("code", String(3)),
    Column("description", String(200), nullable=False),
    Column("ts", BigInteger, nullable=False),  # Unix seconds, as CleverTap takes it
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(
        "ix_clevertap_reports_due",
        "account_id",
        "clevertap_account",
        "next_attempt_at",
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    ),
)

clevertap_replies = Table(
    "clevertap_replies",
    metadata,
    # Told apart from reports, of which a message has one in its life: people may answer it as often as they like.
    Column("incoming_id", String(36), ForeignKey("incoming_messages.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", Integer, nullable=False),
    Column("clevertap_account", String(128), nullable=False),
    Column("meta", Text),  # the mid of the message that was answered, verbatim; NULL once nobody is to be told
    Column("ts", BigInteger, nullable=False),  # Unix seconds
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(
        "ix_clevertap_replies_due",
        "account_id",
        "clevertap_account",
        "next_attempt_at",
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    ),
)
