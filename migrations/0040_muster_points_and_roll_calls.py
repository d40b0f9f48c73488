"""muster points and roll-calls

Revision ID: 0040
Revises: 0039
Create Date: 2026-11-26 16:47:07.069560

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0040"
down_revision: Union[str, Sequence[str], None] = "0039"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "muster_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
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
        sa.Column("on_border", sa.Boolean(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.CheckConstraint("capacity BETWEEN 1 AND 100000", name=op.f("ck_muster_point_capacity")),
        sa.CheckConstraint("geom IS NOT NULL", name=op.f("ck_muster_point_geom")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_muster_point_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_muster_point_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_muster_point_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_muster_point")),
    )
    op.create_geospatial_index(
        "idx_muster_point_geom",
        "muster_point",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_muster_point_grid_id"), "muster_point", ["grid_id"], unique=False)
    op.create_index(
        "uq_muster_point_name",
        "muster_point",
        ["name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.execute(locate.placed_trigger("muster_point"))
    op.create_table(
        "roll_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("helpless", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("marked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("marked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reached_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'needs_help', 'not_found', 'at_muster', 'safe')",
            name=op.f("ck_roll_entry_state"),
        ),
        sa.CheckConstraint(
            "subject IN ('household', 'enterprise', 'worker')", name=op.f("ck_roll_entry_subject")
        ),
        sa.CheckConstraint("people >= 0", name=op.f("ck_roll_entry_people")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_roll_entry_grid_id")),
        sa.ForeignKeyConstraint(
            ["marked_by_id"], ["account.id"], name=op.f("fk_roll_entry_marked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["danger_zone.id"], name=op.f("fk_roll_entry_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_entry")),
        sa.UniqueConstraint(
            "zone_id", "subject", "thing_id", name=op.f("uq_roll_entry_zone_id_subject_thing_id")
        ),
    )
    op.create_index(op.f("ix_roll_entry_grid_id"), "roll_entry", ["grid_id"], unique=False)
    op.create_index("ix_roll_entry_zone_id", "roll_entry", ["zone_id", "state"], unique=False)
    op.add_column(
        "danger_zone", sa.Column("called_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("danger_zone", "called_at")
    op.drop_index("ix_roll_entry_zone_id", table_name="roll_entry")
    op.drop_index(op.f("ix_roll_entry_grid_id"), table_name="roll_entry")
    op.drop_table("roll_entry")
    op.drop_index(
        "uq_muster_point_name",
        table_name="muster_point",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_muster_point_grid_id"), table_name="muster_point")
    op.drop_geospatial_index(
        "idx_muster_point_geom",
        table_name="muster_point",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("muster_point")
