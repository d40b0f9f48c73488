"""polls

Revision ID: 0059
Revises: 0058
Create Date: 2026-11-26 19:53:06.246859

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from webapp.community.deliberation import guards
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0059"
down_revision: Union[str, Sequence[str], None] = "0058"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "dwelling_area",
        sa.Column("dwelling_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("area", sa.BigInteger(), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "set_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("area > 0", name=op.f("ck_dwelling_area_area")),
        sa.ForeignKeyConstraint(
            ["dwelling_id"],
            ["dwelling.id"],
            name=op.f("fk_dwelling_area_dwelling_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["account.id"], name=op.f("fk_dwelling_area_set_by_id")
        ),
        sa.PrimaryKeyConstraint("dwelling_id", name=op.f("pk_dwelling_area")),
    )
    op.create_table(
        "poll",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("secret", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("roll_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opens_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closes_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.CheckConstraint("NOT secret OR unit <> 'owner'", name=op.f("ck_poll_secret")),
        sa.CheckConstraint("unit IN ('household', 'person', 'owner')", name=op.f("ck_poll_unit")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_poll_closes_at")),
        sa.CheckConstraint(
            "counted_at IS NULL OR opens_at IS NOT NULL", name=op.f("ck_poll_counted_at")
        ),
        sa.CheckConstraint(
            "num_nonnulls(counted_at, figures, passed, digest) IN (0, 4)",
            name=op.f("ck_poll_counted"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(opens_at, closes_at) IN (0, 2)", name=op.f("ck_poll_opens_at")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_poll_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("id", "secret", name=op.f("uq_poll_id_secret")),
        sa.UniqueConstraint("topic_id", "turn", name=op.f("uq_poll_topic_id_turn")),
    )
    op.create_table(
        "topic_follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_follow_up_topic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_follow_up")),
    )
    op.create_index(
        "ix_topic_follow_up_topic_id", "topic_follow_up", ["topic_id", "due_on"], unique=False
    )
    op.create_table(
        "topic_objection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(answer, answered_at) IN (0, 2)", name=op.f("ck_topic_objection_answer")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_topic_objection_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_topic_objection_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_objection_topic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_objection")),
    )
    op.create_index(
        "ix_topic_objection_topic_id", "topic_objection", ["topic_id", "id"], unique=False
    )
    op.create_table(
        "topic_stage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.BigInteger(), nullable=False),
        sa.Column("agree", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "stage IN ('branch', 'committees', 'members')", name=op.f("ck_topic_stage_stage")
        ),
        sa.CheckConstraint(
            "agree <= present AND agree * 2 > present", name=op.f("ck_topic_stage_agree")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_stage_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_stage")),
        sa.UniqueConstraint("topic_id", "stage", name=op.f("uq_topic_stage_topic_id_stage")),
    )
    op.create_table(
        "poll_sheet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "entered_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("first_witness_id", sa.BigInteger(), nullable=True),
        sa.Column("second_witness_id", sa.BigInteger(), nullable=True),
        sa.Column("refused_by_id", sa.BigInteger(), nullable=True),
        sa.Column("refused_why", sa.Text(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("yes", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.Column("abstain", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "first_witness_id <> second_witness_id AND first_witness_id <> entered_by_id AND second_witness_id <> entered_by_id",
            name=op.f("ck_poll_sheet_witnesses"),
        ),
        sa.CheckConstraint(
            "refused_by_id IS NULL OR second_witness_id IS NULL AND refused_why IS NOT NULL",
            name=op.f("ck_poll_sheet_refused"),
        ),
        sa.CheckConstraint(
            "second_witness_id IS NULL OR first_witness_id IS NOT NULL",
            name=op.f("ck_poll_sheet_second"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_poll_sheet_entered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_poll_sheet_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_witness_id"], ["account.id"], name=op.f("fk_poll_sheet_first_witness_id")
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_sheet_poll_id")),
        sa.ForeignKeyConstraint(
            ["refused_by_id"], ["account.id"], name=op.f("fk_poll_sheet_refused_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_witness_id"], ["account.id"], name=op.f("fk_poll_sheet_second_witness_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_sheet")),
    )
    op.create_index("ix_poll_sheet_poll_id", "poll_sheet", ["poll_id", "id"], unique=False)
    op.create_table(
        "poll_voter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("dwelling_id", sa.BigInteger(), nullable=True),
        sa.Column("household_id", sa.BigInteger(), nullable=True),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("area", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("area > 0", name=op.f("ck_poll_voter_area")),
        sa.ForeignKeyConstraint(
            ["dwelling_id"],
            ["dwelling.id"],
            name=op.f("fk_poll_voter_dwelling_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_poll_voter_household_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_voter_poll_id")),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_poll_voter_resident_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_voter")),
        sa.UniqueConstraint("id", "poll_id", name=op.f("uq_poll_voter_id_poll_id")),
        sa.UniqueConstraint(
            "poll_id", "household_id", name=op.f("uq_poll_voter_poll_id_household_id")
        ),
        sa.UniqueConstraint("poll_id", "number", name=op.f("uq_poll_voter_poll_id_number")),
        sa.UniqueConstraint(
            "poll_id", "resident_id", name=op.f("uq_poll_voter_poll_id_resident_id")
        ),
    )
    op.create_index("ix_poll_voter_dwelling_id", "poll_voter", ["dwelling_id"], unique=False)
    op.create_index("ix_poll_voter_household_id", "poll_voter", ["household_id"], unique=False)
    op.create_index("ix_poll_voter_resident_id", "poll_voter", ["resident_id"], unique=False)
    op.create_index(
        "uq_poll_voter_owner",
        "poll_voter",
        ["poll_id", "dwelling_id"],
        unique=True,
        postgresql_where=sa.text("area IS NOT NULL"),
    )
    op.create_table(
        "poll_ballot",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("voter_id", sa.BigInteger(), nullable=True),
        sa.Column("sheet_id", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "choice IN ('yes', 'no', 'abstain')", name=op.f("ck_poll_ballot_choice")
        ),
        sa.CheckConstraint(
            "(sheet_id IS NULL) = (receipt IS NOT NULL)", name=op.f("ck_poll_ballot_receipt")
        ),
        sa.CheckConstraint("secret = (voter_id IS NULL)", name=op.f("ck_poll_ballot_secret")),
        sa.ForeignKeyConstraint(
            ["poll_id", "secret"], ["poll.id", "poll.secret"], name="fk_poll_ballot_kind"
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["poll_sheet.id"], name=op.f("fk_poll_ballot_sheet_id")
        ),
        sa.ForeignKeyConstraint(
            ["voter_id", "poll_id"],
            ["poll_voter.id", "poll_voter.poll_id"],
            name="fk_poll_ballot_voter",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_ballot")),
        sa.UniqueConstraint("receipt", name=op.f("uq_poll_ballot_receipt")),
        sa.UniqueConstraint("voter_id", name=op.f("uq_poll_ballot_voter_id")),
    )
    op.create_index("ix_poll_ballot_poll_id", "poll_ballot", ["poll_id", "choice"], unique=False)
    op.create_index("ix_poll_ballot_sheet_id", "poll_ballot", ["sheet_id"], unique=False)
    op.create_table(
        "poll_turnout",
        sa.Column("voter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("poll_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["poll_sheet.id"], name=op.f("fk_poll_turnout_sheet_id")
        ),
        sa.ForeignKeyConstraint(
            ["voter_id", "poll_id"],
            ["poll_voter.id", "poll_voter.poll_id"],
            name="fk_poll_turnout_voter",
        ),
        sa.PrimaryKeyConstraint("voter_id", name=op.f("pk_poll_turnout")),
    )
    op.create_index("ix_poll_turnout_poll_id", "poll_turnout", ["poll_id"], unique=False)
    op.create_index("ix_poll_turnout_sheet_id", "poll_turnout", ["sheet_id"], unique=False)
    op.create_table(
        "topic_rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("voter_id", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_topic_rating_rating")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_rating_topic_id")),
        sa.ForeignKeyConstraint(
            ["voter_id"], ["poll_voter.id"], name=op.f("fk_topic_rating_voter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_rating")),
        sa.UniqueConstraint("topic_id", "voter_id", name=op.f("uq_topic_rating_topic_id_voter_id")),
    )
    for each in (*guards.FUNCTIONS, *guards.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("topic_rating")
    op.drop_index("ix_poll_turnout_sheet_id", table_name="poll_turnout")
    op.drop_index("ix_poll_turnout_poll_id", table_name="poll_turnout")
    op.drop_table("poll_turnout")
    op.drop_index("ix_poll_ballot_sheet_id", table_name="poll_ballot")
    op.drop_index("ix_poll_ballot_poll_id", table_name="poll_ballot")
    op.drop_table("poll_ballot")
    op.drop_index(
        "uq_poll_voter_owner", table_name="poll_voter", postgresql_where=sa.text("area IS NOT NULL")
    )
    op.drop_index("ix_poll_voter_resident_id", table_name="poll_voter")
    op.drop_index("ix_poll_voter_household_id", table_name="poll_voter")
    op.drop_index("ix_poll_voter_dwelling_id", table_name="poll_voter")
    op.drop_table("poll_voter")
    op.drop_index("ix_poll_sheet_poll_id", table_name="poll_sheet")
    op.drop_table("poll_sheet")
    op.drop_table("topic_stage")
    op.drop_index("ix_topic_objection_topic_id", table_name="topic_objection")
    op.drop_table("topic_objection")
    op.drop_index("ix_topic_follow_up_topic_id", table_name="topic_follow_up")
    op.drop_table("topic_follow_up")
    op.drop_table("poll")
    op.drop_table("dwelling_area")
    for name in ("poll_roll_fixed", "poll_in_time", "poll_vote_kept", "poll_counted_once"):
        op.execute(f"DROP FUNCTION {name}()")
