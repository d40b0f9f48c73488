"""rota of windows

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-26 07:41:20.906112

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0022"
down_revision: Union[str, Sequence[str], None] = "0021"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "window_shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("window_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("span"), "&&"),
            using="gist",
            name="ex_window_shift_account",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("window_id"), "="),
            (sa.column("span"), "&&"),
            using="gist",
            name="ex_window_shift_window",
        ),
        sa.CheckConstraint(
            "NOT isempty(span) AND num_nonnulls(lower(span), upper(span)) = 2",
            name=op.f("ck_window_shift_span"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_window_shift_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["service_window.id"],
            name=op.f("fk_window_shift_window_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_shift")),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("window_shift")
