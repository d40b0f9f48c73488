"""How an office lays its ledgers out on paper, each version for good

Revision ID: 0090
Revises: 0089
Create Date: 2026-11-27 15:35:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from webapp.ledgers import guarding

# revision identifiers, used by Alembic.
revision: str = "0090"
down_revision: Union[str, Sequence[str], None] = "0089"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "ledger_layout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_ledger_layout_number")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_ledger_layout_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_layout")),
        sa.UniqueConstraint("ledger", "number", name=op.f("uq_ledger_layout_ledger_number")),
    )
    op.add_column("ledger_snapshot", sa.Column("layout_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_ledger_snapshot_layout_id"),
        "ledger_snapshot",
        "ledger_layout",
        ["layout_id"],
        ["id"],
    )
    for each in guarding.LAYOUTS:
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(op.f("fk_ledger_snapshot_layout_id"), "ledger_snapshot", type_="foreignkey")
    op.drop_column("ledger_snapshot", "layout_id")
    op.drop_table("ledger_layout")
    op.execute("DROP FUNCTION ledger_layout_kept()")
