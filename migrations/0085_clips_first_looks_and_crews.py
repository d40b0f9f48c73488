"""clips of alarms, first looks, kinds of sensors, pictures of crews

Revision ID: 0085
Revises: 0084
Create Date: 2026-11-27 06:00:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0085"
down_revision: Union[str, Sequence[str], None] = "0084"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

PICTURES = ("photo_id", "certificate_picture_id")
BEFORE = (
    "'ammonia', 'lel', 'water_level', 'rain', 'smoke', 'temperature', 'wind', 'wind_from', 'other'"
)


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "camera_clip",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Float(53), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(file_id IS NULL) OR (began_at IS NOT NULL AND seconds > 0)",
            name=op.f("ck_camera_clip_film"),
        ),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_camera_clip_alarm_id")),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_clip_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_camera_clip_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_clip")),
    )
    op.create_index("ix_camera_clip_alarm_id", "camera_clip", ["alarm_id", "id"])
    op.create_index("ix_camera_clip_camera_id", "camera_clip", ["camera_id", "wanted_at"])
    op.create_index(
        "ix_camera_clip_wanted",
        "camera_clip",
        ["wanted_at"],
        postgresql_where=sa.text("begun_at IS NULL"),
    )
    op.create_index(
        "ix_camera_clip_kept",
        "camera_clip",
        ["began_at"],
        postgresql_where=sa.text("file_id IS NOT NULL"),
    )
    op.create_index("ix_alarm_kind", "alarm", ["kind", "id"])
    op.add_column("alarm", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alarm", sa.Column("looked_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_alarm_looked_by_id"), "alarm", "account", ["looked_by_id"], ["id"]
    )
    _quantities(f"{BEFORE}, 'tide', 'door'")
    for name in PICTURES:
        op.add_column("crew_member", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_crew_member_{name}"), "crew_member", "stored_file", [name], ["id"]
        )
    op.add_column("crew_member", sa.Column("warned_for", sa.Date(), nullable=True))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("crew_member", "warned_for")
    for name in PICTURES:
        op.drop_constraint(op.f(f"fk_crew_member_{name}"), "crew_member", type_="foreignkey")
        op.drop_column("crew_member", name)
    op.execute("UPDATE datastream SET quantity = 'water_level' WHERE quantity = 'tide'")
    op.execute("UPDATE datastream SET quantity = 'other' WHERE quantity = 'door'")
    _quantities(BEFORE)
    op.drop_constraint(op.f("fk_alarm_looked_by_id"), "alarm", type_="foreignkey")
    op.drop_column("alarm", "looked_by_id")
    op.drop_column("alarm", "looked_at")
    op.drop_index("ix_alarm_kind", table_name="alarm")
    op.drop_table("camera_clip")


def _quantities(known: str) -> None:
    op.drop_constraint(op.f("ck_datastream_quantity"), "datastream", type_="check")
    op.create_check_constraint(
        op.f("ck_datastream_quantity"), "datastream", sa.text(f"quantity IN ({known})")
    )
