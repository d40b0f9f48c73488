"""inspections

Revision ID: 0045
Revises: 0044
Create Date: 2026-11-26 17:04:48.901585

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0045"
down_revision: Union[str, Sequence[str], None] = "0044"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('fire', 'escape', 'electric', 'refrigeration', 'chemicals', 'confined', 'equipment', 'height', 'hot_work', 'conduct', 'papers', 'other')",
            name=op.f("ck_checklist_item_kind"),
        ),
        sa.CheckConstraint("level IN ('general', 'major')", name=op.f("ck_checklist_item_level")),
        sa.CheckConstraint(
            "trade IN ('cold_store', 'chemical', 'food', 'aquaculture', 'machinery', 'building', 'fuel', 'catering', 'retail', 'lodging', 'storage', 'other')",
            name=op.f("ck_checklist_item_trade"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.UniqueConstraint("trade", "place", name=op.f("uq_checklist_item_trade_place")),
    )
    op.create_table(
        "inspection_interval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=True),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "risk IN ('red', 'orange', 'yellow', 'blue')", name=op.f("ck_inspection_interval_risk")
        ),
        sa.CheckConstraint(
            "trade IN ('cold_store', 'chemical', 'food', 'aquaculture', 'machinery', 'building', 'fuel', 'catering', 'retail', 'lodging', 'storage', 'other')",
            name=op.f("ck_inspection_interval_trade"),
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 365", name=op.f("ck_inspection_interval_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_interval")),
    )
    op.create_index(
        "uq_inspection_interval",
        "inspection_interval",
        ["risk", "trade"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "safety_inspection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("base_days", sa.SmallInteger(), nullable=False),
        sa.Column(
            "monitored",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "made_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column("away_m", sa.Float(precision=53), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("profile_id"), "="),
            (sa.text("daterange(begins, ends)"), "&&"),
            using="gist",
            name="ex_safety_inspection_times",
        ),
        sa.CheckConstraint(
            "state <> 'done' OR num_nonnulls(done_at, done_by_id) = 2",
            name=op.f("ck_safety_inspection_done"),
        ),
        sa.CheckConstraint(
            "state IN ('due', 'done', 'missed')", name=op.f("ck_safety_inspection_state")
        ),
        sa.CheckConstraint(
            "base_days BETWEEN 1 AND 365", name=op.f("ck_safety_inspection_base_days")
        ),
        sa.CheckConstraint("begins < ends", name=op.f("ck_safety_inspection_days")),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["account.id"], name=op.f("fk_safety_inspection_done_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["safety_profile.id"], name=op.f("fk_safety_inspection_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_inspection")),
        sa.UniqueConstraint(
            "profile_id", "begins", name=op.f("uq_safety_inspection_profile_id_begins")
        ),
    )
    op.create_index(
        "ix_safety_inspection_done_by_id", "safety_inspection", ["done_by_id"], unique=False
    )
    op.create_index(
        "ix_safety_inspection_due",
        "safety_inspection",
        ["ends"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "inspected_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("danger_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(answer = 'not') = (danger_id IS NOT NULL)", name=op.f("ck_inspected_item_danger")
        ),
        sa.CheckConstraint("answer IN ('ok', 'not', 'na')", name=op.f("ck_inspected_item_answer")),
        sa.ForeignKeyConstraint(
            ["danger_id"], ["hidden_danger.id"], name=op.f("fk_inspected_item_danger_id")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["safety_inspection.id"],
            name=op.f("fk_inspected_item_inspection_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspected_item")),
        sa.UniqueConstraint("danger_id", name=op.f("uq_inspected_item_danger_id")),
        sa.UniqueConstraint(
            "inspection_id", "place", name=op.f("uq_inspected_item_inspection_id_place")
        ),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("inspected_item")
    op.drop_index(
        "ix_safety_inspection_due",
        table_name="safety_inspection",
        postgresql_where=sa.text("state = 'due'"),
    )
    op.drop_index("ix_safety_inspection_done_by_id", table_name="safety_inspection")
    op.drop_table("safety_inspection")
    op.drop_index(
        "uq_inspection_interval",
        table_name="inspection_interval",
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("inspection_interval")
    op.drop_table("checklist_item")
