"""ledgers

Revision ID: 0052
Revises: 0051
Create Date: 2026-11-26 19:38:59.113109

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from webapp.ledgers import guarding

# revision identifiers, used by Alembic.
revision: str = "0052"
down_revision: Union[str, Sequence[str], None] = "0051"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "ledger_snapshot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("frozen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(scope = 'grid') = (grid_id IS NOT NULL)", name=op.f("ck_ledger_snapshot_place")
        ),
        sa.CheckConstraint(
            "scope IN ('subdistrict', 'community', 'grid')", name=op.f("ck_ledger_snapshot_scope")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_ledger_snapshot_sha256")),
        sa.CheckConstraint(
            "(body IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_ledger_snapshot_erased")
        ),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_ledger_snapshot_month")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_ledger_snapshot_account_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_ledger_snapshot_grid_id")),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["ledger_snapshot.id"], name=op.f("fk_ledger_snapshot_previous_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ledger_snapshot_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_snapshot")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_ledger_snapshot_previous_id")),
    )
    op.create_index("ix_ledger_snapshot_ledger", "ledger_snapshot", ["ledger", "id"], unique=False)
    op.create_index(
        "ix_ledger_snapshot_place",
        "ledger_snapshot",
        ["ledger", "scope", "unit_id", "grid_id", "month", "id"],
        unique=False,
    )
    op.create_table(
        "ledger_taking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "form IN ('page', 'xlsx', 'docx', 'pdf')", name=op.f("ck_ledger_taking_form")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_ledger_taking_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["ledger_snapshot.id"], name=op.f("fk_ledger_taking_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_taking")),
    )
    op.create_index("ix_ledger_taking_account_id", "ledger_taking", ["account_id"], unique=False)
    for each in (*guarding.FUNCTIONS, *guarding.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_ledger_taking_account_id", table_name="ledger_taking")
    op.drop_table("ledger_taking")
    op.drop_index("ix_ledger_snapshot_place", table_name="ledger_snapshot")
    op.drop_index("ix_ledger_snapshot_ledger", table_name="ledger_snapshot")
    op.drop_table("ledger_snapshot")
    op.execute("DROP FUNCTION ledger_frozen()")
