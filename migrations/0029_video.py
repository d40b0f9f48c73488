"""video

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-26 13:16:59.433319

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0029"
down_revision: Union[str, Sequence[str], None] = "0028"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "camera_zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("corners", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inertia", sa.Integer(), server_default=sa.text("3"), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("level", sa.Float(precision=53), server_default=sa.text("0.6"), nullable=False),
        sa.Column("person", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("begins", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('intrusion', 'loitering', 'post', 'smoke', 'gauge', 'mask')",
            name=op.f("ck_camera_zone_kind"),
        ),
        sa.CheckConstraint("(begins IS NULL) = (ends IS NULL)", name=op.f("ck_camera_zone_hours")),
        sa.CheckConstraint("inertia BETWEEN 1 AND 50", name=op.f("ck_camera_zone_inertia")),
        sa.CheckConstraint(
            "jsonb_array_length(corners) BETWEEN 3 AND 24", name=op.f("ck_camera_zone_corners")
        ),
        sa.CheckConstraint("level > 0 AND level <= 1", name=op.f("ck_camera_zone_level")),
        sa.CheckConstraint("seconds BETWEEN 0 AND 3600", name=op.f("ck_camera_zone_seconds")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_zone_camera_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_zone")),
    )
    op.create_index(
        "uq_camera_zone_name",
        "camera_zone",
        ["camera_id", "name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "camera_picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_camera_picture_alarm_id")
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_picture_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_camera_picture_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["camera_zone.id"], name=op.f("fk_camera_picture_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_picture")),
    )
    op.create_index(
        "ix_camera_picture_alarm_id", "camera_picture", ["alarm_id", "id"], unique=False
    )
    op.add_column(
        "camera", sa.Column("beats", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "camera", sa.Column("ground", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("camera", "ground")
    op.drop_column("camera", "beats")
    op.drop_index("ix_camera_picture_alarm_id", table_name="camera_picture")
    op.drop_table("camera_picture")
    op.drop_index(
        "uq_camera_zone_name",
        table_name="camera_zone",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_table("camera_zone")
