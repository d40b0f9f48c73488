"""Fields of residents beyond the minimum, switched on for a purpose, their values sealed

Revision ID: 0091
Revises: 0090
Create Date: 2026-11-27 15:45:00.000000

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0091"
down_revision: Union[str, Sequence[str], None] = "0090"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "resident_field",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "field IN ('former_name', 'ethnicity', 'marital', 'political', 'education',"
            " 'occupation', 'workplace', 'register')",
            name=op.f("ck_resident_field_field"),
        ),
        sa.CheckConstraint("ended_at >= since", name=op.f("ck_resident_field_ended")),
        sa.CheckConstraint(
            "erased_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_resident_field_erased")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_resident_field_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_field")),
    )
    op.create_index(
        "uq_resident_field_on",
        "resident_field",
        ["field"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "resident_detail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["resident_field.id"], name=op.f("fk_resident_detail_field_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_detail_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_detail")),
        sa.UniqueConstraint(
            "resident_id", "field_id", name=op.f("uq_resident_detail_resident_id_field_id")
        ),
    )
    op.create_index(op.f("ix_resident_detail_field_id"), "resident_detail", ["field_id"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("resident_detail")
    op.drop_table("resident_field")
