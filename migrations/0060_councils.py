"""councils

Revision ID: 0060
Revises: 0059
Create Date: 2026-11-26 20:24:00.925678

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from webapp.community.deliberation import council_models
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0060"
down_revision: Union[str, Sequence[str], None] = "0059"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "council",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("strata", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("listed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("drawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'drawn' OR seed IS NOT NULL", name=op.f("ck_council_seed")),
        sa.CheckConstraint("state IN ('listed', 'drawn')", name=op.f("ck_council_state")),
        sa.CheckConstraint("strata IN ('none', 'building', 'sex')", name=op.f("ck_council_strata")),
        sa.CheckConstraint(
            "num_nonnulls(seed, drawn_at) IN (0, 2)", name=op.f("ck_council_drawn_at")
        ),
        sa.CheckConstraint("seats BETWEEN 1 AND 200", name=op.f("ck_council_seats")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_council_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council")),
    )
    op.create_index("ix_council_grid_id", "council", ["grid_id", "id"], unique=False)
    op.create_table(
        "council_candidate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("council_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_council_candidate_council_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_council_candidate_resident_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_candidate")),
        sa.UniqueConstraint(
            "council_id", "number", name=op.f("uq_council_candidate_council_id_number")
        ),
        sa.UniqueConstraint(
            "council_id", "resident_id", name=op.f("uq_council_candidate_council_id_resident_id")
        ),
    )
    op.create_index(
        "ix_council_candidate_resident_id", "council_candidate", ["resident_id"], unique=False
    )
    for each in (*council_models.FUNCTIONS, *council_models.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_council_candidate_resident_id", table_name="council_candidate")
    op.drop_table("council_candidate")
    op.drop_index("ix_council_grid_id", table_name="council")
    op.drop_table("council")
    for name in ("council_kept", "council_list_kept"):
        op.execute(f"DROP FUNCTION {name}()")
