"""activities

Revision ID: 0057
Revises: 0056
Create Date: 2026-11-26 20:19:57.258044

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.community.activities import models
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0057"
down_revision: Union[str, Sequence[str], None] = "0056"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=True),
        sa.Column("taken", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("planned_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
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
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('talk', 'culture', 'volunteer', 'lesson', 'health', 'neighbours')",
            name=op.f("ck_activity_kind"),
        ),
        sa.CheckConstraint(
            "state = 'announced' OR result IS NOT NULL", name=op.f("ck_activity_result")
        ),
        sa.CheckConstraint(
            "state IN ('announced', 'held', 'cancelled')", name=op.f("ck_activity_state")
        ),
        sa.CheckConstraint(
            "NOT isempty(span) AND num_nonnulls(lower(span), upper(span)) = 2",
            name=op.f("ck_activity_span"),
        ),
        sa.CheckConstraint("geom IS NOT NULL", name=op.f("ck_activity_placed")),
        sa.CheckConstraint(
            "taken BETWEEN 0 AND coalesce(capacity, taken)", name=op.f("ck_activity_capacity")
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_activity_cell_code")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_activity_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_activity_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["planned_by_id"], ["account.id"], name=op.f("fk_activity_planned_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("door", name=op.f("uq_activity_door")),
    )
    op.create_geospatial_index(
        "idx_activity_geom",
        "activity",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "ix_activity_begin", "activity", [sa.literal_column("lower(span)")], unique=False
    )
    op.create_index(op.f("ix_activity_grid_id"), "activity", ["grid_id"], unique=False)
    op.create_table(
        "activity_photo",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_photo_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_activity_photo_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_photo")),
    )
    op.create_index(
        "ix_activity_photo_activity_id", "activity_photo", ["activity_id"], unique=False
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("volunteer", sa.Boolean(), nullable=False),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("came_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("hours", sa.Numeric(precision=4, scale=1, asdecimal=False), nullable=True),
        sa.CheckConstraint("hours > 0 AND hours <= 24", name=op.f("ck_participation_day")),
        sa.CheckConstraint(
            "hours IS NULL OR (volunteer AND came_at IS NOT NULL)",
            name=op.f("ck_participation_hours"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_participation_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_participation_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "activity_id", "account_id", name=op.f("uq_participation_activity_id_account_id")
        ),
    )
    op.create_index(
        "ix_participation_account_id", "participation", ["account_id", "activity_id"], unique=False
    )
    op.execute(locate.placed_trigger("activity"))
    for each in (*models.FUNCTIONS, *models.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_participation_account_id", table_name="participation")
    op.drop_table("participation")
    op.drop_index("ix_activity_photo_activity_id", table_name="activity_photo")
    op.drop_table("activity_photo")
    op.drop_index(op.f("ix_activity_grid_id"), table_name="activity")
    op.drop_index("ix_activity_begin", table_name="activity")
    op.drop_geospatial_index(
        "idx_activity_geom", table_name="activity", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("activity")
    op.execute("DROP FUNCTION activity_taken()")
