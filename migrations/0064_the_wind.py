"""the wind

Revision ID: 0064
Revises: 0063
Create Date: 2026-11-26 23:00:47.850042

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0064"
down_revision: Union[str, Sequence[str], None] = "0063"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

BEFORE = "'ammonia', 'lel', 'water_level', 'rain', 'smoke', 'temperature', 'wind'"


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "wind_said",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("whence", sa.Float(precision=53), nullable=True),
        sa.Column("speed_ms", sa.Float(precision=53), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(whence IS NULL) = (speed_ms < 1)", name=op.f("ck_wind_said_calm")),
        sa.CheckConstraint("speed_ms BETWEEN 0 AND 60", name=op.f("ck_wind_said_speed_ms")),
        sa.CheckConstraint("whence >= 0 AND whence < 360", name=op.f("ck_wind_said_whence")),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["account.id"], name=op.f("fk_wind_said_said_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wind_said")),
    )
    op.create_index("ix_wind_said_at", "wind_said", ["at", "id"])
    _quantities(f"{BEFORE}, 'wind_from', 'other'")


def downgrade() -> None:
    """Downgrade schema."""
    op.execute("UPDATE datastream SET quantity = 'other' WHERE quantity = 'wind_from'")
    _quantities(f"{BEFORE}, 'other'")
    op.drop_table("wind_said")


def _quantities(known: str) -> None:
    op.drop_constraint(op.f("ck_datastream_quantity"), "datastream")
    op.create_check_constraint(
        op.f("ck_datastream_quantity"), "datastream", sa.text(f"quantity IN ({known})")
    )
