"""sensors

Revision ID: 0032
Revises: 0031
Create Date: 2026-11-26 13:56:09.605083

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0032"
down_revision: Union[str, Sequence[str], None] = "0031"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "sensor",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calibrated_until", sa.Date(), nullable=True),
        sa.Column("silent_s", sa.Integer(), server_default=sa.text("900"), nullable=False),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("silent_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
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
        sa.Column("on_border", sa.Boolean(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column("grid_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
        sa.Column(
            "grid_version_id", sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True
        ),
        sa.Column("cell_code", sa.Text(), server_default=sa.FetchedValue(), nullable=True),
        sa.CheckConstraint("silent_s BETWEEN 30 AND 604800", name=op.f("ck_sensor_silent_s")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_sensor_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_sensor_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_sensor_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensor")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_sensor_source_external_id")),
    )
    op.create_geospatial_index(
        "idx_sensor_geom",
        "sensor",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_sensor_grid_id"), "sensor", ["grid_id"], unique=False)
    op.create_index(
        "ix_sensor_heard_at",
        "sensor",
        ["heard_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL AND silent_since IS NULL"),
    )
    op.create_index("ix_sensor_name", "sensor", ["name", "id"], unique=False)
    op.create_table(
        "datastream",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sensor_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("last_value", sa.Float(precision=53), nullable=True),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "quantity IN ('ammonia', 'lel', 'water_level', 'rain', 'smoke', 'temperature', 'wind', 'other')",
            name=op.f("ck_datastream_quantity"),
        ),
        sa.ForeignKeyConstraint(["sensor_id"], ["sensor.id"], name=op.f("fk_datastream_sensor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datastream")),
        sa.UniqueConstraint("sensor_id", "code", name=op.f("uq_datastream_sensor_id_code")),
    )
    op.create_table(
        "observation",
        sa.Column("datastream_id", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["datastream_id"], ["datastream.id"], name=op.f("fk_observation_datastream_id")
        ),
        sa.PrimaryKeyConstraint("datastream_id", "at", name=op.f("pk_observation")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_table(
        "threshold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("datastream_id", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("above", sa.Boolean(), nullable=False),
        sa.Column("raise_at", sa.Float(precision=53), nullable=False),
        sa.Column("clear_at", sa.Float(precision=53), nullable=False),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("beyond_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("measure IN ('value', 'rate')", name=op.f("ck_threshold_measure")),
        sa.CheckConstraint(
            "severity IN ('critical', 'major', 'minor', 'warning')",
            name=op.f("ck_threshold_severity"),
        ),
        sa.CheckConstraint(
            "CASE WHEN above THEN clear_at <= raise_at ELSE clear_at >= raise_at END",
            name=op.f("ck_threshold_levels"),
        ),
        sa.CheckConstraint("hold_s BETWEEN 0 AND 86400", name=op.f("ck_threshold_hold_s")),
        sa.ForeignKeyConstraint(
            ["datastream_id"], ["datastream.id"], name=op.f("fk_threshold_datastream_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_threshold_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
    )
    op.create_index(
        "ix_threshold_datastream_id", "threshold", ["datastream_id", "id"], unique=False
    )
    op.execute(locate.placed_trigger("sensor"))
    # Values whose month has no table of its own yet are kept all the same.
    op.execute("CREATE TABLE observation_prest PARTITION OF observation DEFAULT")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_threshold_datastream_id", table_name="threshold")
    op.drop_table("threshold")
    op.drop_table("observation")
    op.drop_table("datastream")
    op.drop_index("ix_sensor_name", table_name="sensor")
    op.drop_index(
        "ix_sensor_heard_at",
        table_name="sensor",
        postgresql_where=sa.text("closed_at IS NULL AND silent_since IS NULL"),
    )
    op.drop_index(op.f("ix_sensor_grid_id"), table_name="sensor")
    op.drop_geospatial_index(
        "idx_sensor_geom", table_name="sensor", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("sensor")
