"""the book of opinions on paper

Revision ID: 0053
Revises: 0052
Create Date: 2026-11-26 19:31:47.238493

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0053"
down_revision: Union[str, Sequence[str], None] = "0052"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "opinion_page",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "printed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("printed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("photographed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("code ~ '^[2-9A-HJ-NP-Z]{10}$'", name=op.f("ck_opinion_page_code")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_opinion_page_grid_id")),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["account.id"], name=op.f("fk_opinion_page_printed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_page")),
        sa.UniqueConstraint("code", name=op.f("uq_opinion_page_code")),
    )
    op.create_index("ix_opinion_page_grid_id", "opinion_page", ["grid_id", "id"], unique=False)
    op.create_table(
        "opinion_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("code_read", sa.Boolean(), nullable=False),
        sa.Column("ticked", sa.Text(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column("aside_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "ticked IN ('question', 'help', 'complaint', 'suggestion', 'praise')",
            name=op.f("ck_opinion_line_ticked"),
        ),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_opinion_line_done")
        ),
        sa.CheckConstraint(
            "(done_at IS NULL) = (picture IS NOT NULL)", name=op.f("ck_opinion_line_picture")
        ),
        sa.CheckConstraint(
            "aside_why IS NULL OR done_at IS NOT NULL", name=op.f("ck_opinion_line_aside")
        ),
        sa.CheckConstraint("line BETWEEN 1 AND 40", name=op.f("ck_opinion_line_line")),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["account.id"], name=op.f("fk_opinion_line_done_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["opinion_page.id"], name=op.f("fk_opinion_line_page_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_line")),
        sa.UniqueConstraint("page_id", "line", name=op.f("uq_opinion_line_page_id_line")),
    )
    op.create_index(
        "ix_opinion_line_waiting",
        "opinion_line",
        ["page_id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.add_column("opinion", sa.Column("contact", sa.LargeBinary(), nullable=True))
    op.add_column("opinion", sa.Column("line_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "opinion", sa.Column("slip_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_opinion_slip",
        "opinion",
        ["grid_id"],
        unique=False,
        postgresql_where=sa.text("state = 'replied' AND said_by_id IS NULL AND slip_at IS NULL"),
    )
    op.create_index(
        "uq_opinion_line_id",
        "opinion",
        ["line_id"],
        unique=True,
        postgresql_where=sa.text("line_id IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_opinion_line_id"), "opinion", "opinion_line", ["line_id"], ["id"]
    )
    op.drop_constraint("ck_opinion_routed_to", "opinion")
    op.drop_constraint("ck_opinion_how", "opinion")
    op.drop_constraint("ck_opinion_anonymous", "opinion")
    op.create_check_constraint(
        op.f("ck_opinion_routed_to"),
        "opinion",
        "routed_to IN ('case', 'item', 'application', 'topic')",
    )
    op.create_check_constraint(
        op.f("ck_opinion_how"), "opinion", "how IN ('online', 'door', 'book')"
    )
    op.create_check_constraint(
        op.f("ck_opinion_anonymous"), "opinion", "NOT anonymous OR num_nonnulls(name, contact) = 0"
    )
    op.create_check_constraint(
        op.f("ck_opinion_book"), "opinion", "(how = 'book') = (line_id IS NOT NULL)"
    )


def downgrade() -> None:
    """Downgrade schema."""
    # What was written into the book stays as if it had been said at the door.
    op.drop_constraint("ck_opinion_book", "opinion")
    op.drop_constraint("ck_opinion_anonymous", "opinion")
    op.drop_constraint("ck_opinion_how", "opinion")
    # What became a topic stands as if it wanted an application: that is all the table knew.
    op.execute("UPDATE opinion SET routed_to = 'application' WHERE routed_to = 'topic'")
    op.drop_constraint("ck_opinion_routed_to", "opinion")
    op.create_check_constraint(
        op.f("ck_opinion_routed_to"), "opinion", "routed_to IN ('case', 'item', 'application')"
    )
    op.execute("UPDATE opinion SET how = 'door' WHERE how = 'book'")
    op.create_check_constraint(op.f("ck_opinion_how"), "opinion", "how IN ('online', 'door')")
    op.create_check_constraint(
        op.f("ck_opinion_anonymous"), "opinion", "NOT anonymous OR name IS NULL"
    )
    op.drop_constraint(op.f("fk_opinion_line_id"), "opinion", type_="foreignkey")
    op.drop_index(
        "uq_opinion_line_id", table_name="opinion", postgresql_where=sa.text("line_id IS NOT NULL")
    )
    op.drop_index(
        "ix_opinion_slip",
        table_name="opinion",
        postgresql_where=sa.text("state = 'replied' AND said_by_id IS NULL AND slip_at IS NULL"),
    )
    op.drop_column("opinion", "slip_at")
    op.drop_column("opinion", "line_id")
    op.drop_column("opinion", "contact")
    op.drop_index(
        "ix_opinion_line_waiting",
        table_name="opinion_line",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("opinion_line")
    op.drop_index("ix_opinion_page_grid_id", table_name="opinion_page")
    op.drop_table("opinion_page")
