"""private addresses of calendars and areas

Revision ID: 0067
Revises: 0066
Create Date: 2026-11-26 23:40:00

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0067"
down_revision: Union[str, Sequence[str], None] = "0066"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "subscription",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("dues", sa.Text(), server_default=sa.text("'event'"), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("dues IN ('task', 'event')", name=op.f("ck_subscription_dues")),
        sa.CheckConstraint("kind IN ('calendar', 'area')", name=op.f("ck_subscription_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_subscription_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("hash", name=op.f("uq_subscription_hash")),
    )
    op.create_index(
        "uq_subscription_open",
        "subscription",
        ["account_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_topic_meeting_at",
        "topic",
        ["meeting_at"],
        unique=False,
        postgresql_where=sa.text("meeting_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_topic_meeting_at", table_name="topic")
    op.drop_index("uq_subscription_open", table_name="subscription")
    op.drop_table("subscription")
