"""danger zones

Revision ID: 0037
Revises: 0036
Create Date: 2026-11-26 16:17:13.272582

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0037"
down_revision: Union[str, Sequence[str], None] = "0036"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "danger_zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("alarm_id", sa.BigInteger(), nullable=True),
        sa.Column("exercise", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("drawn_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.BigInteger(), nullable=True),
        sa.Column("enforced_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ammonia', 'fire', 'flood', 'other')", name=op.f("ck_danger_zone_kind")
        ),
        sa.CheckConstraint(
            "state IN ('drawn', 'in_force', 'lifted', 'discarded')",
            name=op.f("ck_danger_zone_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('in_force', 'lifted') OR enforced_at IS NOT NULL",
            name=op.f("ck_danger_zone_enforced"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('lifted', 'discarded') OR ended_at IS NOT NULL",
            name=op.f("ck_danger_zone_ended"),
        ),
        sa.CheckConstraint(
            "ended_at >= coalesce(enforced_at, drawn_at)", name=op.f("ck_danger_zone_times")
        ),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_danger_zone_alarm_id")),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"], ["account.id"], name=op.f("fk_danger_zone_drawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_zone")),
    )
    op.create_index(op.f("ix_danger_zone_alarm_id"), "danger_zone", ["alarm_id"], unique=False)
    op.create_index("ix_danger_zone_state", "danger_zone", ["state", "id"], unique=False)
    op.create_index(
        "uq_danger_zone_living",
        "danger_zone",
        ["alarm_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('drawn', 'in_force')"),
    )
    op.create_geospatial_table(
        "danger_shape",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column(
            "area",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_danger_shape_number")),
        sa.CheckConstraint("until >= since", name=op.f("ck_danger_shape_until")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_danger_shape_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["danger_zone.id"], name=op.f("fk_danger_shape_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_shape")),
        sa.UniqueConstraint("zone_id", "number", name=op.f("uq_danger_shape_zone_id_number")),
    )
    op.create_geospatial_index(
        "idx_danger_shape_area",
        "danger_shape",
        ["area"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "uq_danger_shape_valid",
        "danger_shape",
        ["zone_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_danger_shape_valid",
        table_name="danger_shape",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_geospatial_index(
        "idx_danger_shape_area",
        table_name="danger_shape",
        postgresql_using="gist",
        column_name="area",
    )
    op.drop_geospatial_table("danger_shape")
    op.drop_index(
        "uq_danger_zone_living",
        table_name="danger_zone",
        postgresql_where=sa.text("state IN ('drawn', 'in_force')"),
    )
    op.drop_index("ix_danger_zone_state", table_name="danger_zone")
    op.drop_index(op.f("ix_danger_zone_alarm_id"), table_name="danger_zone")
    op.drop_table("danger_zone")
