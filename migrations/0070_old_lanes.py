"""old_lanes

Revision ID: 0070
Revises: 0069
Create Date: 2026-11-26 23:51:31.995771

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0070"
down_revision: Union[str, Sequence[str], None] = "0069"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "old_lane",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="LINESTRING",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("year_from", sa.SmallInteger(), nullable=True),
        sa.Column("year_until", sa.SmallInteger(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("year_from BETWEEN 1600 AND 2200", name=op.f("ck_old_lane_year_from")),
        sa.CheckConstraint("year_until >= year_from", name=op.f("ck_old_lane_years")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_old_lane_created_by_id")
        ),
        sa.ForeignKeyConstraint(["village_id"], ["grid.id"], name=op.f("fk_old_lane_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_lane")),
    )
    op.create_geospatial_index(
        "idx_old_lane_geom",
        "old_lane",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "uq_old_lane_name",
        "old_lane",
        ["village_id", "name", sa.literal_column("coalesce(year_from, 0)")],
        unique=True,
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("uq_old_lane_name", table_name="old_lane")
    op.drop_geospatial_index(
        "idx_old_lane_geom", table_name="old_lane", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("old_lane")
