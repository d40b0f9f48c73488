"""life of a case

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-25 23:17:39.021542

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0006"
down_revision: Union[str, Sequence[str], None] = "0005"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

OPEN = "state IN ('accepted', 'checked', 'checking', 'dispatched', 'extension_requested', 'external', 'feedback', 'filed', 'hold_requested', 'on_hold', 'processing', 'reported', 'return_requested', 'verifying', 'waiting')"
ONCE_OPEN = (
    "state IN ('checked', 'checking', 'dispatched', 'feedback', 'filed', 'processing', 'reported')"
)

# (table, name, condition now, condition before)
CHECKS = (
    (
        "case_file",
        "state",
        "state IN ('reported', 'verifying', 'accepted', 'filed', 'dispatched', 'processing',"
        " 'return_requested', 'extension_requested', 'hold_requested', 'on_hold', 'waiting',"
        " 'external', 'feedback', 'checking', 'checked', 'closed', 'archived', 'rejected', 'void',"
        " 'merged')",
        "state IN ('reported', 'filed', 'dispatched', 'processing', 'feedback', 'checking',"
        " 'checked', 'closed', 'rejected')",
    ),
    ("case_file", "grade", "grade IN ('normal', 'urgent', 'emergency')", None),
    ("case_file", "limit_unit", "limit_unit IN ('work_hour', 'work_day', 'minute')", None),
    ("case_file", "merged", "state <> 'merged' OR merged_into_id IS NOT NULL", None),
    ("case_file", "not_itself", "merged_into_id <> id AND parent_id <> id", None),
    ("case_file", "paused", "(paused_at IS NULL) = (left_s IS NULL)", None),
    (
        "case_media",
        "stage",
        "stage IN ('found', 'verify', 'after', 'check')",
        "stage IN ('found', 'after', 'check')",
    ),
    ("assignment", "duty", "duty IN ('verify', 'handle', 'check')", "duty IN ('handle', 'check')"),
)

# Indexes of cases that are open, whatever that means then: (name, column, condition before it).
PARTIAL = (
    ("ix_case_file_handler_open", "handler_id", ""),
    ("ix_case_file_checker_open", "checker_id", ""),
    ("ix_case_file_outside", "id", "grid_id IS NULL AND "),
)


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "filing_condition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("class_prefix", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("limit_amount", sa.Float(precision=53), nullable=False),
        sa.Column("limit_unit", sa.Text(), nullable=False),
        sa.Column("guard_words", sa.Text(), nullable=True),
        sa.Column("guard_amount", sa.Float(precision=53), nullable=True),
        sa.Column("guard_unit", sa.Text(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("class_prefix"), "="),
            (sa.column("place"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_filing_condition_valid",
        ),
        sa.CheckConstraint(
            "class_prefix ~ '^[0-9]{0,5}$'", name=op.f("ck_filing_condition_class_prefix")
        ),
        sa.CheckConstraint(
            "grade IN ('normal', 'urgent', 'emergency')", name=op.f("ck_filing_condition_grade")
        ),
        sa.CheckConstraint(
            "limit_unit IN ('work_hour', 'work_day', 'minute')",
            name=op.f("ck_filing_condition_limit_unit"),
        ),
        sa.CheckConstraint(
            "(guard_amount IS NULL) = (guard_unit IS NULL) AND guard_amount > 0",
            name=op.f("ck_filing_condition_guard"),
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_filing_condition_valid")),
        sa.CheckConstraint("limit_amount > 0", name=op.f("ck_filing_condition_limit_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_condition")),
    )
    op.create_table(
        "case_contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_contact_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_contact")),
    )
    op.create_index(op.f("ix_case_contact_case_id"), "case_contact", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_contact_phone"), "case_contact", ["phone"], unique=False)
    op.create_table(
        "case_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("returned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "state <> 'gone' OR ended_at IS NOT NULL", name=op.f("ck_case_part_ended")
        ),
        sa.CheckConstraint(
            "state IN ('sent', 'working', 'done', 'gone')", name=op.f("ck_case_part_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_case_part_account_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_part_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_part_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_part")),
    )
    op.create_index(op.f("ix_case_part_case_id"), "case_part", ["case_id"], unique=False)
    op.create_index(
        "ix_case_part_unit_id", "case_part", ["unit_id", "state", "case_id"], unique=False
    )
    op.create_index(
        "uq_case_part_lead",
        "case_part",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("lead AND state <> 'gone'"),
    )
    op.create_index(
        "uq_case_part_unit",
        "case_part",
        ["case_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'gone'"),
    )
    op.add_column(
        "assignment",
        sa.Column(
            "choice",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "assignment",
        sa.Column("declined", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "case_class",
        sa.Column("public", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "case_class",
        sa.Column("triage", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "case_class",
        sa.Column(
            "merge_radius_m", sa.Float(precision=53), server_default=sa.text("50"), nullable=False
        ),
    )
    op.add_column(
        "case_class",
        sa.Column("merge_days", sa.Integer(), server_default=sa.text("7"), nullable=False),
    )
    op.add_column("case_file", sa.Column("verifier_id", sa.BigInteger(), nullable=True))
    op.add_column("case_file", sa.Column("department_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "case_file",
        sa.Column("confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "case_file",
        sa.Column("private", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("case_file", sa.Column("condition_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "case_file",
        sa.Column("grade", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
    )
    op.add_column("case_file", sa.Column("limit_amount", sa.Float(precision=53), nullable=True))
    op.add_column("case_file", sa.Column("limit_unit", sa.Text(), nullable=True))
    op.add_column(
        "case_file", sa.Column("guard_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "case_file", sa.Column("soon_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "case_file", sa.Column("stage_soon_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "case_file", sa.Column("stage_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "case_file", sa.Column("paused_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column("case_file", sa.Column("left_s", sa.Float(precision=53), nullable=True))
    op.add_column("case_file", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("case_file", sa.Column("asked_days", sa.SmallInteger(), nullable=True))
    op.add_column(
        "case_file",
        sa.Column("extensions", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "case_file",
        sa.Column("reworks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "case_file",
        sa.Column("shirks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "case_file",
        sa.Column("reopenings", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "case_file", sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "case_file", sa.Column("dispatched_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column(
        "case_file", sa.Column("handled_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.add_column("case_file", sa.Column("reject_reason", sa.Text(), nullable=True))
    op.add_column("case_file", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("case_file", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_case_file_department_id"), "case_file", ["department_id"], unique=False
    )
    op.create_index("ix_case_file_merged_into_id", "case_file", ["merged_into_id"], unique=False)
    op.create_index(
        "ix_case_file_open_near",
        "case_file",
        ["geom", "class_code"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text(OPEN),
    )
    op.create_index("ix_case_file_parent_id", "case_file", ["parent_id"], unique=False)
    op.create_index(
        "ix_case_file_verifier_open",
        "case_file",
        ["verifier_id"],
        unique=False,
        postgresql_where=sa.text(OPEN),
    )
    op.create_foreign_key(
        op.f("fk_case_file_department_id"), "case_file", "unit", ["department_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_case_file_verifier_id"), "case_file", "account", ["verifier_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_case_file_condition_id"), "case_file", "filing_condition", ["condition_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_case_file_merged_into_id"), "case_file", "case_file", ["merged_into_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_case_file_parent_id"), "case_file", "case_file", ["parent_id"], ["id"]
    )
    for table, name, condition, before in CHECKS:
        if before:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    for name, column, narrower in PARTIAL:
        op.drop_index(name, table_name="case_file")
        where = sa.text(narrower + OPEN)
        op.create_index(name, "case_file", [column], postgresql_where=where)


def downgrade() -> None:
    """Downgrade schema."""
    for name, column, narrower in PARTIAL:
        op.drop_index(name, table_name="case_file")
        where = sa.text(narrower + ONCE_OPEN)
        op.create_index(name, "case_file", [column], postgresql_where=where)
    for table, name, _condition, before in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        if before:
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, before)
    op.drop_constraint(op.f("fk_case_file_parent_id"), "case_file", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_file_merged_into_id"), "case_file", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_file_condition_id"), "case_file", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_file_verifier_id"), "case_file", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_file_department_id"), "case_file", type_="foreignkey")
    op.drop_index(
        "ix_case_file_verifier_open", table_name="case_file", postgresql_where=sa.text(OPEN)
    )
    op.drop_index("ix_case_file_parent_id", table_name="case_file")
    op.drop_index(
        "ix_case_file_open_near",
        table_name="case_file",
        postgresql_using="gist",
        postgresql_where=sa.text(OPEN),
    )
    op.drop_index("ix_case_file_merged_into_id", table_name="case_file")
    op.drop_index(op.f("ix_case_file_department_id"), table_name="case_file")
    op.drop_column("case_file", "parent_id")
    op.drop_column("case_file", "merged_into_id")
    op.drop_column("case_file", "reject_reason")
    op.drop_column("case_file", "handled_at")
    op.drop_column("case_file", "dispatched_at")
    op.drop_column("case_file", "filed_at")
    op.drop_column("case_file", "reopenings")
    op.drop_column("case_file", "shirks")
    op.drop_column("case_file", "reworks")
    op.drop_column("case_file", "extensions")
    op.drop_column("case_file", "asked_days")
    op.drop_column("case_file", "review_on")
    op.drop_column("case_file", "left_s")
    op.drop_column("case_file", "paused_at")
    op.drop_column("case_file", "stage_due_at")
    op.drop_column("case_file", "stage_soon_at")
    op.drop_column("case_file", "soon_at")
    op.drop_column("case_file", "guard_due_at")
    op.drop_column("case_file", "limit_unit")
    op.drop_column("case_file", "limit_amount")
    op.drop_column("case_file", "grade")
    op.drop_column("case_file", "condition_id")
    op.drop_column("case_file", "private")
    op.drop_column("case_file", "confidential")
    op.drop_column("case_file", "department_id")
    op.drop_column("case_file", "verifier_id")
    op.drop_column("case_class", "merge_days")
    op.drop_column("case_class", "merge_radius_m")
    op.drop_column("case_class", "triage")
    op.drop_column("case_class", "public")
    op.drop_column("assignment", "declined")
    op.drop_column("assignment", "choice")
    op.drop_index(
        "uq_case_part_unit", table_name="case_part", postgresql_where=sa.text("state <> 'gone'")
    )
    op.drop_index(
        "uq_case_part_lead",
        table_name="case_part",
        postgresql_where=sa.text("lead AND state <> 'gone'"),
    )
    op.drop_index("ix_case_part_unit_id", table_name="case_part")
    op.drop_index(op.f("ix_case_part_case_id"), table_name="case_part")
    op.drop_table("case_part")
    op.drop_index(op.f("ix_case_contact_phone"), table_name="case_contact")
    op.drop_index(op.f("ix_case_contact_case_id"), table_name="case_contact")
    op.drop_table("case_contact")
    op.drop_table("filing_condition")
