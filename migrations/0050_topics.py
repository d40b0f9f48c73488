"""topics

Revision ID: 0050
Revises: 0049
Create Date: 2026-11-26 19:31:42.402781

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0050"
down_revision: Union[str, Sequence[str], None] = "0049"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "topic",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("came", sa.Text(), nullable=False),
        sa.Column("opinion_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("proposed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("screened_why", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("within_m", sa.SmallInteger(), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("meeting_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("meeting_place", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("minutes_file_id", sa.BigInteger(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("publicity_days", sa.SmallInteger(), nullable=True),
        sa.Column("publicised_on", sa.Date(), nullable=True),
        sa.Column("publicised_until", sa.Date(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_file_id", sa.BigInteger(), nullable=True),
        sa.Column("result_until", sa.Date(), nullable=True),
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
            "(level IS NOT DISTINCT FROM 'building') = (building_id IS NOT NULL)",
            name=op.f("ck_topic_building"),
        ),
        sa.CheckConstraint(
            "(state <> 'merged' OR merged_into_id IS NOT NULL) AND merged_into_id <> id",
            name=op.f("ck_topic_merged"),
        ),
        sa.CheckConstraint(
            "came IN ('opinion', 'visit', 'meeting', 'committee')", name=op.f("ck_topic_came")
        ),
        sa.CheckConstraint(
            "level IN ('building', 'grid', 'community')", name=op.f("ck_topic_level")
        ),
        sa.CheckConstraint(
            "procedure IN ('residents', 'persons', 'village', 'owners', 'owners_special')",
            name=op.f("ck_topic_procedure"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'screened', 'level_set', 'noticed', 'meeting', 'drafting', 'voting', 'publicised', 'objected', 'implementing', 'result_publicised', 'rated', 'archived', 'not_passed', 'refused', 'merged', 'withdrawn')",
            name=op.f("ck_topic_state"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'screened', 'refused', 'merged', 'withdrawn') OR num_nonnulls(level, procedure) = 2",
            name=op.f("ck_topic_levelled"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('implementing', 'result_publicised', 'rated') OR begun_on IS NOT NULL",
            name=op.f("ck_topic_begun"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('refused', 'withdrawn') OR ended_why IS NOT NULL",
            name=op.f("ck_topic_ended_why"),
        ),
        sa.CheckConstraint(
            "theme IN ('ground', 'environment', 'elderly', 'culture', 'parking', 'safety', 'children', 'work', 'other')",
            name=op.f("ck_topic_theme"),
        ),
        sa.CheckConstraint("begun_on > publicised_until", name=op.f("ck_topic_begun_on")),
        sa.CheckConstraint("geom IS NOT NULL", name=op.f("ck_topic_placed")),
        sa.CheckConstraint(
            "num_nonnulls(publicity_days, publicised_on, publicised_until) IN (0, 3) AND publicised_until >= publicised_on + publicity_days",
            name=op.f("ck_topic_publicised"),
        ),
        sa.CheckConstraint("publicity_days IN (3, 5, 7)", name=op.f("ck_topic_publicity_days")),
        sa.CheckConstraint("within_m BETWEEN 10 AND 5000", name=op.f("ck_topic_within_m")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_topic_building_id")
        ),
        sa.ForeignKeyConstraint(["cell_code"], ["unit_cell.code"], name=op.f("fk_topic_cell_code")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_topic_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_topic_grid_version_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["livelihood_item.id"], name=op.f("fk_topic_item_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["topic.id"], name=op.f("fk_topic_merged_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["minutes_file_id"], ["stored_file.id"], name=op.f("fk_topic_minutes_file_id")
        ),
        sa.ForeignKeyConstraint(["opinion_id"], ["opinion.id"], name="fk_topic_opinion_id"),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_topic_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["result_file_id"], ["stored_file.id"], name=op.f("fk_topic_result_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_geospatial_index(
        "idx_topic_geom",
        "topic",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_topic_building_id", "topic", ["building_id"], unique=False)
    op.create_index(op.f("ix_topic_grid_id"), "topic", ["grid_id"], unique=False)
    op.create_index(op.f("ix_topic_item_id"), "topic", ["item_id"], unique=False)
    op.create_index(op.f("ix_topic_merged_into_id"), "topic", ["merged_into_id"], unique=False)
    op.create_index("ix_topic_opinion_id", "topic", ["opinion_id"], unique=True)
    op.create_index("ix_topic_state", "topic", ["state", "id"], unique=False)
    op.execute(locate.placed_trigger("topic"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_topic_state", table_name="topic")
    op.drop_index("ix_topic_opinion_id", table_name="topic")
    op.drop_index(op.f("ix_topic_merged_into_id"), table_name="topic")
    op.drop_index(op.f("ix_topic_item_id"), table_name="topic")
    op.drop_index(op.f("ix_topic_grid_id"), table_name="topic")
    op.drop_index("ix_topic_building_id", table_name="topic")
    op.drop_geospatial_index(
        "idx_topic_geom", table_name="topic", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("topic")
