"""cost of forms

Revision ID: 0055
Revises: 0054
Create Date: 2026-11-26 20:26:00

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0055"
down_revision: Union[str, Sequence[str], None] = "0054"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "form_time",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("seconds", sa.SmallInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", postgresql.UUID(), nullable=True),
        sa.CheckConstraint("seconds BETWEEN 1 AND 3600", name=op.f("ck_form_time_seconds")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_form_time_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_time")),
        sa.UniqueConstraint("client_id", name=op.f("uq_form_time_client_id")),
    )
    op.create_index("ix_form_time_day", "form_time", ["day", "form"], unique=False)
    op.create_index("ix_form_time_account_id", "form_time", ["account_id", "day"], unique=False)
    op.create_table(
        "form_month",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("median_s", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_form_month_month")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_month")),
        sa.UniqueConstraint("month", "form", name=op.f("uq_form_month_month_form")),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("form_month")
    op.drop_index("ix_form_time_account_id", table_name="form_time")
    op.drop_index("ix_form_time_day", table_name="form_time")
    op.drop_table("form_time")
