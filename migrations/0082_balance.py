"""balance

Revision ID: 0082
Revises: 0081
Create Date: 2026-11-27 02:04:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0082"
down_revision: Union[str, Sequence[str], None] = "0081"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "balance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("base_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'working'"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("borders_id", sa.BigInteger(), nullable=True),
        sa.Column("drawing_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("steps", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("step_words", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("set_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('working', 'proposed', 'nothing', 'stopped', 'approved', 'dropped')",
            name=op.f("ck_balance_state"),
        ),
        sa.ForeignKeyConstraint(["base_id"], ["boundary_set.id"], name=op.f("fk_balance_base_id")),
        sa.ForeignKeyConstraint(
            ["borders_id"], ["stored_file.id"], name=op.f("fk_balance_borders_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_balance_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["drawing_id"], ["stored_file.id"], name=op.f("fk_balance_drawing_id")
        ),
        sa.ForeignKeyConstraint(["set_id"], ["boundary_set.id"], name=op.f("fk_balance_set_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_balance_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance")),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("balance")
