"""intake

Revision ID: 0030
Revises: 0029
Create Date: 2026-11-26 13:23:00.165346

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0030"
down_revision: Union[str, Sequence[str], None] = "0029"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "intake_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("formats", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("asked", sa.LargeBinary(), nullable=True),
        sa.Column("asked_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("unasked", sa.Text(), nullable=True),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "code ~ '^[a-z0-9][a-z0-9_-]{0,23}$'", name=op.f("ck_intake_source_code")
        ),
        sa.CheckConstraint(
            "datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("ck_intake_source_datum")
        ),
        sa.CheckConstraint("cardinality(formats) > 0", name=op.f("ck_intake_source_formats")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_intake_source_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_source")),
        sa.UniqueConstraint("account_id", name=op.f("uq_intake_source_account_id")),
        sa.UniqueConstraint("code", name=op.f("uq_intake_source_code")),
    )
    op.create_table(
        "intake_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("topic", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("times", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "alarm_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("own_id", sa.Text(), nullable=True),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "format IN ('generic', 'frigate', 'thingsboard', 'gb28181', 'isapi', 'onvif', 'cap', 'sensorthings')",
            name=op.f("ck_intake_message_format"),
        ),
        sa.CheckConstraint(
            "status <> 'dead' OR why IS NOT NULL", name=op.f("ck_intake_message_dead")
        ),
        sa.CheckConstraint(
            "status <> 'dropped' OR note IS NOT NULL", name=op.f("ck_intake_message_dropped")
        ),
        sa.CheckConstraint(
            "status IN ('ok', 'late', 'ignored', 'dead', 'dropped')",
            name=op.f("ck_intake_message_status"),
        ),
        sa.CheckConstraint(
            "why IN ('not_json', 'not_xml', 'forbidden', 'letters', 'deep', 'large', 'empty', 'missing', 'wrong', 'time', 'foreign', 'format', 'broke', 'other', 'state', 'draft', 'unknown')",
            name=op.f("ck_intake_message_why"),
        ),
        sa.CheckConstraint("times > 0", name=op.f("ck_intake_message_times")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["account.id"], name=op.f("fk_intake_message_settled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["intake_source.id"], name=op.f("fk_intake_message_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_message")),
        sa.UniqueConstraint(
            "source_id", "message_id", name=op.f("uq_intake_message_source_id_message_id")
        ),
    )
    op.create_index(
        "ix_intake_message_dead",
        "intake_message",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'dead'"),
    )
    op.create_index(
        "ix_intake_message_own_id",
        "intake_message",
        ["source_id", "own_id"],
        unique=False,
        postgresql_where=sa.text("own_id IS NOT NULL"),
    )
    op.create_index(
        "ix_intake_message_received_at", "intake_message", ["received_at"], unique=False
    )
    op.create_index(
        "ix_intake_message_source_id", "intake_message", ["source_id", "id"], unique=False
    )
    op.create_index(
        "ix_intake_message_until",
        "intake_message",
        ["until"],
        unique=False,
        postgresql_where=sa.text("until IS NOT NULL"),
    )
    op.create_table(
        "intake_signature",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["intake_source.id"],
            name=op.f("fk_intake_signature_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "digest", name=op.f("pk_intake_signature")),
    )
    op.create_index("ix_intake_signature_at", "intake_signature", ["at"], unique=False)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_intake_signature_at", table_name="intake_signature")
    op.drop_table("intake_signature")
    op.drop_index(
        "ix_intake_message_until",
        table_name="intake_message",
        postgresql_where=sa.text("until IS NOT NULL"),
    )
    op.drop_index("ix_intake_message_source_id", table_name="intake_message")
    op.drop_index("ix_intake_message_received_at", table_name="intake_message")
    op.drop_index(
        "ix_intake_message_own_id",
        table_name="intake_message",
        postgresql_where=sa.text("own_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_intake_message_dead",
        table_name="intake_message",
        postgresql_where=sa.text("status = 'dead'"),
    )
    op.drop_table("intake_message")
    op.drop_table("intake_source")
