"""alarms

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-26 13:04:37.298617

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0027"
down_revision: Union[str, Sequence[str], None] = "0026"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "incident",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
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
            "severity IN ('critical', 'major', 'minor', 'warning')",
            name=op.f("ck_incident_severity"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_incident_case_id")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_incident_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_incident_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_incident_grid_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("case_id", name=op.f("uq_incident_case_id")),
    )
    op.create_geospatial_index(
        "idx_incident_geom",
        "incident",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_incident_grid_id"), "incident", ["grid_id"], unique=False)
    op.create_index(
        "ix_incident_open",
        "incident",
        ["family", "last_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_incident_opened_at", "incident", ["opened_at"], unique=False)
    op.create_geospatial_table(
        "alarm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("own_id", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("max_severity", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(precision=53), nullable=True),
        sa.Column(
            "media", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("exercise", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=True),
        sa.Column("first_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("live_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("over_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "said",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "turns",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("worst", sa.Text(), nullable=True),
        sa.Column("flaps", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "received_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "heard_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("camera_id", sa.BigInteger(), nullable=True),
        sa.Column("device_name", sa.Text(), nullable=True),
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
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_alarm_closed")
        ),
        sa.CheckConstraint(
            "max_severity IN ('critical', 'major', 'minor', 'warning')",
            name=op.f("ck_alarm_max_severity"),
        ),
        sa.CheckConstraint(
            "outcome IN ('real', 'false', 'test', 'duplicate', 'nuisance')",
            name=op.f("ck_alarm_outcome"),
        ),
        sa.CheckConstraint(
            "quiet IN ('late', 'shelved', 'maintenance', 'behind', 'chattering')",
            name=op.f("ck_alarm_quiet"),
        ),
        sa.CheckConstraint(
            "severity IN ('critical', 'major', 'minor', 'warning')", name=op.f("ck_alarm_severity")
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR max_severity <> 'critical' OR (seen_at IS NOT NULL AND outcome IS NOT NULL AND note IS NOT NULL)",
            name=op.f("ck_alarm_critical"),
        ),
        sa.CheckConstraint(
            "state IN ('raised', 'seen', 'over', 'settled', 'closed')", name=op.f("ck_alarm_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('seen', 'settled') OR seen_at IS NOT NULL", name=op.f("ck_alarm_seen")
        ),
        sa.CheckConstraint("count >= 1", name=op.f("ck_alarm_count")),
        sa.CheckConstraint("last_at >= first_at", name=op.f("ck_alarm_times")),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_alarm_camera_id")),
        sa.ForeignKeyConstraint(["cell_code"], ["unit_cell.code"], name=op.f("fk_alarm_cell_code")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["account.id"], name=op.f("fk_alarm_closed_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_alarm_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_alarm_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_alarm_incident_id")
        ),
        sa.ForeignKeyConstraint(["seen_by_id"], ["account.id"], name=op.f("fk_alarm_seen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_geospatial_index(
        "idx_alarm_geom",
        "alarm",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_alarm_camera_id", "alarm", ["camera_id", "received_at"], unique=False)
    op.create_index(op.f("ix_alarm_grid_id"), "alarm", ["grid_id"], unique=False)
    op.create_index("ix_alarm_incident_id", "alarm", ["incident_id"], unique=False)
    op.create_index("ix_alarm_key", "alarm", ["key", "last_at"], unique=False)
    op.create_index(
        "ix_alarm_open",
        "alarm",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('over', 'raised', 'seen', 'settled')"),
    )
    op.create_index("ix_alarm_received_at", "alarm", ["received_at", "id"], unique=False)
    op.create_index(
        "ix_alarm_rule",
        "alarm",
        ["rule", "received_at"],
        unique=False,
        postgresql_where=sa.text("rule IS NOT NULL"),
    )
    op.create_index(
        "uq_alarm_active",
        "alarm",
        ["key"],
        unique=True,
        postgresql_where=sa.text("state IN ('raised', 'seen')"),
    )
    op.create_index(
        "uq_alarm_own",
        "alarm",
        ["key"],
        unique=True,
        postgresql_where=sa.text("own_id IS NOT NULL"),
    )
    op.execute(locate.placed_trigger("incident"))
    op.execute(locate.placed_trigger("alarm"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_alarm_own", table_name="alarm", postgresql_where=sa.text("own_id IS NOT NULL")
    )
    op.drop_index(
        "uq_alarm_active",
        table_name="alarm",
        postgresql_where=sa.text("state IN ('raised', 'seen')"),
    )
    op.drop_index("ix_alarm_rule", table_name="alarm", postgresql_where=sa.text("rule IS NOT NULL"))
    op.drop_index("ix_alarm_received_at", table_name="alarm")
    op.drop_index(
        "ix_alarm_open",
        table_name="alarm",
        postgresql_where=sa.text("state IN ('over', 'raised', 'seen', 'settled')"),
    )
    op.drop_index("ix_alarm_key", table_name="alarm")
    op.drop_index("ix_alarm_incident_id", table_name="alarm")
    op.drop_index(op.f("ix_alarm_grid_id"), table_name="alarm")
    op.drop_index("ix_alarm_camera_id", table_name="alarm")
    op.drop_geospatial_index(
        "idx_alarm_geom", table_name="alarm", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("alarm")
    op.drop_index("ix_incident_opened_at", table_name="incident")
    op.drop_index(
        "ix_incident_open", table_name="incident", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(op.f("ix_incident_grid_id"), table_name="incident")
    op.drop_geospatial_index(
        "idx_incident_geom", table_name="incident", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("incident")
