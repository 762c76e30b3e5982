"""The tables of campaigns. Their recipients are rows of the ledger; here is what those have in common, and who was left
out.

Moments are UTC milliseconds (`shared.clock`).
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from connectors.shared.database import metadata

# A partial index is used only where the query repeats its condition literally (https://www.sqlite.org/partialindex.html).
IS_HELD = text("held_because IS NOT NULL")
IS_OPEN = text("closed_at IS NULL")

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7: grows with time
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("source", String(32), nullable=False),  # the connector that asked
    Column("text", Text),  # as given: Liquid, or the vendor's ##var##; NULL once purged
    Column("pattern", Text),  # the same in the vendor's ##var##, where a workbook can carry it; known once read
    Column("sender_id", String(32), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("message_type", String(12), nullable=False),
    Column("template_id", String(64)),
    Column("entity_id", String(64)),
    Column("country_code", String(3)),  # by which national numbers are read
    Column("mobile_column", String(200)),  # as given; NULL: found by its name
    Column("country_column", String(200)),
    # Whether a number is texted once in it, whatever the text; else once with the same text.
    Column("one_per_number", Boolean, nullable=False, server_default="0"),
    Column("due_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("file_kind", String(8), nullable=False),  # xlsx, csv, json
    Column("file_name", String(200)),
    # Why no row of it may be claimed: importing, paused, canceled, failed. NULL: they may.
    Column("held_because", String(12)),
    Column("parked", Boolean, nullable=False),  # rows wait outside the queue, to be released once nothing holds them
    Column("pauses", Integer, nullable=False, server_default="0"),  # how often: a release that began before one is void
    Column("imported_at", BigInteger),
    Column("paused_at", BigInteger),
    Column("canceled_at", BigInteger),
    Column("failed_at", BigInteger),
    Column("error_code", String(32)),
    Column("error", Text),
    Column("closed_at", BigInteger),  # when it was first seen finished, canceled or failed, and who listens was told
    Column("purged_at", BigInteger),  # when its text and the numbers of those left out went
    # Progress of the import, committed with the rows it counts: a killed import goes on after `rows_read`.
    Column("rows_expected", Integer),
    Column("rows_read", Integer, nullable=False, server_default="0"),  # the last row of the file that was looked at
    Column("total", Integer, nullable=False, server_default="0"),  # rows that were not blank
    Column("skipped_invalid", Integer, nullable=False, server_default="0"),
    Column("skipped_no_number", Integer, nullable=False, server_default="0"),
    Column("skipped_missing_variable", Integer, nullable=False, server_default="0"),
    Column("skipped_duplicate", Integer, nullable=False, server_default="0"),
    Column("skipped_opted_out", Integer, nullable=False, server_default="0"),
    Column("segments", BigInteger, nullable=False, server_default="0"),
    Column("import_leased_until", BigInteger, nullable=False, server_default="0"),
    Column("import_tries", Integer, nullable=False, server_default="0"),
    Index("ix_campaigns_account", "account_id", "id"),
    Index("ix_campaigns_held", "id", sqlite_where=IS_HELD, postgresql_where=IS_HELD),
    Index("ix_campaigns_open", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
)

campaign_files = Table(
    "campaign_files",
    metadata,
    # No key of a campaign: a large file is stored part by part before the campaign that it is for.
    Column("campaign_id", String(36), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    # Sealed: a file may hold anything, and an erasure cannot look into it. Gone once imported.
    Column("content", LargeBinary, nullable=False),
)

campaign_skips = Table(
    "campaign_skips",
    metadata,
    Column("campaign_id", String(36), ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Integer, primary_key=True),  # as the spreadsheet numbers it; the header is 1
    Column("reason", String(20), nullable=False),
    Column("detail", Text),  # for a person; holds nobody's number
    Column("recipient", String(20)),  # digits of E.164, where they could be read; NULL once erased
    Index("ix_campaign_skips_recipient", "recipient"),
)

campaign_erasures = Table(
    "campaign_erasures",
    metadata,
    # A number erased while a file that may hold it is still being read: the import leaves it out.
    Column("campaign_id", String(36), ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("number_digest", LargeBinary(32), primary_key=True),
)
