"""figures and honest work

The limits of a case are kept from event to event, so that a figure of the past stays what it was; of
cases that are there already only today's limits are known.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-26 00:31:26.256752

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from webapp.cases.figures import models as figures

# revision identifiers, used by Alembic.
revision: str = "0014"
down_revision: Union[str, Sequence[str], None] = "0013"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


TERMS_OF_NOW = """
    INSERT INTO case_term (case_id, seq, due_at, stage_due_at)
    SELECT id, 0, CASE WHEN paused_at IS NULL OR left_s < 0 THEN due_at END, stage_due_at
    FROM case_file
"""


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "case_term",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("stage_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_term_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_term")),
    )
    op.create_table(
        "figure_appeal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kpi", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("filed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "division IN ('street', 'community', 'kind', 'grid', 'department', 'acceptor', 'shift_leader', 'dispatcher', 'collector')",
            name=op.f("ck_figure_appeal_division"),
        ),
        sa.CheckConstraint(
            "state <> 'filed' OR decided_at IS NULL", name=op.f("ck_figure_appeal_decided")
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'granted', 'refused')", name=op.f("ck_figure_appeal_state")
        ),
        sa.CheckConstraint(
            "num_nonnulls(unit_id, account_id) = 1", name=op.f("ck_figure_appeal_one_object")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_figure_appeal_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_figure_appeal_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_figure_appeal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_figure_appeal_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["account.id"], name=op.f("fk_figure_appeal_filed_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_figure_appeal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_appeal")),
    )
    op.create_index(
        op.f("ix_figure_appeal_account_id"), "figure_appeal", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_figure_appeal_filed_by_id"), "figure_appeal", ["filed_by_id"], unique=False
    )
    op.create_index("ix_figure_appeal_state", "figure_appeal", ["state", "id"], unique=False)
    op.create_index(op.f("ix_figure_appeal_unit_id"), "figure_appeal", ["unit_id"], unique=False)
    op.create_index(
        "uq_figure_appeal_object",
        "figure_appeal",
        ["case_id", "kpi", "division", sa.literal_column("coalesce(unit_id, account_id)")],
        unique=True,
    )
    op.create_table(
        "honesty_flag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.Column("other_media_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('same_picture', 'unchanged', 'far', 'other_time', 'sample')",
            name=op.f("ck_honesty_flag_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'fine', 'talk')", name=op.f("ck_honesty_flag_state")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_honesty_flag_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_honesty_flag_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["case_media.id"],
            name=op.f("fk_honesty_flag_media_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_media_id"],
            ["case_media.id"],
            name=op.f("fk_honesty_flag_other_media_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honesty_flag")),
    )
    op.create_index("ix_honesty_flag_state", "honesty_flag", ["state", "id"], unique=False)
    op.create_index(
        "uq_honesty_flag_what",
        "honesty_flag",
        [
            "case_id",
            "kind",
            sa.literal_column("coalesce(media_id, 0)"),
            sa.literal_column("coalesce(other_media_id, 0)"),
        ],
        unique=True,
    )
    op.create_table(
        "picture_mark",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("across", sa.BigInteger(), nullable=True),
        sa.Column("down", sa.BigInteger(), nullable=True),
        sa.Column("bands", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_picture_mark_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["case_media.id"],
            name=op.f("fk_picture_mark_media_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_picture_mark")),
    )
    op.create_index(
        "ix_picture_mark_bands", "picture_mark", ["bands"], unique=False, postgresql_using="gin"
    )
    op.create_index(op.f("ix_picture_mark_case_id"), "picture_mark", ["case_id"], unique=False)
    op.add_column(
        "stored_file", sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.execute(TERMS_OF_NOW)
    for each in (*figures.FUNCTIONS, *figures.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.execute("DROP TRIGGER term_kept ON case_file")
    op.execute("DROP TRIGGER term_begun ON case_file")
    op.execute("DROP FUNCTION term_kept()")
    op.drop_column("stored_file", "taken_at")
    op.drop_index(op.f("ix_picture_mark_case_id"), table_name="picture_mark")
    op.drop_index("ix_picture_mark_bands", table_name="picture_mark", postgresql_using="gin")
    op.drop_table("picture_mark")
    op.drop_index("uq_honesty_flag_what", table_name="honesty_flag")
    op.drop_index("ix_honesty_flag_state", table_name="honesty_flag")
    op.drop_table("honesty_flag")
    op.drop_index("uq_figure_appeal_object", table_name="figure_appeal")
    op.drop_index(op.f("ix_figure_appeal_unit_id"), table_name="figure_appeal")
    op.drop_index("ix_figure_appeal_state", table_name="figure_appeal")
    op.drop_index(op.f("ix_figure_appeal_filed_by_id"), table_name="figure_appeal")
    op.drop_index(op.f("ix_figure_appeal_account_id"), table_name="figure_appeal")
    op.drop_table("figure_appeal")
    op.drop_table("case_term")
