"""livelihood items

Revision ID: 0046
Revises: 0045
Create Date: 2026-11-26 17:43:01.656629

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID
from webapp.community.livelihood import accepting
from webapp.grids import locate

# revision identifiers, used by Alembic.
revision: str = "0046"
down_revision: Union[str, Sequence[str], None] = "0045"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_geospatial_table(
        "livelihood_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("collected_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("collected_by_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("chosen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("chosen_how", sa.Text(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=14, scale=0, asdecimal=False), nullable=True),
        sa.Column("paid_from", sa.Text(), nullable=True),
        sa.Column("before_photo_id", sa.BigInteger(), nullable=True),
        sa.Column("after_photo_id", sa.BigInteger(), nullable=True),
        sa.Column("built_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("turn", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("stopped_why", sa.Text(), nullable=True),
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
            "category IN ('ground', 'environment', 'elderly', 'culture', 'parking', 'safety', 'children', 'work', 'other')",
            name=op.f("ck_livelihood_item_category"),
        ),
        sa.CheckConstraint(
            "state IN ('collected', 'candidate', 'chosen', 'funded', 'building', 'built', 'accepted', 'archived', 'paused', 'cancelled')",
            name=op.f("ck_livelihood_item_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('building', 'built', 'accepted', 'archived') OR before_photo_id IS NOT NULL",
            name=op.f("ck_livelihood_item_begun"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('built', 'accepted', 'archived') OR num_nonnulls(after_photo_id, built_at) = 2",
            name=op.f("ck_livelihood_item_built"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('chosen', 'paused', 'funded', 'building', 'built', 'accepted', 'archived') OR num_nonnulls(unit_id, due_on, chosen_how, chosen_at) = 4",
            name=op.f("ck_livelihood_item_chosen"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('funded', 'building', 'built', 'accepted', 'archived') OR cost IS NOT NULL",
            name=op.f("ck_livelihood_item_funded"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('paused', 'cancelled') OR stopped_why IS NOT NULL",
            name=op.f("ck_livelihood_item_stopped"),
        ),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_livelihood_item_cost")),
        sa.CheckConstraint("geom IS NOT NULL", name=op.f("ck_livelihood_item_placed")),
        sa.ForeignKeyConstraint(
            ["after_photo_id"], ["stored_file.id"], name=op.f("fk_livelihood_item_after_photo_id")
        ),
        sa.ForeignKeyConstraint(
            ["before_photo_id"], ["stored_file.id"], name=op.f("fk_livelihood_item_before_photo_id")
        ),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["unit_cell.code"], name=op.f("fk_livelihood_item_cell_code")
        ),
        sa.ForeignKeyConstraint(
            ["collected_by_id"], ["account.id"], name=op.f("fk_livelihood_item_collected_by_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_livelihood_item_grid_id")),
        sa.ForeignKeyConstraint(
            ["grid_version_id"],
            ["grid_version.id"],
            name=op.f("fk_livelihood_item_grid_version_id"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_livelihood_item_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livelihood_item")),
    )
    op.create_geospatial_index(
        "idx_livelihood_item_geom",
        "livelihood_item",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_livelihood_item_grid_id"), "livelihood_item", ["grid_id"], unique=False
    )
    op.create_index("ix_livelihood_item_state", "livelihood_item", ["state", "id"], unique=False)
    op.create_index(
        "ix_livelihood_item_unit_id", "livelihood_item", ["unit_id", "state"], unique=False
    )
    op.create_table(
        "livelihood_beneficiary",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_livelihood_beneficiary_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["livelihood_item.id"],
            name=op.f("fk_livelihood_beneficiary_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "grid_id", name=op.f("pk_livelihood_beneficiary")),
    )
    op.create_index(
        op.f("ix_livelihood_beneficiary_grid_id"),
        "livelihood_beneficiary",
        ["grid_id"],
        unique=False,
    )
    op.create_table(
        "livelihood_milestone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("stone", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("plan_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "stone <> 'own' OR words IS NOT NULL", name=op.f("ck_livelihood_milestone_words")
        ),
        sa.CheckConstraint(
            "stone IN ('design', 'contract', 'work', 'handover', 'own')",
            name=op.f("ck_livelihood_milestone_stone"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["livelihood_item.id"], name=op.f("fk_livelihood_milestone_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livelihood_milestone")),
    )
    op.create_index(
        "ix_livelihood_milestone_item_id",
        "livelihood_milestone",
        ["item_id", "plan_on"],
        unique=False,
    )
    op.create_table(
        "livelihood_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("accepts", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("accepts OR words IS NOT NULL", name=op.f("ck_livelihood_review_why")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_livelihood_review_rating")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_livelihood_review_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["livelihood_item.id"], name=op.f("fk_livelihood_review_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_livelihood_review_resident_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livelihood_review")),
        sa.UniqueConstraint(
            "item_id",
            "turn",
            "account_id",
            name=op.f("uq_livelihood_review_item_id_turn_account_id"),
        ),
        sa.UniqueConstraint(
            "item_id",
            "turn",
            "resident_id",
            name=op.f("uq_livelihood_review_item_id_turn_resident_id"),
        ),
    )
    op.create_index(
        "ix_livelihood_review_resident_id", "livelihood_review", ["resident_id"], unique=False
    )
    for each in (*accepting.FUNCTIONS, *accepting.TRIGGERS):
        op.execute(each)
    op.execute(locate.placed_trigger("livelihood_item"))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_livelihood_review_resident_id", table_name="livelihood_review")
    op.drop_table("livelihood_review")
    op.drop_index("ix_livelihood_milestone_item_id", table_name="livelihood_milestone")
    op.drop_table("livelihood_milestone")
    op.drop_index(op.f("ix_livelihood_beneficiary_grid_id"), table_name="livelihood_beneficiary")
    op.drop_table("livelihood_beneficiary")
    op.drop_index("ix_livelihood_item_unit_id", table_name="livelihood_item")
    op.drop_index("ix_livelihood_item_state", table_name="livelihood_item")
    op.drop_index(op.f("ix_livelihood_item_grid_id"), table_name="livelihood_item")
    op.drop_geospatial_index(
        "idx_livelihood_item_geom",
        table_name="livelihood_item",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("livelihood_item")
    op.execute("DROP FUNCTION livelihood_accepted()")
