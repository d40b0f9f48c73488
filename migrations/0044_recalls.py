"""recalls

Revision ID: 0044
Revises: 0043
Create Date: 2026-11-26 17:21:36.110127

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0044"
down_revision: Union[str, Sequence[str], None] = "0043"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "recall",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("force", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("called_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('calling', 'over', 'lifted')", name=op.f("ck_recall_state")),
        sa.CheckConstraint("force BETWEEN 3 AND 12", name=op.f("ck_recall_force")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
    )
    op.create_index("ix_recall_called_at", "recall", ["called_at"], unique=False)
    op.create_index(
        "uq_recall_calling",
        "recall",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'calling'"),
    )
    op.create_table(
        "recall_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("vessel_id", sa.BigInteger(), nullable=False),
        sa.Column("called_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("acknowledged_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["account.id"], name=op.f("fk_recall_call_acknowledged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_call_recall_id")
        ),
        sa.ForeignKeyConstraint(
            ["vessel_id"], ["vessel.id"], name=op.f("fk_recall_call_vessel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_call")),
        sa.UniqueConstraint(
            "recall_id", "vessel_id", name=op.f("uq_recall_call_recall_id_vessel_id")
        ),
    )
    op.create_index(op.f("ix_recall_call_vessel_id"), "recall_call", ["vessel_id"], unique=False)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(op.f("ix_recall_call_vessel_id"), table_name="recall_call")
    op.drop_table("recall_call")
    op.drop_index(
        "uq_recall_calling", table_name="recall", postgresql_where=sa.text("state = 'calling'")
    )
    op.drop_index("ix_recall_called_at", table_name="recall")
    op.drop_table("recall")
