"""rounds of cameras

Revision ID: 0075
Revises: 0073
Create Date: 2026-11-27 02:05:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0075"
down_revision: Union[str, Sequence[str], None] = "0073"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "camera_favourite",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_camera_favourite_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_favourite_camera_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "camera_id", name=op.f("pk_camera_favourite")),
    )
    op.create_index("ix_camera_favourite_camera_id", "camera_favourite", ["camera_id"])
    op.create_table(
        "camera_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_camera_round_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_round")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_camera_round_account_id_name")),
    )
    op.create_table(
        "camera_round_stop",
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("seconds BETWEEN 5 AND 600", name=op.f("ck_camera_round_stop_seconds")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_round_stop_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["camera_round.id"],
            name=op.f("fk_camera_round_stop_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", "place", name=op.f("pk_camera_round_stop")),
        sa.UniqueConstraint(
            "round_id", "camera_id", name=op.f("uq_camera_round_stop_round_id_camera_id")
        ),
    )
    op.create_index("ix_camera_round_stop_camera_id", "camera_round_stop", ["camera_id"])
    op.create_table(
        "camera_wall",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("many", sa.SmallInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "cameras",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("runs", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("many IN (1, 4, 9)", name=op.f("ck_camera_wall_many")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_camera_wall_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["camera_round.id"],
            name=op.f("fk_camera_wall_round_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_camera_wall")),
    )
    op.create_index("ix_camera_wall_round_id", "camera_wall", ["round_id"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("camera_wall")
    op.drop_table("camera_round_stop")
    op.drop_table("camera_round")
    op.drop_table("camera_favourite")
