"""Files of borders on their way through the house

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "border_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'working'"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("answers", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("report", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("borders_id", sa.BigInteger(), nullable=True),
        sa.Column("drawing_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("steps", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("step_words", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("set_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('working', 'reported', 'drafted', 'dropped')",
            name=op.f("ck_border_import_state"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_border_import_unit_id")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_border_import_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["borders_id"], ["stored_file.id"], name=op.f("fk_border_import_borders_id")
        ),
        sa.ForeignKeyConstraint(
            ["drawing_id"], ["stored_file.id"], name=op.f("fk_border_import_drawing_id")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["boundary_set.id"], name=op.f("fk_border_import_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_border_import_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_import")),
    )
    op.create_index("ix_border_import_unit_id", "border_import", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("border_import")
