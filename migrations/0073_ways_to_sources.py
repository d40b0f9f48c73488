"""ways to sources

Revision ID: 0073
Revises: 0072
Create Date: 2026-11-27 02:05:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0073"
down_revision: Union[str, Sequence[str], None] = "0072"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

_BEFORE = (
    "generic",
    "frigate",
    "thingsboard",
    "gb28181",
    "isapi",
    "onvif",
    "cap",
    "sensorthings",
)
_KINDS = "kind IN ('onvif', 'wvp', 'thingsboard', 'frigate')"


def upgrade() -> None:
    """Upgrade schema."""
    _formats(*_BEFORE, "wvp")
    op.create_table(
        "source_way",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reached_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failed", sa.Text(), nullable=True),
        sa.Column("failed_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("asked_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "kept",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_source_way_kind")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["intake_source.id"], name=op.f("fk_source_way_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_way")),
        sa.UniqueConstraint("source_id", "kind", name=op.f("uq_source_way_source_id_kind")),
    )
    op.create_table(
        "source_told",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("held_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(_KINDS, name=op.f("ck_source_told_kind")),
        sa.CheckConstraint("act IN ('ack', 'clear', 'viewed')", name=op.f("ck_source_told_act")),
        sa.CheckConstraint(
            "state IN ('waiting', 'told', 'failed')", name=op.f("ck_source_told_state")
        ),
        sa.CheckConstraint(
            "(state = 'told') = (told_at IS NOT NULL)", name=op.f("ck_source_told_told_at")
        ),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_source_told_alarm_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["intake_source.id"], name=op.f("fk_source_told_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_told")),
        sa.UniqueConstraint("alarm_id", "act", name=op.f("uq_source_told_alarm_id_act")),
    )
    op.create_index(
        "ix_source_told_due",
        "source_told",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_source_told_source_id", "source_told", ["source_id"], unique=False)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_source_told_source_id", table_name="source_told")
    op.drop_index(
        "ix_source_told_due",
        table_name="source_told",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("source_told")
    op.drop_table("source_way")
    op.execute("DELETE FROM intake_message WHERE format = 'wvp'")
    op.execute(
        "UPDATE intake_source SET formats = array_replace(formats, 'wvp', 'gb28181')"
        " WHERE 'wvp' = ANY (formats)"
    )
    _formats(*_BEFORE)


def _formats(*names: str) -> None:
    """The inbox keeps messages of these formats."""
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_intake_message_format"), "intake_message", type_="check")
    op.create_check_constraint(
        op.f("ck_intake_message_format"), "intake_message", f"format IN ({listed})"
    )
