"""levelling and utilities

Revision ID: 0051
Revises: 0050
Create Date: 2026-11-26 19:30:23.093875

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.projects.ground import queries as ground

# revision identifiers, used by Alembic.
revision: str = "0051"
down_revision: Union[str, Sequence[str], None] = "0050"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "project_parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("stated_m2", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("percent", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("cut_m3", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fill_m3", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pipes_m", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("graves", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("trees", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'levelling', 'levelled', 'accepted')",
            name=op.f("ck_project_parcel_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('levelled', 'accepted') OR percent = 100",
            name=op.f("ck_project_parcel_whole"),
        ),
        sa.CheckConstraint(
            "cut_m3 >= 0 AND fill_m3 >= 0 AND pipes_m >= 0 AND graves >= 0 AND trees >= 0",
            name=op.f("ck_project_parcel_amounts"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_project_parcel_percent")),
        sa.CheckConstraint("stated_m2 > 0", name=op.f("ck_project_parcel_stated")),
        sa.CheckConstraint(
            "surveyed_on IS NOT NULL OR percent = 0", name=op.f("ck_project_parcel_surveyed")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_parcel_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "project_id"],
            ["project_site.id", "project_site.project_id"],
            name=op.f("fk_project_parcel_site_id_project_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_parcel")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_project_parcel_project_id_name")),
    )
    op.create_geospatial_index(
        "idx_project_parcel_geom",
        "project_parcel",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_project_parcel_site_id", "project_parcel", ["site_id"], unique=False)
    op.create_table(
        "project_utility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("first_promised_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('water', 'power', 'gas', 'telecom', 'sewage')",
            name=op.f("ck_project_utility_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_project_utility_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_utility_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "project_id"],
            ["project_site.id", "project_site.project_id"],
            name=op.f("fk_project_utility_site_id_project_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_utility")),
        sa.UniqueConstraint("site_id", "kind", name=op.f("uq_project_utility_site_id_kind")),
    )
    op.create_index(
        "ix_project_utility_owner_id",
        "project_utility",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("done_on IS NULL"),
    )
    op.create_index(
        "ix_project_utility_project_id", "project_utility", ["project_id"], unique=False
    )
    op.create_table(
        "project_survey",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("photo_id", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("cut_m3", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fill_m3", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pipes_m", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("graves", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("trees", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("source IN ('drone', 'ground')", name=op.f("ck_project_survey_source")),
        sa.CheckConstraint(
            "cut_m3 >= 0 AND fill_m3 >= 0 AND pipes_m >= 0 AND graves >= 0 AND trees >= 0",
            name=op.f("ck_project_survey_amounts"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_project_survey_percent")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_project_survey_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["project_parcel.id"], name=op.f("fk_project_survey_parcel_id")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["stored_file.id"], name=op.f("fk_project_survey_photo_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_survey")),
        sa.UniqueConstraint("parcel_id", "day", name=op.f("uq_project_survey_parcel_id_day")),
    )
    for each in (*ground.FUNCTIONS, *ground.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("project_survey")
    op.drop_index("ix_project_utility_project_id", table_name="project_utility")
    op.drop_index(
        "ix_project_utility_owner_id",
        table_name="project_utility",
        postgresql_where=sa.text("done_on IS NULL"),
    )
    op.drop_table("project_utility")
    op.drop_index("ix_project_parcel_site_id", table_name="project_parcel")
    op.drop_geospatial_index(
        "idx_project_parcel_geom",
        table_name="project_parcel",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("project_parcel")
    for name in ("project_parcel_inside()", "project_parcel_surveyed()"):
        op.execute(f"DROP FUNCTION {name}")
