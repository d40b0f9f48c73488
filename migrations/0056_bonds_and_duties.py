"""bonds, duties and enterprises of projects

Revision ID: 0056
Revises: 0055
Create Date: 2026-11-26 20:15:13.188165

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from webapp.projects.bonds import models as bonds
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0056"
down_revision: Union[str, Sequence[str], None] = "0055"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "project_bond",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("amount_wan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("rate_percent", sa.Numeric(precision=5, scale=3), nullable=True),
        sa.Column("term_years", sa.SmallInteger(), nullable=True),
        sa.Column("income", sa.Text(), nullable=True),
        sa.Column("opinion_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "spent_wan",
            sa.Numeric(precision=14, scale=2),
            server_default=sa.text("0"),
            nullable=False,
        ),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "spent_wan = 0 OR state IN ('allocated', 'spending', 'accepted')",
            name=op.f("ck_project_bond_with_money"),
        ),
        sa.CheckConstraint(
            "state IN ('idea', 'reserved', 'reviewed', 'issued', 'allocated', 'spending', 'accepted')",
            name=op.f("ck_project_bond_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('issued', 'allocated', 'spending', 'accepted') OR num_nulls(rate_percent, term_years) = 0",
            name=op.f("ck_project_bond_with_terms"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('reserved', 'reviewed', 'issued', 'allocated', 'spending', 'accepted') OR income IS NOT NULL",
            name=op.f("ck_project_bond_with_income"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('reviewed', 'issued', 'allocated', 'spending', 'accepted') OR opinion_id IS NOT NULL",
            name=op.f("ck_project_bond_with_opinion"),
        ),
        sa.CheckConstraint("amount_wan > 0", name=op.f("ck_project_bond_amount")),
        sa.CheckConstraint(
            "rate_percent > 0 AND rate_percent < 30", name=op.f("ck_project_bond_rate")
        ),
        sa.CheckConstraint(
            "spent_wan BETWEEN 0 AND amount_wan", name=op.f("ck_project_bond_spent")
        ),
        sa.CheckConstraint("term_years BETWEEN 1 AND 50", name=op.f("ck_project_bond_term")),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["stored_file.id"], name=op.f("fk_project_bond_opinion_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_bond_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_bond")),
        sa.UniqueConstraint("name", name=op.f("uq_project_bond_name")),
    )
    op.create_index("ix_project_bond_project_id", "project_bond", ["project_id"], unique=False)
    op.create_index("ix_project_bond_state", "project_bond", ["state", "id"], unique=False)
    op.create_table(
        "project_contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_project_contact_until")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_project_contact_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_contact_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_contact")),
    )
    op.create_index(
        "ix_project_contact_account_id",
        "project_contact",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_project_contact_account",
        "project_contact",
        ["project_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "project_meeting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("held_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("guests", sa.Text(), nullable=True),
        sa.Column("chair_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["account.id"], name=op.f("fk_project_meeting_chair_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_meeting_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_meeting")),
        sa.UniqueConstraint("id", "project_id", name=op.f("uq_project_meeting_id_project_id")),
    )
    op.create_index(
        "ix_project_meeting_project_id", "project_meeting", ["project_id", "held_at"], unique=False
    )
    op.create_table(
        "project_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("turns", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state = 'asked' OR answer IS NOT NULL", name=op.f("ck_project_request_answered")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'answered', 'settled')", name=op.f("ck_project_request_state")
        ),
        sa.CheckConstraint("due_at > asked_at", name=op.f("ck_project_request_due")),
        sa.CheckConstraint(
            "num_nulls(answer, answered_at, answered_by_id) IN (0, 3)",
            name=op.f("ck_project_request_answer"),
        ),
        sa.CheckConstraint("turns >= 1", name=op.f("ck_project_request_turns")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_project_request_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_project_request_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_request_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_request")),
    )
    op.create_index(
        "ix_project_request_open",
        "project_request",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_project_request_project_id", "project_request", ["project_id", "id"], unique=False
    )
    op.create_table(
        "project_tough",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("solved_words", sa.Text(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("accepted_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state <> 'accepted' OR num_nulls(accepted_on, accepted_by_id) = 0",
            name=op.f("ck_project_tough_accepted"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'solved', 'accepted')", name=op.f("ck_project_tough_state")
        ),
        sa.CheckConstraint("accepted_by_id <> owner_id", name=op.f("ck_project_tough_four_eyes")),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["account.id"], name=op.f("fk_project_tough_accepted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_project_tough_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_tough_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_tough")),
    )
    op.create_index(
        "ix_project_tough_owner_id",
        "project_tough",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'accepted'"),
    )
    op.create_index("ix_project_tough_project_id", "project_tough", ["project_id"], unique=False)
    op.create_table(
        "project_presence",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_project_presence_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["project_meeting.id"], name=op.f("fk_project_presence_meeting_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "account_id", name=op.f("pk_project_presence")),
    )
    op.create_table(
        "project_resolution",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'done' OR num_nulls(done_on, done_words) = 0",
            name=op.f("ck_project_resolution_done"),
        ),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_project_resolution_state")),
        sa.ForeignKeyConstraint(
            ["meeting_id", "project_id"],
            ["project_meeting.id", "project_meeting.project_id"],
            name=op.f("fk_project_resolution_meeting_id_project_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_project_resolution_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_resolution_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_resolution")),
    )
    op.create_index(
        "ix_project_resolution_meeting_id", "project_resolution", ["meeting_id"], unique=False
    )
    op.create_index(
        "ix_project_resolution_owner_id",
        "project_resolution",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_project_resolution_project_id", "project_resolution", ["project_id", "id"], unique=False
    )
    op.create_table(
        "project_spending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bond_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_wan", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_wan > 0", name=op.f("ck_project_spending_amount")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_project_spending_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["bond_id"], ["project_bond.id"], name=op.f("fk_project_spending_bond_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_spending")),
    )
    op.create_index(
        "ix_project_spending_bond_id", "project_spending", ["bond_id", "day"], unique=False
    )
    for each in (*bonds.FUNCTIONS, *bonds.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_project_spending_bond_id", table_name="project_spending")
    op.drop_table("project_spending")
    op.drop_index("ix_project_resolution_project_id", table_name="project_resolution")
    op.drop_index(
        "ix_project_resolution_owner_id",
        table_name="project_resolution",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_project_resolution_meeting_id", table_name="project_resolution")
    op.drop_table("project_resolution")
    op.drop_table("project_presence")
    op.drop_index("ix_project_tough_project_id", table_name="project_tough")
    op.drop_index(
        "ix_project_tough_owner_id",
        table_name="project_tough",
        postgresql_where=sa.text("state <> 'accepted'"),
    )
    op.drop_table("project_tough")
    op.drop_index("ix_project_request_project_id", table_name="project_request")
    op.drop_index(
        "ix_project_request_open",
        table_name="project_request",
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.drop_table("project_request")
    op.drop_index("ix_project_meeting_project_id", table_name="project_meeting")
    op.drop_table("project_meeting")
    op.drop_index(
        "uq_project_contact_account",
        table_name="project_contact",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(
        "ix_project_contact_account_id",
        table_name="project_contact",
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_table("project_contact")
    op.drop_index("ix_project_bond_state", table_name="project_bond")
    op.drop_index("ix_project_bond_project_id", table_name="project_bond")
    op.drop_table("project_bond")
    op.execute("DROP FUNCTION project_bond_spent()")
