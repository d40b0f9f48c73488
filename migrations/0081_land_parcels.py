"""land parcels

Revision ID: 0081
Revises: 0079
Create Date: 2026-11-27 02:02:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0081"
down_revision: Union[str, Sequence[str], None] = "0079"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "land_parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_parcel")),
        sa.UniqueConstraint("number", name=op.f("uq_land_parcel_number")),
    )
    op.create_geospatial_index(
        "idx_land_parcel_geom",
        "land_parcel",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_geospatial_index(
        "idx_land_parcel_geom",
        table_name="land_parcel",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("land_parcel")
