"""the desk

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-26 00:06:22.533868

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0011"
down_revision: Union[str, Sequence[str], None] = "0010"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "desk_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_desk_filter_name")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_desk_filter_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_filter")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_desk_filter_account_id_name")),
    )
    op.create_table(
        "desk_shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("taker_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("brief", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'given', 'taken')", name=op.f("ck_desk_shift_state")
        ),
        sa.CheckConstraint("giver_id <> taker_id", name=op.f("ck_desk_shift_two")),
        sa.CheckConstraint(
            "taken_at IS NULL OR given_at IS NOT NULL", name=op.f("ck_desk_shift_in_turn")
        ),
        sa.ForeignKeyConstraint(["giver_id"], ["account.id"], name=op.f("fk_desk_shift_giver_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["account.id"], name=op.f("fk_desk_shift_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_shift")),
    )
    op.create_index(op.f("ix_desk_shift_taker_id"), "desk_shift", ["taker_id"], unique=False)
    op.create_index(
        "uq_desk_shift_draft",
        "desk_shift",
        ["giver_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "phrase",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("words <> ''", name=op.f("ck_phrase_words")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phrase_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    op.create_index("ix_phrase_account_id", "phrase", ["account_id", "id"], unique=False)
    op.add_column(
        "case_file",
        sa.Column("reports", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
    )

    # A case counts its own report and those that had been merged into it, whatever their depth.
    op.execute(
        """
        WITH RECURSIVE joined AS (
            SELECT merged_into_id AS target, id FROM case_file WHERE merged_into_id IS NOT NULL
            UNION
            SELECT j.target, c.id FROM joined j JOIN case_file c ON c.merged_into_id = j.id
        )
        UPDATE case_file c SET reports = 1 + n.count
        FROM (SELECT target, count(*) FROM joined GROUP BY target) n WHERE n.target = c.id
        """
    )
    op.create_check_constraint(op.f("ck_case_file_reports"), "case_file", "reports >= 1")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(op.f("ck_case_file_reports"), "case_file", type_="check")
    op.drop_column("case_file", "reports")
    op.drop_index("ix_phrase_account_id", table_name="phrase")
    op.drop_table("phrase")
    op.drop_index(
        "uq_desk_shift_draft", table_name="desk_shift", postgresql_where=sa.text("state = 'draft'")
    )
    op.drop_index(op.f("ix_desk_shift_taker_id"), table_name="desk_shift")
    op.drop_table("desk_shift")
    op.drop_table("desk_filter")
