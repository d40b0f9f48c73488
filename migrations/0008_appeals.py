"""hotline sheets and supervision orders

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-26 00:25:07.797965

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0008"
down_revision: Union[str, Sequence[str], None] = "0007"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sheet_no", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        sa.Column("confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("wants_reply", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("caller_name", sa.Text(), nullable=True),
        sa.Column("caller_phone", sa.Text(), nullable=True),
        sa.Column("where_words", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "categories",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("forwarding", sa.Text(), nullable=True),
        sa.Column("leader_words", sa.Text(), nullable=True),
        sa.Column("signer", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("open_to_id", sa.BigInteger(), nullable=True),
        sa.Column("handler_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "received_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("assigned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("asked_days", sa.SmallInteger(), nullable=True),
        sa.Column("extensions", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("returns", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rounds", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("contacted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("caller_said", sa.Text(), nullable=True),
        sa.Column("replied_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("visited_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("card IN ('yellow', 'red')", name=op.f("ck_appeal_card")),
        sa.CheckConstraint(
            "grade IN ('normal', 'urgent', 'emergency')", name=op.f("ck_appeal_grade")
        ),
        sa.CheckConstraint(
            "kind IN ('advice', 'help', 'complaint', 'suggestion', 'praise')",
            name=op.f("ck_appeal_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'classified', 'assigned', 'handling', 'extension_asked', 'replied', 'reviewed', 'handled_again', 'supervised', 'closed')",
            name=op.f("ck_appeal_state"),
        ),
        sa.CheckConstraint("cardinality(categories) <= 5", name=op.f("ck_appeal_categories")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_appeal_case_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_appeal_handler_id")),
        sa.ForeignKeyConstraint(["open_to_id"], ["unit.id"], name=op.f("fk_appeal_open_to_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_appeal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("sheet_no", name=op.f("uq_appeal_sheet_no")),
    )
    op.create_index(op.f("ix_appeal_case_id"), "appeal", ["case_id"], unique=False)
    op.create_index(
        "ix_appeal_due",
        "appeal",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_appeal_state", "appeal", ["state", "id"], unique=False)
    op.create_index("ix_appeal_unit_id", "appeal", ["unit_id", "id"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'given'"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('late', 'repeated', 'leader', 'discontent')",
            name=op.f("ck_supervision_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('given', 'answered', 'settled')", name=op.f("ck_supervision_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_supervision_account_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_supervision_case_id")),
        sa.ForeignKeyConstraint(["giver_id"], ["account.id"], name=op.f("fk_supervision_giver_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_supervision_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(op.f("ix_supervision_account_id"), "supervision", ["account_id"], unique=False)
    op.create_index(op.f("ix_supervision_case_id"), "supervision", ["case_id"], unique=False)
    op.create_index("ix_supervision_state", "supervision", ["state", "id"], unique=False)
    op.create_index(op.f("ix_supervision_unit_id"), "supervision", ["unit_id"], unique=False)
    op.create_index(
        "uq_supervision_of_house",
        "supervision",
        ["case_id", "reason"],
        unique=True,
        postgresql_where=sa.text("giver_id IS NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_supervision_of_house",
        table_name="supervision",
        postgresql_where=sa.text("giver_id IS NULL"),
    )
    op.drop_index(op.f("ix_supervision_unit_id"), table_name="supervision")
    op.drop_index("ix_supervision_state", table_name="supervision")
    op.drop_index(op.f("ix_supervision_case_id"), table_name="supervision")
    op.drop_index(op.f("ix_supervision_account_id"), table_name="supervision")
    op.drop_table("supervision")
    op.drop_index("ix_appeal_unit_id", table_name="appeal")
    op.drop_index("ix_appeal_state", table_name="appeal")
    op.drop_index(
        "ix_appeal_due", table_name="appeal", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_index(op.f("ix_appeal_case_id"), table_name="appeal")
    op.drop_table("appeal")
