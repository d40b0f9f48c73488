"""safety profiles

Revision ID: 0036
Revises: 0035
Create Date: 2026-11-26 16:14:50.440999

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0036"
down_revision: Union[str, Sequence[str], None] = "0035"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "safety_profile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "risk IN ('red', 'orange', 'yellow', 'blue')", name=op.f("ck_safety_profile_risk")
        ),
        sa.CheckConstraint(
            "trade IN ('cold_store', 'chemical', 'food', 'aquaculture', 'machinery', 'building', 'fuel', 'catering', 'retail', 'lodging', 'storage', 'other')",
            name=op.f("ck_safety_profile_trade"),
        ),
        sa.CheckConstraint("people BETWEEN 0 AND 100000", name=op.f("ck_safety_profile_people")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_safety_profile_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_profile")),
        sa.UniqueConstraint("enterprise_id", name=op.f("uq_safety_profile_enterprise_id")),
    )
    op.create_index("ix_safety_profile_risk", "safety_profile", ["risk", "id"], unique=False)
    op.create_geospatial_table(
        "hazard_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Float(precision=53), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
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
        sa.CheckConstraint(
            "kind IN ('ammonia', 'tank', 'chemicals', 'confined', 'height', 'pressure', 'hot_work', 'dust', 'electric', 'water', 'crowd', 'other')",
            name=op.f("ck_hazard_point_kind"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_hazard_point_amount")),
        sa.CheckConstraint("amount IS NULL OR unit IS NOT NULL", name=op.f("ck_hazard_point_unit")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_hazard_point_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_hazard_point_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_hazard_point_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["safety_profile.id"], name=op.f("fk_hazard_point_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_point")),
    )
    op.create_geospatial_index(
        "idx_hazard_point_geom",
        "hazard_point",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_hazard_point_grid_id"), "hazard_point", ["grid_id"], unique=False)
    op.create_index(
        "ix_hazard_point_profile_id", "hazard_point", ["profile_id", "id"], unique=False
    )
    op.create_table(
        "key_procedure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["safety_profile.id"], name=op.f("fk_key_procedure_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_procedure")),
    )
    op.create_index(
        "ix_key_procedure_profile_id", "key_procedure", ["profile_id", "id"], unique=False
    )
    op.create_table(
        "safety_licence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.SmallInteger(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('production', 'chemicals', 'fire', 'food', 'equipment', 'operator', 'emission', 'insurance', 'other')",
            name=op.f("ck_safety_licence_kind"),
        ),
        sa.CheckConstraint(
            "issued_on IS NULL OR issued_on <= expires_on", name=op.f("ck_safety_licence_days")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_safety_licence_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["safety_profile.id"], name=op.f("fk_safety_licence_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_licence")),
    )
    op.create_index(
        "ix_safety_licence_expires_on",
        "safety_licence",
        ["expires_on"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_safety_licence_profile_id", "safety_licence", ["profile_id", "expires_on"], unique=False
    )
    op.create_index(
        "uq_safety_licence_number",
        "safety_licence",
        ["profile_id", "kind", "number"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "safety_watch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("camera_id", sa.BigInteger(), nullable=True),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("sensor_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(camera_id, sensor_id) = 1", name=op.f("ck_safety_watch_device")
        ),
        sa.CheckConstraint(
            "num_nonnulls(point_id, procedure_id) = 1", name=op.f("ck_safety_watch_watched")
        ),
        sa.CheckConstraint(
            "zone_id IS NULL OR camera_id IS NOT NULL", name=op.f("ck_safety_watch_zone")
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_safety_watch_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["hazard_point.id"], name=op.f("fk_safety_watch_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["key_procedure.id"], name=op.f("fk_safety_watch_procedure_id")
        ),
        sa.ForeignKeyConstraint(
            ["sensor_id"], ["sensor.id"], name=op.f("fk_safety_watch_sensor_id")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["camera_zone.id"], name=op.f("fk_safety_watch_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_watch")),
    )
    op.create_index("ix_safety_watch_camera_id", "safety_watch", ["camera_id"], unique=False)
    op.create_index("ix_safety_watch_procedure_id", "safety_watch", ["procedure_id"], unique=False)
    op.create_index("ix_safety_watch_sensor_id", "safety_watch", ["sensor_id"], unique=False)
    op.create_index(
        "uq_safety_watch",
        "safety_watch",
        ["point_id", "procedure_id", "camera_id", "zone_id", "sensor_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.execute(locate.placed_trigger("hazard_point"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("uq_safety_watch", table_name="safety_watch", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_safety_watch_sensor_id", table_name="safety_watch")
    op.drop_index("ix_safety_watch_procedure_id", table_name="safety_watch")
    op.drop_index("ix_safety_watch_camera_id", table_name="safety_watch")
    op.drop_table("safety_watch")
    op.drop_index(
        "uq_safety_licence_number",
        table_name="safety_licence",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_safety_licence_profile_id", table_name="safety_licence")
    op.drop_index(
        "ix_safety_licence_expires_on",
        table_name="safety_licence",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_table("safety_licence")
    op.drop_index("ix_key_procedure_profile_id", table_name="key_procedure")
    op.drop_table("key_procedure")
    op.drop_index("ix_hazard_point_profile_id", table_name="hazard_point")
    op.drop_index(op.f("ix_hazard_point_grid_id"), table_name="hazard_point")
    op.drop_geospatial_index(
        "idx_hazard_point_geom",
        table_name="hazard_point",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("hazard_point")
    op.drop_index("ix_safety_profile_risk", table_name="safety_profile")
    op.drop_table("safety_profile")
