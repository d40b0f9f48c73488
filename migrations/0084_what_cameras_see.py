"""what buildings leave of what cameras see, how long recordings are kept, live pages

Revision ID: 0084
Revises: 0083
Create Date: 2026-11-27 05:50:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry

from webapp.base.spatial import SRID
from webapp.monitoring.cameras.queries import (
    BUILDING_HIDES,
    BUILDING_HIDES_TRIGGER,
    CAMERA_SEES,
    CAMERA_SEES_TRIGGER,
    CAMERA_SHADOW,
    CAMERA_VISIBLE,
)

# revision identifiers, used by Alembic.
revision: str = "0084"
down_revision: Union[str, Sequence[str], None] = "0083"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

SAW = """
CREATE OR REPLACE FUNCTION camera_sees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sector := camera_sector(NEW.geom, NEW.bearing, NEW.fov, NEW.range_m, NEW.near_m);
    RETURN NEW;
END $$
"""

SAW_TRIGGER = (
    "CREATE TRIGGER camera_sees BEFORE INSERT OR UPDATE OF geom, bearing, fov, range_m, near_m, sector"
    " ON camera FOR EACH ROW EXECUTE FUNCTION camera_sees()"
)


def upgrade() -> None:
    """Upgrade schema."""
    op.add_geospatial_column(
        "camera",
        sa.Column(
            "visible",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=SRID,
                dimension=2,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
    )
    op.create_geospatial_index(
        "idx_camera_visible",
        "camera",
        ["visible"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.execute("DROP TRIGGER camera_sees ON camera")
    for each in (
        CAMERA_SHADOW,
        CAMERA_VISIBLE,
        CAMERA_SEES,
        CAMERA_SEES_TRIGGER,
        BUILDING_HIDES,
        BUILDING_HIDES_TRIGGER,
    ):
        op.execute(each)
    op.execute("UPDATE camera SET sector = sector")
    op.add_column("camera", sa.Column("retention", sa.Text(), nullable=True))
    op.add_column("camera", sa.Column("webrtc", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        op.f("ck_camera_retention"), "camera", "retention IN ('usual', 'guarded', 'long')"
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("camera", "webrtc")
    op.drop_column("camera", "retention")
    op.execute("DROP TRIGGER building_hides ON building")
    op.execute("DROP FUNCTION building_hides()")
    op.execute("DROP TRIGGER camera_sees ON camera")
    op.execute(SAW)
    op.execute(SAW_TRIGGER)
    op.execute("DROP FUNCTION camera_visible(geometry, geometry, float8)")
    op.execute("DROP FUNCTION camera_shadow(geometry, float8, geometry, integer)")
    op.drop_geospatial_index(
        "idx_camera_visible", table_name="camera", postgresql_using="gist", column_name="visible"
    )
    op.drop_geospatial_column("camera", "visible")
