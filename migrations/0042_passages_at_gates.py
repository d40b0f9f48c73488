"""passages and limits at sea

Revision ID: 0042
Revises: 0041
Create Date: 2026-11-26 16:37:18.474873

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0042"
down_revision: Union[str, Sequence[str], None] = "0041"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "sea_limits",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report_min", sa.Integer(), nullable=False),
        sa.Column("silent_h", sa.Integer(), nullable=False),
        sa.Column("drift_m", sa.Integer(), nullable=False),
        sa.Column("overnight_m", sa.Integer(), nullable=False),
        sa.Column("unanswered_min", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("drift_m BETWEEN 0 AND 500", name=op.f("ck_sea_limits_drift_m")),
        sa.CheckConstraint("id = 1", name=op.f("ck_sea_limits_only")),
        sa.CheckConstraint("overnight_m BETWEEN 0 AND 200", name=op.f("ck_sea_limits_overnight_m")),
        sa.CheckConstraint("report_min BETWEEN 1 AND 240", name=op.f("ck_sea_limits_report_min")),
        sa.CheckConstraint("silent_h BETWEEN 0 AND 240", name=op.f("ck_sea_limits_silent_h")),
        sa.CheckConstraint(
            "unanswered_min BETWEEN 0 AND 240", name=op.f("ck_sea_limits_unanswered_min")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sea_limits")),
    )
    op.create_table(
        "port_passage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("vessel_id", sa.BigInteger(), nullable=False),
        sa.Column("gate_line_id", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("out", sa.Boolean(), nullable=False),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("at <= settled_at", name=op.f("ck_port_passage_settled_at")),
        sa.ForeignKeyConstraint(
            ["gate_line_id"], ["port_gate_line.id"], name=op.f("fk_port_passage_gate_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["vessel_id"], ["vessel.id"], name=op.f("fk_port_passage_vessel_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port_passage")),
        sa.UniqueConstraint(
            "vessel_id",
            "gate_line_id",
            "at",
            name=op.f("uq_port_passage_vessel_id_gate_line_id_at"),
        ),
    )
    op.create_index("ix_port_passage_at", "port_passage", ["at"], unique=False)
    op.create_index("ix_port_passage_vessel_id", "port_passage", ["vessel_id", "at"], unique=False)
    op.add_column(
        "vessel_where",
        sa.Column(
            "watches",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "vessel_where",
        sa.Column(
            "mooring",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_geospatial_column(
        "vessel_where",
        sa.Column(
            "moored",
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
    )
    op.add_column(
        "vessel_where",
        sa.Column("adrift_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("vessel_where", "adrift_since")
    op.drop_geospatial_column("vessel_where", "moored")
    op.drop_column("vessel_where", "mooring")
    op.drop_column("vessel_where", "watches")
    op.drop_index("ix_port_passage_vessel_id", table_name="port_passage")
    op.drop_index("ix_port_passage_at", table_name="port_passage")
    op.drop_table("port_passage")
    op.drop_table("sea_limits")
