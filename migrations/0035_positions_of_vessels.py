"""positions of vessels

Revision ID: 0035
Revises: 0034
Create Date: 2026-11-26 16:10:03.967148

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0035"
down_revision: Union[str, Sequence[str], None] = "0034"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "receiver",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("lines", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("bad", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("kept", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("repeat", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("away", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unknown", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_receiver")),
    )
    op.create_table(
        "strange_vessel",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_strange_vessel")),
    )
    op.create_index("ix_strange_vessel_last_at", "strange_vessel", ["last_at"], unique=False)
    op.create_geospatial_table(
        "vessel_fix",
        sa.Column("vessel_id", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("lon", sa.Float(precision=53), nullable=False),
        sa.Column("lat", sa.Float(precision=53), nullable=False),
        sa.Column("sog", sa.Float(precision=53), nullable=True),
        sa.Column("cog", sa.Float(precision=53), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("cog BETWEEN 0 AND 360", name=op.f("ck_vessel_fix_cog")),
        sa.CheckConstraint("sog BETWEEN 0 AND 102.2", name=op.f("ck_vessel_fix_sog")),
        sa.ForeignKeyConstraint(["vessel_id"], ["vessel.id"], name=op.f("fk_vessel_fix_vessel_id")),
        sa.PrimaryKeyConstraint("vessel_id", "at", "source", name=op.f("pk_vessel_fix")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_geospatial_table(
        "vessel_where",
        sa.Column("vessel_id", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
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
        sa.Column("sog", sa.Float(precision=53), nullable=True),
        sa.Column("cog", sa.Float(precision=53), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vessel_id"], ["vessel.id"], name=op.f("fk_vessel_where_vessel_id")
        ),
        sa.PrimaryKeyConstraint("vessel_id", name=op.f("pk_vessel_where")),
    )
    op.create_geospatial_index(
        "idx_vessel_where_geom",
        "vessel_where",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_vessel_where_at", "vessel_where", ["at"], unique=False)
    op.add_column("vessel", sa.Column("bd_id", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_vessel_bd_id"), "vessel", ["bd_id"])
    op.create_check_constraint("bd_id", "vessel", "bd_id ~ '^[0-9A-Za-z-]{3,20}$'")
    # Positions whose month has no table of its own yet are kept all the same.
    op.execute("CREATE TABLE vessel_fix_prest PARTITION OF vessel_fix DEFAULT")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint("bd_id", "vessel", type_="check")
    op.drop_constraint(op.f("uq_vessel_bd_id"), "vessel", type_="unique")
    op.drop_column("vessel", "bd_id")
    op.drop_index("ix_vessel_where_at", table_name="vessel_where")
    op.drop_geospatial_index(
        "idx_vessel_where_geom",
        table_name="vessel_where",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("vessel_where")
    op.drop_geospatial_table("vessel_fix")
    op.drop_index("ix_strange_vessel_last_at", table_name="strange_vessel")
    op.drop_table("strange_vessel")
    op.drop_table("receiver")
