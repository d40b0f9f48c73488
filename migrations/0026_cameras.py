"""cameras

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-26 10:46:57.744953

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate
from webapp.monitoring.cameras.queries import CAMERA_SECTOR

# revision identifiers, used by Alembic.
revision: str = "0026"
down_revision: Union[str, Sequence[str], None] = "0025"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

# As they were then: 0084 takes what hides the view into account.
CAMERA_SEES = """
CREATE OR REPLACE FUNCTION camera_sees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sector := camera_sector(NEW.geom, NEW.bearing, NEW.fov, NEW.range_m, NEW.near_m);
    RETURN NEW;
END $$
"""

CAMERA_SEES_TRIGGER = (
    "CREATE TRIGGER camera_sees BEFORE INSERT OR UPDATE OF geom, bearing, fov, range_m, near_m, sector"
    " ON camera FOR EACH ROW EXECUTE FUNCTION camera_sees()"
)


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "camera",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("gb_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mount_height_m", sa.Float(precision=53), nullable=True),
        sa.Column("bearing", sa.Float(precision=53), nullable=True),
        sa.Column(
            "bearing_doubt", sa.Float(precision=53), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("tilt", sa.Float(precision=53), nullable=True),
        sa.Column("fov", sa.Float(precision=53), nullable=True),
        sa.Column("range_m", sa.Float(precision=53), nullable=True),
        sa.Column("near_m", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("width_px", sa.Integer(), server_default=sa.text("1920"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("privacy", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
        sa.Column("status_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stream", sa.LargeBinary(), nullable=True),
        sa.Column("snapshot", sa.LargeBinary(), nullable=True),
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
            "sector",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            server_default=sa.FetchedValue(),
            nullable=True,
        ),
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
        sa.CheckConstraint("gb_id ~ '^[0-9]{20}$'", name=op.f("ck_camera_gb_id")),
        sa.CheckConstraint(
            "kind IN ('fixed', 'ptz', 'dome', 'panorama')", name=op.f("ck_camera_kind")
        ),
        sa.CheckConstraint(
            "privacy IN ('public', 'shared', 'sensitive')", name=op.f("ck_camera_privacy")
        ),
        sa.CheckConstraint(
            "status IN ('unknown', 'online', 'offline')", name=op.f("ck_camera_status")
        ),
        sa.CheckConstraint("bearing >= 0 AND bearing < 360", name=op.f("ck_camera_bearing")),
        sa.CheckConstraint("bearing_doubt BETWEEN 0 AND 180", name=op.f("ck_camera_bearing_doubt")),
        sa.CheckConstraint("fov > 0 AND fov <= 360", name=op.f("ck_camera_fov")),
        sa.CheckConstraint(
            "mount_height_m BETWEEN 0 AND 500", name=op.f("ck_camera_mount_height_m")
        ),
        sa.CheckConstraint(
            "near_m >= 0 AND (range_m IS NULL OR near_m < range_m)", name=op.f("ck_camera_near_m")
        ),
        sa.CheckConstraint("range_m > 0 AND range_m <= 20000", name=op.f("ck_camera_range_m")),
        sa.CheckConstraint("tilt BETWEEN -90 AND 90", name=op.f("ck_camera_tilt")),
        sa.CheckConstraint("width_px BETWEEN 160 AND 20000", name=op.f("ck_camera_width_px")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_camera_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_camera_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_camera_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
        sa.UniqueConstraint("gb_id", name=op.f("uq_camera_gb_id")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_camera_source_external_id")),
    )
    op.create_geospatial_index(
        "idx_camera_geom",
        "camera",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_index(
        "idx_camera_sector",
        "camera",
        ["sector"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_camera_grid_id"), "camera", ["grid_id"], unique=False)
    op.create_index("ix_camera_name", "camera", ["name", "id"], unique=False)
    op.execute(locate.placed_trigger("camera"))
    for each in (CAMERA_SECTOR, CAMERA_SEES, CAMERA_SEES_TRIGGER):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_camera_name", table_name="camera")
    op.drop_index(op.f("ix_camera_grid_id"), table_name="camera")
    op.drop_geospatial_index(
        "idx_camera_sector", table_name="camera", postgresql_using="gist", column_name="sector"
    )
    op.drop_geospatial_index(
        "idx_camera_geom", table_name="camera", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("camera")
    op.execute("DROP FUNCTION camera_sees()")
    op.execute("DROP FUNCTION camera_sector(geometry, float8, float8, float8, float8)")
