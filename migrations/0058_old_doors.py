"""old_doors

Revision ID: 0058
Revises: 0057
Create Date: 2026-11-26 20:43:38.600425

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0058"
down_revision: Union[str, Sequence[str], None] = "0057"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "old_house",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("village_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year_from", sa.SmallInteger(), nullable=True),
        sa.Column("year_until", sa.SmallInteger(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
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
            "kind IN ('home', 'shop', 'public', 'other')", name=op.f("ck_old_house_kind")
        ),
        sa.CheckConstraint("geom IS NOT NULL", name=op.f("ck_old_house_geom")),
        sa.CheckConstraint("year_from BETWEEN 1600 AND 2200", name=op.f("ck_old_house_year_from")),
        sa.CheckConstraint("year_until >= year_from", name=op.f("ck_old_house_years")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_old_house_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_old_house_created_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_old_house_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_old_house_grid_version_id")
        ),
        sa.ForeignKeyConstraint(["village_id"], ["grid.id"], name=op.f("fk_old_house_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_house")),
    )
    op.create_geospatial_index(
        "idx_old_house_geom",
        "old_house",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_old_house_door", "old_house", ["lane", "number"], unique=False)
    op.create_index(op.f("ix_old_house_grid_id"), "old_house", ["grid_id"], unique=False)
    op.create_index(
        "uq_old_house_door",
        "old_house",
        ["village_id", "lane", "number", sa.literal_column("coalesce(year_from, 0)")],
        unique=True,
    )
    op.create_table(
        "old_house_home",
        sa.Column("house_id", sa.BigInteger(), nullable=False),
        sa.Column("dwelling_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dwelling_id"],
            ["dwelling.id"],
            name=op.f("fk_old_house_home_dwelling_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["house_id"], ["old_house.id"], name=op.f("fk_old_house_home_house_id")
        ),
        sa.PrimaryKeyConstraint("house_id", "dwelling_id", name=op.f("pk_old_house_home")),
    )
    op.create_index(
        op.f("ix_old_house_home_dwelling_id"), "old_house_home", ["dwelling_id"], unique=False
    )
    op.execute(locate.placed_trigger("old_house"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(op.f("ix_old_house_home_dwelling_id"), table_name="old_house_home")
    op.drop_table("old_house_home")
    op.drop_index("uq_old_house_door", table_name="old_house")
    op.drop_index(op.f("ix_old_house_grid_id"), table_name="old_house")
    op.drop_index("ix_old_house_door", table_name="old_house")
    op.drop_geospatial_index(
        "idx_old_house_geom", table_name="old_house", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("old_house")
