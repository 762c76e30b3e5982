"""Gateways beside Message Central: connections, routes, incoming messages, codes of our own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "routes",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=15), nullable=False),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("fallback", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_routes_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "prefix", name=op.f("pk_routes")),
    )
    op.create_table(
        "bounded_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_bounded_calls_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounded_calls")),
    )
    with op.batch_alter_table("bounded_calls", schema=None) as batch_op:
        batch_op.create_index("ix_bounded_calls_called", ["called_at"], unique=False)
        batch_op.create_index("ix_bounded_calls_digest", ["connection_id", "digest", "called_at"], unique=False)

    op.create_table(
        "incoming_messages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=True),
        sa.Column("recipient", sa.String(length=20), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("vendor_id", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("twin_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("keyword", sa.String(length=5), nullable=True),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_incoming_messages_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_incoming_messages_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_messages")),
    )
    with op.batch_alter_table("incoming_messages", schema=None) as batch_op:
        batch_op.create_index("ix_incoming_messages_account", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_incoming_messages_content", ["connection_id", "content_digest"], unique=False)
        batch_op.create_index("ix_incoming_messages_sender", ["sender"], unique=False)
        batch_op.create_index("uq_incoming_messages_digest", ["connection_id", "digest"], unique=True)

    op.create_table(
        "incoming_polls",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_incoming_polls_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_incoming_polls")),
    )
    op.create_table(
        "verification_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("number_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_verification_codes_connection_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_codes")),
    )
    with op.batch_alter_table("verification_codes", schema=None) as batch_op:
        batch_op.create_index("ix_verification_codes_expires", ["expires_at"], unique=False)
        batch_op.create_index("ix_verification_codes_number", ["connection_id", "number_digest"], unique=False)

    op.create_table(
        "clevertap_replies",
        sa.Column("incoming_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("clevertap_account", sa.String(length=128), nullable=False),
        sa.Column("meta", sa.Text(), nullable=True),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_messages.id"], name=op.f("fk_clevertap_replies_incoming_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incoming_id", name=op.f("pk_clevertap_replies")),
    )
    with op.batch_alter_table("clevertap_replies", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clevertap_replies_due",
            ["account_id", "clevertap_account", "next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("options", sa.Text(), nullable=True))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fallback_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("captcha", sa.Text(), nullable=True))
    has_other_gateway = sa.text("status = 'queued' AND fallback_id IS NOT NULL")
    op.create_index(
        "ix_messages_other_gateway",
        "messages",
        ["connection_id", "fallback_id"],
        unique=False,
        sqlite_where=has_other_gateway,
        postgresql_where=has_other_gateway,
    )

    with op.batch_alter_table("verifications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("call_number", sa.String(length=20), nullable=True))


def downgrade() -> None:
    # Not in batches: on SQLite those make the table anew, and what refers to its rows would go with the old one.
    op.drop_column("verifications", "call_number")
    op.drop_index("ix_messages_other_gateway", "messages")
    op.drop_column("messages", "captcha")
    op.drop_column("messages", "fallback_id")
    op.drop_column("connections", "options")
    with op.batch_alter_table("clevertap_replies", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_clevertap_replies_due",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.drop_table("clevertap_replies")
    with op.batch_alter_table("verification_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_verification_codes_number")
        batch_op.drop_index("ix_verification_codes_expires")

    op.drop_table("verification_codes")
    op.drop_table("incoming_polls")
    with op.batch_alter_table("incoming_messages", schema=None) as batch_op:
        batch_op.drop_index("uq_incoming_messages_digest")
        batch_op.drop_index("ix_incoming_messages_sender")
        batch_op.drop_index("ix_incoming_messages_content")
        batch_op.drop_index("ix_incoming_messages_account")

    op.drop_table("incoming_messages")
    with op.batch_alter_table("bounded_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_bounded_calls_digest")
        batch_op.drop_index("ix_bounded_calls_called")

    op.drop_table("bounded_calls")
    op.drop_table("routes")
