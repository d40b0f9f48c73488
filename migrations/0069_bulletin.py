"""the bulletin of each morning

Revision ID: 0069
Revises: 0068
Create Date: 2026-11-26 23:55:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0069"
down_revision: Union[str, Sequence[str], None] = "0068"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "bulletin",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("loads", sa.LargeBinary(), nullable=False),
        sa.Column("weeks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(said) = 'object'", name=op.f("ck_bulletin_said")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("day", name=op.f("uq_bulletin_day")),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("bulletin")
