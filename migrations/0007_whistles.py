"""whistles

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-25 23:54:48.615862

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0007"
down_revision: Union[str, Sequence[str], None] = "0006"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "whistle",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("blower_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("blown_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("rating_words", sa.Text(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('emergency', 'tough', 'daily')", name=op.f("ck_whistle_kind")),
        sa.CheckConstraint(
            "state IN ('blown', 'meeting', 'agreed', 'executing', 'result', 'rated', 'closed', 'called_off')",
            name=op.f("ck_whistle_state"),
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_whistle_rating")),
        sa.ForeignKeyConstraint(["blower_id"], ["account.id"], name=op.f("fk_whistle_blower_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_whistle_case_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_whistle_grid_id")),
        sa.ForeignKeyConstraint(
            ["lead_unit_id"], ["unit.id"], name=op.f("fk_whistle_lead_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle")),
    )
    op.create_index(op.f("ix_whistle_blower_id"), "whistle", ["blower_id"], unique=False)
    op.create_index(op.f("ix_whistle_case_id"), "whistle", ["case_id"], unique=False)
    op.create_index(op.f("ix_whistle_grid_id"), "whistle", ["grid_id"], unique=False)
    op.create_index("ix_whistle_state", "whistle", ["state", "id"], unique=False)
    op.create_index(
        "uq_whistle_open",
        "whistle",
        ["case_id"],
        unique=True,
        postgresql_where="state NOT IN ('closed', 'called_off')",
    )
    op.create_table(
        "whistle_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("whistle_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lon", sa.Float(precision=53), nullable=True),
        sa.Column("lat", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("distance_m", sa.Float(precision=53), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('called', 'reported_in', 'absent')", name=op.f("ck_whistle_call_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_whistle_call_account_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_whistle_call_unit_id")),
        sa.ForeignKeyConstraint(
            ["whistle_id"], ["whistle.id"], name=op.f("fk_whistle_call_whistle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle_call")),
        sa.UniqueConstraint(
            "whistle_id", "unit_id", name=op.f("uq_whistle_call_whistle_id_unit_id")
        ),
    )
    op.create_index("ix_whistle_call_unit_id", "whistle_call", ["unit_id", "state"], unique=False)
    op.create_index(
        "ix_whistle_call_waiting",
        "whistle_call",
        ["due_at"],
        unique=False,
        postgresql_where="state = 'called'",
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "ix_whistle_call_waiting", table_name="whistle_call", postgresql_where="state = 'called'"
    )
    op.drop_index("ix_whistle_call_unit_id", table_name="whistle_call")
    op.drop_table("whistle_call")
    op.drop_index(
        "uq_whistle_open",
        table_name="whistle",
        postgresql_where="state NOT IN ('closed', 'called_off')",
    )
    op.drop_index("ix_whistle_state", table_name="whistle")
    op.drop_index(op.f("ix_whistle_grid_id"), table_name="whistle")
    op.drop_index(op.f("ix_whistle_case_id"), table_name="whistle")
    op.drop_index(op.f("ix_whistle_blower_id"), table_name="whistle")
    op.drop_table("whistle")
