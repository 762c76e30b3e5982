"""What we know of Pipedrive's companies and users, and which of our messages is whose there.

Ids of Pipedrive's are its integers. Moments are UTC milliseconds (`shared.clock`).
"""

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from connectors.shared.database import metadata


class LogKind(StrEnum):
    """What is written into Pipedrive for an SMS; the values are those of the settings."""

    NONE = "none"
    NOTE = "note"
    ACTIVITY = "activity"


class LogState(StrEnum):
    """Where an entry for Pipedrive stands; the last two are ends."""

    WAITING = "waiting"  # for its SMS to be sent, for its turn, or for Pipedrive to take more
    WRITING = "writing"  # a call is out; if nobody says what became of it, it is looked for
    DOUBTFUL = "doubtful"  # it may have been written: it is looked for before it is written again
    WRITTEN = "written"
    UNWRITTEN = "unwritten"  # left out, with the reason


# Literal, so that the partial indexes serve the queries (see `shared/messages/tables.py`).
IS_GATHERING = text("gathered_at IS NULL")
IS_LOGGED = text("logs_open")
IS_OPEN = text("state IN ('waiting', 'writing', 'doubtful')")
IS_UNWORKED = text("worked_at IS NULL")

pipedrive_companies = Table(
    "pipedrive_companies",
    metadata,
    Column("company_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(255)),
    Column("domain", String(255)),
    # NULL until a login of Message Central has been saved.
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
    # The company's own defaults: its account may serve other tools, which have theirs.
    Column("sender_id", String(32)),
    Column("country_code", String(3)),
    Column("message_type", String(12)),
    Column("entity_id", String(64)),
    Column("channel", String(10)),
    Column("log_single", String(10)),  # LogKind
    Column("log_campaign", String(10)),
    Column("activity_type", String(100)),  # the key of one of Pipedrive's activity types
    Column("campaign_senders", String(10)),  # admins, all
    Column("created_at", BigInteger, nullable=False),
    Column("saved_at", BigInteger),  # when its settings were
    # Pipedrive's budget is the company's: once it says so, nothing is written for a while.
    Column("writes_rest_until", BigInteger, nullable=False, server_default="0"),
    Column("writes_rest_because", Text),
)

pipedrive_grants = Table(
    "pipedrive_grants",
    metadata,
    Column(
        "company_id", BigInteger, ForeignKey("pipedrive_companies.company_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(255)),
    Column("is_admin", Boolean, nullable=False),
    Column("timezone", String(64)),
    Column("api_domain", String(255), nullable=False),
    Column("access_sealed", Text, nullable=False),
    Column("access_expires_at", BigInteger, nullable=False),
    Column("refresh_sealed", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),  # grows with each new access token
    Column("refresh_leased_until", BigInteger, nullable=False, server_default="0"),
    Column("refreshed_at", BigInteger, nullable=False),
    Column("installed_at", BigInteger, nullable=False),
    Column("dead_at", BigInteger),  # when Pipedrive said that the refresh token is good no more: reconnect
    Index("ix_pipedrive_grants_refreshed", "refreshed_at"),
)

pipedrive_used_states = Table(
    "pipedrive_used_states",
    metadata,
    # A `state` counts once; what is remembered of it is forgotten once it would have expired anyway.
    Column("nonce", String(64), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

pipedrive_messages = Table(
    "pipedrive_messages",
    metadata,
    # A message to one person. Those of campaigns are found by `pipedrive_people`.
    Column("message_id", String(36), ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("company_id", BigInteger, ForeignKey("pipedrive_companies.company_id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigInteger, nullable=False),  # who sent it
    Column("person_id", BigInteger, nullable=False),
    Index("ix_pipedrive_messages_person", "company_id", "person_id", "message_id"),
)

pipedrive_campaigns = Table(
    "pipedrive_campaigns",
    metadata,
    Column("campaign_id", String(36), ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("company_id", BigInteger, ForeignKey("pipedrive_companies.company_id", ondelete="CASCADE"), nullable=False),
    Column("account_id", Integer, nullable=False),  # of its messages: the company's may have become another
    Column("user_id", BigInteger, nullable=False),  # whose eyes see its people
    Column("description", Text, nullable=False),  # 1,204 people in "Customers"
    Column("selection", Text, nullable=False),  # JSON, as the page sent it
    Column("expected_count", Integer),
    Column("log_kind", String(10), nullable=False),  # LogKind, as set when it was begun
    Column("activity_type", String(100)),
    # Progress of the gathering, committed with the people it counts: a killed one goes on at its cursor.
    Column("cursor", Text),
    Column("people", Integer, nullable=False, server_default="0"),
    Column("parts", Integer, nullable=False, server_default="0"),
    Column("gathered_at", BigInteger),
    Column("next_attempt_at", BigInteger, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("waits_because", Text),
    # Whether entries for Pipedrive are still to be made of messages of it that go out.
    Column("logs_open", Boolean, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_pipedrive_campaigns_company", "company_id", "campaign_id"),
    Index(
        "ix_pipedrive_campaigns_gathering",
        "next_attempt_at",
        sqlite_where=IS_GATHERING,
        postgresql_where=IS_GATHERING,
    ),
    Index("ix_pipedrive_campaigns_logged", "campaign_id", sqlite_where=IS_LOGGED, postgresql_where=IS_LOGGED),
)

pipedrive_people = Table(
    "pipedrive_people",
    metadata,
    # Who stands behind a row of a campaign.
    Column(
        "campaign_id",
        String(36),
        ForeignKey("pipedrive_campaigns.campaign_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("row", Integer, primary_key=True),  # campaigns' own: 1, 2, 3 …
    Column("company_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("name", String(255)),  # NULL once erased
    Column("number_digest", LargeBinary(32)),  # keyed: by it an erasure of the number finds the name
    Index("ix_pipedrive_people_person", "company_id", "person_id"),
    Index("ix_pipedrive_people_number", "number_digest"),
)

pipedrive_logs = Table(
    "pipedrive_logs",
    metadata,
    # What is to be written into Pipedrive for a message: once, ever.
    Column("message_id", String(36), ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("company_id", BigInteger, ForeignKey("pipedrive_companies.company_id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigInteger, nullable=False),  # in whose name
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),  # LogKind, never none
    Column("activity_type", String(100)),
    Column("state", String(10), nullable=False),  # LogState
    Column("crm_id", BigInteger),  # the note's or activity's
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("reason", Text),  # why it waits, or was left out
    Column("created_at", BigInteger, nullable=False),
    Index(
        "ix_pipedrive_logs_open",
        "company_id",
        "next_attempt_at",
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    ),
)

pipedrive_webhooks = Table(
    "pipedrive_webhooks",
    metadata,
    # What Pipedrive tells us of a company: one webhook for each kind of event, made once.
    Column(
        "company_id", BigInteger, ForeignKey("pipedrive_companies.company_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("kind", String(32), primary_key=True),  # deal.change, person.create
    Column("user_id", BigInteger, nullable=False),  # in whose name it was made, and people are read
    Column("webhook_id", BigInteger),  # Pipedrive's; NULL until it is made
    Column("wanted", Boolean, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False, server_default="0"),
    Column("leased_until", BigInteger, nullable=False, server_default="0"),  # whoever makes it, or takes it away
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
)

pipedrive_events = Table(
    "pipedrive_events",
    metadata,
    # What Pipedrive told us, by ids alone.
    Column("id", String(36), primary_key=True),  # UUIDv7
    Column("company_id", BigInteger, ForeignKey("pipedrive_companies.company_id", ondelete="CASCADE"), nullable=False),
    Column("meta_id", String(64), nullable=False),  # of Pipedrive's: the same in every try
    Column("kind", String(32), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("refs", Text, nullable=False),  # JSON: deal, person, stage, the stage before
    Column("worked_at", BigInteger),
    Index("uq_pipedrive_events_meta", "company_id", "meta_id", unique=True),
    Index("ix_pipedrive_events_open", "company_id", "id", sqlite_where=IS_UNWORKED, postgresql_where=IS_UNWORKED),
)
