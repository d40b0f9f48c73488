"""relocation

Revision ID: 0054
Revises: 0053
Create Date: 2026-11-26 19:37:29.853063

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.grids import locate
from webapp.relocation import models as relocation

# revision identifiers, used by Alembic.
revision: str = "0054"
down_revision: Union[str, Sequence[str], None] = "0053"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "relocation_household",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column(
            "parcel",
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
        sa.Column("sketched", sa.Boolean(), nullable=False),
        sa.Column("house_m2", sa.Float(precision=53), nullable=False),
        sa.Column("greenhouse_m2", sa.Float(precision=53), nullable=False),
        sa.Column("land_m2", sa.Float(precision=53), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_until", sa.Date(), nullable=True),
        sa.Column("negotiated_on", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
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
            "state <> 'negotiating' OR coalesce(negotiated_on > posted_until, false)",
            name=op.f("ck_relocation_household_negotiated"),
        ),
        sa.CheckConstraint(
            "state IN ('listed', 'surveyed', 'valued', 'posted', 'negotiating', 'signed', 'paid', 'relocated', 'cleared', 'verified', 'closed', 'disputed', 'mediating', 'administrative', 'court')",
            name=op.f("ck_relocation_household_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('signed', 'paid', 'relocated', 'cleared', 'verified', 'closed') OR executed_on IS NOT NULL OR coalesce(agreed_on > posted_until, false)",
            name=op.f("ck_relocation_household_agreed"),
        ),
        sa.CheckConstraint("geom IS NOT NULL", name=op.f("ck_relocation_household_geom")),
        sa.CheckConstraint(
            "house_m2 >= 0 AND greenhouse_m2 >= 0 AND land_m2 >= 0",
            name=op.f("ck_relocation_household_areas"),
        ),
        sa.CheckConstraint(
            "num_nulls(posted_on, posted_until) IN (0, 2) AND posted_until >= posted_on + 7",
            name=op.f("ck_relocation_household_posted"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_relocation_household_number")),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_relocation_household_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_relocation_household_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_version_id"],
            ["grid_version.id"],
            name=op.f("fk_relocation_household_grid_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_relocation_household_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relocation_household")),
        sa.UniqueConstraint(
            "project_id", "number", name=op.f("uq_relocation_household_project_id_number")
        ),
    )
    op.create_geospatial_index(
        "idx_relocation_household_geom",
        "relocation_household",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_index(
        "idx_relocation_household_parcel",
        "relocation_household",
        ["parcel"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_relocation_household_grid_id"), "relocation_household", ["grid_id"], unique=False
    )
    op.create_index(
        "ix_relocation_household_state",
        "relocation_household",
        ["project_id", "state"],
        unique=False,
    )
    op.create_table(
        "relocation_dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('figures', 'amount', 'owners', 'home', 'other')",
            name=op.f("ck_relocation_dispute_kind"),
        ),
        sa.CheckConstraint("ended_at >= raised_at", name=op.f("ck_relocation_dispute_times")),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["relocation_household.id"],
            name=op.f("fk_relocation_dispute_household_id"),
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_id"], ["account.id"], name=op.f("fk_relocation_dispute_raised_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relocation_dispute")),
    )
    op.create_index(
        "ix_relocation_dispute_household_id",
        "relocation_dispute",
        ["household_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_relocation_dispute_open",
        "relocation_dispute",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "relocation_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("house_m2", sa.Float(precision=53), nullable=True),
        sa.Column("greenhouse_m2", sa.Float(precision=53), nullable=True),
        sa.Column("land_m2", sa.Float(precision=53), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("days", sa.SmallInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'notice' OR days IS NOT NULL", name=op.f("ck_relocation_paper_with_days")
        ),
        sa.CheckConstraint(
            "kind <> 'survey' OR num_nonnulls(house_m2, greenhouse_m2, land_m2) = 3",
            name=op.f("ck_relocation_paper_survey"),
        ),
        sa.CheckConstraint(
            "kind IN ('survey', 'valuation', 'notice', 'agreement', 'payment', 'removal', 'clearing', 'check', 'decision')",
            name=op.f("ck_relocation_paper_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('valuation', 'agreement', 'clearing', 'decision') OR sha256 IS NOT NULL",
            name=op.f("ck_relocation_paper_with_file"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('valuation', 'agreement', 'payment') OR amount IS NOT NULL",
            name=op.f("ck_relocation_paper_with_amount"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_relocation_paper_amount")),
        sa.CheckConstraint(
            "house_m2 >= 0 AND greenhouse_m2 >= 0 AND land_m2 >= 0",
            name=op.f("ck_relocation_paper_areas"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_relocation_paper_number")),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["relocation_household.id"],
            name=op.f("fk_relocation_paper_household_id"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_relocation_paper_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relocation_paper")),
        sa.UniqueConstraint(
            "household_id",
            "kind",
            "number",
            name=op.f("uq_relocation_paper_household_id_kind_number"),
        ),
    )
    op.create_table(
        "relocation_promise",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("ended_words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('home', 'moving', 'greenhouse', 'work', 'papers', 'other')",
            name=op.f("ck_relocation_promise_kind"),
        ),
        sa.CheckConstraint("ended_on >= made_on", name=op.f("ck_relocation_promise_days")),
        sa.CheckConstraint(
            "num_nulls(ended_on, kept, ended_words) IN (0, 3)",
            name=op.f("ck_relocation_promise_ended"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["relocation_household.id"],
            name=op.f("fk_relocation_promise_household_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_relocation_promise_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relocation_promise")),
    )
    op.create_index(
        "ix_relocation_promise_household_id",
        "relocation_promise",
        ["household_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_relocation_promise_open",
        "relocation_promise",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "relocation_paper_page",
        sa.Column("paper_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_relocation_paper_page_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["relocation_paper.id"], name=op.f("fk_relocation_paper_page_paper_id")
        ),
        sa.PrimaryKeyConstraint("paper_id", "number", name=op.f("pk_relocation_paper_page")),
    )
    op.create_table(
        "relocation_talk",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["relocation_dispute.id"], name=op.f("fk_relocation_talk_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_relocation_talk_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relocation_talk")),
    )
    op.create_index(
        op.f("ix_relocation_talk_dispute_id"), "relocation_talk", ["dispute_id"], unique=False
    )
    op.execute(locate.placed_trigger("relocation_household"))
    for each in (*relocation.FUNCTIONS, *relocation.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(op.f("ix_relocation_talk_dispute_id"), table_name="relocation_talk")
    op.drop_table("relocation_talk")
    op.drop_table("relocation_paper_page")
    op.drop_index(
        "ix_relocation_promise_open",
        table_name="relocation_promise",
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index("ix_relocation_promise_household_id", table_name="relocation_promise")
    op.drop_table("relocation_promise")
    op.drop_table("relocation_paper")
    op.drop_index(
        "uq_relocation_dispute_open",
        table_name="relocation_dispute",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_relocation_dispute_household_id", table_name="relocation_dispute")
    op.drop_table("relocation_dispute")
    op.drop_index("ix_relocation_household_state", table_name="relocation_household")
    op.drop_index(op.f("ix_relocation_household_grid_id"), table_name="relocation_household")
    op.drop_geospatial_index(
        "idx_relocation_household_parcel",
        table_name="relocation_household",
        postgresql_using="gist",
        column_name="parcel",
    )
    op.drop_geospatial_index(
        "idx_relocation_household_geom",
        table_name="relocation_household",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("relocation_household")
    for name in ("relocation_papers()", "relocation_kept()"):
        op.execute(f"DROP FUNCTION {name}")
