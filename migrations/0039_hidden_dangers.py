"""hidden dangers

Revision ID: 0039
Revises: 0038
Create Date: 2026-11-26 16:41:51.127492

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0039"
down_revision: Union[str, Sequence[str], None] = "0038"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "hidden_danger",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("found_how", sa.Text(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("found_by_id", sa.BigInteger(), nullable=True),
        sa.Column("found_photo_id", sa.BigInteger(), nullable=True),
        sa.Column("alarm_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("responsible", sa.Text(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("ordered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ordered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("soon_told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("late_told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rectified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rectified_by_id", sa.BigInteger(), nullable=True),
        sa.Column("rectified_photo_id", sa.BigInteger(), nullable=True),
        sa.Column("rectified_note", sa.Text(), nullable=True),
        sa.Column("rechecked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rechecked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("rechecked_photo_id", sa.BigInteger(), nullable=True),
        sa.Column("cleared_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("raw_lon", sa.Float(precision=53), nullable=True),
        sa.Column("raw_lat", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column(
            "grid_version_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True
        ),
        sa.Column("cell_code", sa.Text(), server_default=sa.FetchedValue(), nullable=True),
        sa.CheckConstraint(
            "(found_how = 'alarm') = (alarm_id IS NOT NULL)", name=op.f("ck_hidden_danger_alarm")
        ),
        sa.CheckConstraint(
            "(found_how = 'case') = (case_id IS NOT NULL)", name=op.f("ck_hidden_danger_case")
        ),
        sa.CheckConstraint(
            "found_how IN ('inspection', 'alarm', 'case', 'enterprise')",
            name=op.f("ck_hidden_danger_found_how"),
        ),
        sa.CheckConstraint(
            "found_photo_id IS NOT NULL OR found_how IN ('alarm', 'case')",
            name=op.f("ck_hidden_danger_found_photo"),
        ),
        sa.CheckConstraint(
            "kind IN ('fire', 'escape', 'electric', 'refrigeration', 'chemicals', 'confined', 'equipment', 'height', 'hot_work', 'conduct', 'papers', 'other')",
            name=op.f("ck_hidden_danger_kind"),
        ),
        sa.CheckConstraint(
            "level <> 'major' OR cleared_by_id <> rechecked_by_id",
            name=op.f("ck_hidden_danger_four_eyes"),
        ),
        sa.CheckConstraint("level IN ('general', 'major')", name=op.f("ck_hidden_danger_level")),
        sa.CheckConstraint(
            "state <> 'cleared' OR num_nonnulls(cleared_by_id, cleared_at) = 2",
            name=op.f("ck_hidden_danger_cleared"),
        ),
        sa.CheckConstraint(
            "state IN ('found', 'ordered', 'rectified', 'rechecked', 'cleared', 'void')",
            name=op.f("ck_hidden_danger_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('ordered', 'rectified', 'rechecked', 'cleared') OR num_nonnulls(responsible, ordered_by_id, ordered_at, due_at) = 4",
            name=op.f("ck_hidden_danger_ordered"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('rechecked', 'cleared') OR num_nonnulls(rechecked_photo_id, rechecked_by_id, rechecked_at) = 3",
            name=op.f("ck_hidden_danger_rechecked"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('rectified', 'rechecked', 'cleared') OR num_nonnulls(rectified_photo_id, rectified_by_id, rectified_at) = 3",
            name=op.f("ck_hidden_danger_rectified"),
        ),
        sa.CheckConstraint(
            "cleared_by_id <> rectified_by_id", name=op.f("ck_hidden_danger_another_clears")
        ),
        sa.CheckConstraint(
            "rechecked_by_id <> rectified_by_id", name=op.f("ck_hidden_danger_another_rechecks")
        ),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_hidden_danger_alarm_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_hidden_danger_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_hidden_danger_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["account.id"], name=op.f("fk_hidden_danger_cleared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["found_by_id"], ["account.id"], name=op.f("fk_hidden_danger_found_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["found_photo_id"], ["stored_file.id"], name=op.f("fk_hidden_danger_found_photo_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_hidden_danger_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_hidden_danger_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["account.id"], name=op.f("fk_hidden_danger_ordered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["safety_profile.id"], name=op.f("fk_hidden_danger_profile_id")
        ),
        sa.ForeignKeyConstraint(
            ["rechecked_by_id"], ["account.id"], name=op.f("fk_hidden_danger_rechecked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["rechecked_photo_id"],
            ["stored_file.id"],
            name=op.f("fk_hidden_danger_rechecked_photo_id"),
        ),
        sa.ForeignKeyConstraint(
            ["rectified_by_id"], ["account.id"], name=op.f("fk_hidden_danger_rectified_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["rectified_photo_id"],
            ["stored_file.id"],
            name=op.f("fk_hidden_danger_rectified_photo_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hidden_danger")),
    )
    op.create_geospatial_index(
        "idx_hidden_danger_geom",
        "hidden_danger",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_hidden_danger_found_by_id", "hidden_danger", ["found_by_id"], unique=False)
    op.create_index(op.f("ix_hidden_danger_grid_id"), "hidden_danger", ["grid_id"], unique=False)
    op.create_index(
        "ix_hidden_danger_profile_id", "hidden_danger", ["profile_id", "id"], unique=False
    )
    op.create_index(
        "ix_hidden_danger_state", "hidden_danger", ["state", "due_at", "id"], unique=False
    )
    op.create_index(
        "uq_hidden_danger_alarm",
        "hidden_danger",
        ["alarm_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_index(
        "uq_hidden_danger_case",
        "hidden_danger",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.execute(locate.placed_trigger("hidden_danger"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_hidden_danger_case",
        table_name="hidden_danger",
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.drop_index(
        "uq_hidden_danger_alarm",
        table_name="hidden_danger",
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.drop_index("ix_hidden_danger_state", table_name="hidden_danger")
    op.drop_index("ix_hidden_danger_profile_id", table_name="hidden_danger")
    op.drop_index(op.f("ix_hidden_danger_grid_id"), table_name="hidden_danger")
    op.drop_index("ix_hidden_danger_found_by_id", table_name="hidden_danger")
    op.drop_geospatial_index(
        "idx_hidden_danger_geom",
        table_name="hidden_danger",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("hidden_danger")
