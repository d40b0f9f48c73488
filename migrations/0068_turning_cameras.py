"""turning cameras

Revision ID: 0068
Revises: 0067
Create Date: 2026-11-26 23:34:08.754807

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0068"
down_revision: Union[str, Sequence[str], None] = "0067"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "camera_preset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bearing", sa.Float(precision=53), nullable=True),
        sa.CheckConstraint("bearing >= 0 AND bearing < 360", name=op.f("ck_camera_preset_bearing")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_preset_camera_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_preset")),
        sa.UniqueConstraint("camera_id", "token", name=op.f("uq_camera_preset_camera_id_token")),
    )
    op.create_table(
        "camera_steering",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by_alarm", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("turned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("turned_by_id", sa.BigInteger(), nullable=True),
        sa.Column("preset_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_steering_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["preset_id"],
            ["camera_preset.id"],
            name=op.f("fk_camera_steering_preset_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["turned_by_id"], ["account.id"], name=op.f("fk_camera_steering_turned_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_steering")),
        sa.UniqueConstraint("camera_id", name=op.f("uq_camera_steering_camera_id")),
    )

    _forms("dangers.find", "hidden_dangers.find")


def downgrade() -> None:
    """Downgrade schema."""
    _forms("hidden_dangers.find", "dangers.find")
    op.drop_table("camera_steering")
    op.drop_table("camera_preset")


def _forms(before: str, after: str) -> None:
    """What was measured of a form is under the name that it has."""
    for table in ("form_time", "form_month"):
        op.execute(f"UPDATE {table} SET form = '{after}' WHERE form = '{before}'")
