"""projects

Revision ID: 0048
Revises: 0047
Create Date: 2026-11-26 17:49:20.091004

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.projects import models as projects, queries as ground

# revision identifiers, used by Alembic.
revision: str = "0048"
down_revision: Union[str, Sequence[str], None] = "0047"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("investment_wan", sa.BigInteger(), nullable=True),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=True),
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('industry', 'education', 'park', 'transport', 'other')",
            name=op.f("ck_project_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'team_formed', 'plan_approved', 'relocating', 'levelling', 'handed_over', 'entered', 'building', 'completed', 'accepted', 'after_visit', 'archived')",
            name=op.f("ck_project_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('after_visit', 'archived') OR visited_on IS NOT NULL",
            name=op.f("ck_project_visited"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('handed_over', 'entered', 'building', 'completed', 'accepted', 'after_visit', 'archived') OR handed_over_on IS NOT NULL",
            name=op.f("ck_project_handed_over"),
        ),
        sa.CheckConstraint("investment_wan > 0", name=op.f("ck_project_investment")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_project_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_project_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_project_grid_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["account.id"], name=op.f("fk_project_leader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("name", name=op.f("uq_project_name")),
    )
    op.create_index(op.f("ix_project_enterprise_id"), "project", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_project_grid_id"), "project", ["grid_id"], unique=False)
    op.create_index(op.f("ix_project_leader_id"), "project", ["leader_id"], unique=False)
    op.create_index("ix_project_state", "project", ["state", "id"], unique=False)
    op.create_table(
        "project_blocker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.BigInteger(), nullable=True),
        sa.Column("cleared_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.BigInteger(), nullable=True),
        sa.Column("cleared_words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('household', 'utilities', 'graves', 'papers', 'funds', 'weather', 'dispute', 'other')",
            name=op.f("ck_project_blocker_cause"),
        ),
        sa.CheckConstraint("cleared_at >= raised_at", name=op.f("ck_project_blocker_times")),
        sa.CheckConstraint(
            "num_nulls(cleared_at, cleared_words) IN (0, 2)",
            name=op.f("ck_project_blocker_cleared"),
        ),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["account.id"], name=op.f("fk_project_blocker_cleared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_blocker_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_id"], ["account.id"], name=op.f("fk_project_blocker_raised_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_blocker")),
    )
    op.create_index(
        "ix_project_blocker_open",
        "project_blocker",
        ["project_id"],
        unique=False,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "ix_project_blocker_project_id", "project_blocker", ["project_id", "id"], unique=False
    )
    op.create_table(
        "project_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("machines", sa.Integer(), nullable=True),
        sa.Column("photo_id", sa.BigInteger(), nullable=True),
        sa.Column("mark", sa.Uuid(), nullable=True),
        sa.CheckConstraint("machines BETWEEN 0 AND 10000", name=op.f("ck_project_entry_machines")),
        sa.CheckConstraint("people BETWEEN 0 AND 100000", name=op.f("ck_project_entry_people")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_project_entry_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["stored_file.id"], name=op.f("fk_project_entry_photo_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_entry_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_entry")),
        sa.UniqueConstraint("mark", name=op.f("uq_project_entry_mark")),
    )
    op.create_index(
        "ix_project_entry_day", "project_entry", ["project_id", "day", "id"], unique=False
    )
    op.create_table(
        "project_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('liaison', 'relocation', 'land', 'utilities', 'papers', 'funds', 'grid')",
            name=op.f("ck_project_member_role"),
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_project_member_until")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_project_member_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_member_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_member")),
    )
    op.create_index(
        "ix_project_member_account_id",
        "project_member",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_project_member_account",
        "project_member",
        ["project_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_project_member_role",
        "project_member",
        ["project_id", "role"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "project_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("replaced_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("approved_by_id <> made_by_id", name=op.f("ck_project_plan_four_eyes")),
        sa.CheckConstraint(
            "num_nulls(approved_at, approved_by_id) IN (0, 2)",
            name=op.f("ck_project_plan_approved"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_project_plan_number")),
        sa.CheckConstraint(
            "replaced_at IS NULL OR (approved_at IS NOT NULL AND replaced_at >= approved_at)",
            name=op.f("ck_project_plan_replaced"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["account.id"], name=op.f("fk_project_plan_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_project_plan_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_plan_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_plan")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_project_plan_project_id_number")),
    )
    op.create_index(
        "uq_project_plan_approved",
        "project_plan",
        ["project_id"],
        unique=True,
        postgresql_where=sa.text("approved_at IS NOT NULL AND replaced_at IS NULL"),
    )
    op.create_geospatial_table(
        "project_site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
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
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_site_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_site")),
        sa.UniqueConstraint("id", "project_id", name=op.f("uq_project_site_id_project_id")),
    )
    op.create_geospatial_index(
        "idx_project_site_geom",
        "project_site",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_project_site_project_id"), "project_site", ["project_id"], unique=False
    )
    op.create_table(
        "project_stage",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('relocation', 'levelling', 'entry', 'building', 'acceptance', 'visit')",
            name=op.f("ck_project_stage_kind"),
        ),
        sa.CheckConstraint("ended_on >= begun_on", name=op.f("ck_project_stage_ended_on")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_stage_project_id")
        ),
        sa.PrimaryKeyConstraint("project_id", "kind", name=op.f("pk_project_stage")),
    )
    op.create_table(
        "project_plan_stage",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('relocation', 'levelling', 'entry', 'building', 'acceptance', 'visit')",
            name=op.f("ck_project_plan_stage_kind"),
        ),
        sa.CheckConstraint("ends >= begins", name=op.f("ck_project_plan_stage_ends")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["project_plan.id"], name=op.f("fk_project_plan_stage_plan_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "kind", name=op.f("pk_project_plan_stage")),
    )
    op.create_table(
        "project_share",
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_version_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("area_m2", sa.Float(precision=53), nullable=False),
        sa.Column("share", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_project_share_area")),
        sa.CheckConstraint("share > 0 AND share <= 1.000001", name=op.f("ck_project_share_share")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_project_share_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"], ["grid_version.id"], name=op.f("fk_project_share_grid_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_share_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "project_id"],
            ["project_site.id", "project_site.project_id"],
            name=op.f("fk_project_share_site_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("site_id", "grid_id", name=op.f("pk_project_share")),
    )
    op.create_index(
        "ix_project_share_grid_id", "project_share", ["grid_id", "project_id"], unique=False
    )
    op.create_index("ix_project_share_project_id", "project_share", ["project_id"], unique=False)
    for each in (*ground.FUNCTIONS, *projects.FUNCTIONS, *ground.TRIGGERS, *projects.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_project_share_project_id", table_name="project_share")
    op.drop_index("ix_project_share_grid_id", table_name="project_share")
    op.drop_table("project_share")
    op.drop_table("project_plan_stage")
    op.drop_table("project_stage")
    op.drop_index(op.f("ix_project_site_project_id"), table_name="project_site")
    op.drop_geospatial_index(
        "idx_project_site_geom",
        table_name="project_site",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("project_site")
    op.drop_index(
        "uq_project_plan_approved",
        table_name="project_plan",
        postgresql_where=sa.text("approved_at IS NOT NULL AND replaced_at IS NULL"),
    )
    op.drop_table("project_plan")
    op.drop_index(
        "uq_project_member_role",
        table_name="project_member",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(
        "uq_project_member_account",
        table_name="project_member",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(
        "ix_project_member_account_id",
        table_name="project_member",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_table("project_member")
    op.drop_index("ix_project_entry_day", table_name="project_entry")
    op.drop_table("project_entry")
    op.drop_index("ix_project_blocker_project_id", table_name="project_blocker")
    op.drop_index(
        "ix_project_blocker_open",
        table_name="project_blocker",
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.drop_table("project_blocker")
    op.drop_index("ix_project_state", table_name="project")
    op.drop_index(op.f("ix_project_leader_id"), table_name="project")
    op.drop_index(op.f("ix_project_grid_id"), table_name="project")
    op.drop_index(op.f("ix_project_enterprise_id"), table_name="project")
    op.drop_table("project")
    for name in ("project_four_ones()", "project_site_laid()", "project_shares_laid(bigint[])"):
        op.execute(f"DROP FUNCTION {name}")
