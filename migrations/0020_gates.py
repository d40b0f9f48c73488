"""gates

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-26 06:49:27.071833

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision: str = "0020"
down_revision: Union[str, Sequence[str], None] = "0019"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "gate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("lanes", sa.SmallInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("mode", sa.Text(), server_default=sa.text("'rules'"), nullable=False),
        sa.Column("code_wanted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("max_temp_c", sa.Float(precision=53), nullable=True),
        sa.Column("per_hour", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("window_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("keep_days", sa.SmallInteger(), nullable=False),
        sa.Column("inside", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("queue", sa.BigInteger(), nullable=True),
        sa.Column("doors", sa.Text(), nullable=True),
        sa.Column(
            "faults", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("buffered", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("skew_s", sa.Float(precision=53), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9-]{1,40}$'", name=op.f("ck_gate_code")),
        sa.CheckConstraint("mode IN ('rules', 'free', 'shut')", name=op.f("ck_gate_mode")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_gate_capacity")),
        sa.CheckConstraint("inside >= 0", name=op.f("ck_gate_inside")),
        sa.CheckConstraint("keep_days BETWEEN 1 AND 30", name=op.f("ck_gate_keep_days")),
        sa.CheckConstraint("lanes BETWEEN 1 AND 8", name=op.f("ck_gate_lanes")),
        sa.CheckConstraint("per_hour BETWEEN 1 AND 3600", name=op.f("ck_gate_per_hour")),
        sa.CheckConstraint(
            "window_minutes BETWEEN 10 AND 240", name=op.f("ck_gate_window_minutes")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_gate_account_id")),
        sa.ForeignKeyConstraint(["point_id"], ["service_point.id"], name=op.f("fk_gate_point_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_gate_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.UniqueConstraint("account_id", name=op.f("uq_gate_account_id")),
        sa.UniqueConstraint("code", name=op.f("uq_gate_code")),
        sa.UniqueConstraint("point_id", name=op.f("uq_gate_point_id")),
    )
    op.create_index(op.f("ix_gate_unit_id"), "gate", ["unit_id"], unique=False)
    op.create_table(
        "gate_registration",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("point_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('registered', 'admitted', 'cancelled', 'expired')",
            name=op.f("ck_gate_registration_state"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_gate_registration_window")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_gate_registration_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["service_point.id"], name=op.f("fk_gate_registration_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_registration")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_gate_registration_code_hash")),
    )
    op.create_index(
        "ix_gate_registration_account_id", "gate_registration", ["account_id", "id"], unique=False
    )
    op.create_index(
        "ix_gate_registration_open",
        "gate_registration",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state = 'registered'"),
    )
    op.create_index(
        "ix_gate_registration_point_id_starts_at",
        "gate_registration",
        ["point_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        "uq_gate_registration_own",
        "gate_registration",
        ["account_id", "point_id"],
        unique=True,
        postgresql_where=sa.text("state = 'registered'"),
    )
    op.create_table(
        "gate_command",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gate_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("given_by_id", sa.BigInteger(), nullable=False),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('open', 'close', 'limit', 'mode')", name=op.f("ck_gate_command_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed', 'expired')", name=op.f("ck_gate_command_state")
        ),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_command_gate_id")),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["account.id"], name=op.f("fk_gate_command_given_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_command")),
    )
    op.create_index("ix_gate_command_gate_id", "gate_command", ["gate_id", "id"], unique=False)
    op.create_index(
        "ix_gate_command_waiting",
        "gate_command",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "gate_deletion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gate_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("before", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("codes", sa.BigInteger(), nullable=False),
        sa.Column("temperatures", sa.BigInteger(), nullable=False),
        sa.Column("registrations", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_deletion_gate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_deletion")),
    )
    op.create_index("ix_gate_deletion_gate_id", "gate_deletion", ["gate_id", "id"], unique=False)
    op.create_table(
        "gate_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gate_id", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("wait_s", sa.Float(precision=53), nullable=True),
        sa.Column("device_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("temp_c", sa.Float(precision=53), nullable=True),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("cleared_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decision IN ('admitted', 'diverted', 'refused', 'wait', 'left')",
            name=op.f("ck_gate_event_decision"),
        ),
        sa.CheckConstraint("path IN ('online', 'offline')", name=op.f("ck_gate_event_path")),
        sa.CheckConstraint(
            "reason IN ('ok', 'free', 'fever', 'no_temperature', 'no_code', 'unknown_code', 'used_code', 'not_now', 'pace', 'full', 'closed', 'unsaid')",
            name=op.f("ck_gate_event_reason"),
        ),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_gate_event_duration_ms")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_event_gate_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["gate_registration.id"],
            name=op.f("fk_gate_event_registration_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_event")),
        sa.UniqueConstraint(
            "gate_id", "boot_id", "seq", name=op.f("uq_gate_event_gate_id_boot_id_seq")
        ),
    )
    op.create_index("ix_gate_event_gate_id_at", "gate_event", ["gate_id", "at"], unique=False)
    op.create_index(
        "ix_gate_event_kept",
        "gate_event",
        ["gate_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "ix_gate_event_registration_id", "gate_event", ["registration_id"], unique=False
    )
    op.create_table(
        "gate_lane",
        sa.Column("gate_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("tokens", sa.Float(precision=53), server_default=sa.text("1"), nullable=False),
        sa.Column("filled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gate.id"], name=op.f("fk_gate_lane_gate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gate_id", "number", name=op.f("pk_gate_lane")),
    )
    op.create_table(
        "gate_diversion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("gate_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'passed', 'sent_on', 'turned_away')",
            name=op.f("ck_gate_diversion_state"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["gate_event.id"], name=op.f("fk_gate_diversion_event_id")
        ),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_diversion_gate_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_gate_diversion_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_diversion")),
        sa.UniqueConstraint("event_id", name=op.f("uq_gate_diversion_event_id")),
    )
    op.create_index(
        "ix_gate_diversion_waiting",
        "gate_diversion",
        ["gate_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "ix_gate_diversion_waiting",
        table_name="gate_diversion",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("gate_diversion")
    op.drop_table("gate_lane")
    op.drop_index("ix_gate_event_registration_id", table_name="gate_event")
    op.drop_index(
        "ix_gate_event_kept",
        table_name="gate_event",
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.drop_index("ix_gate_event_gate_id_at", table_name="gate_event")
    op.drop_table("gate_event")
    op.drop_index("ix_gate_deletion_gate_id", table_name="gate_deletion")
    op.drop_table("gate_deletion")
    op.drop_index(
        "ix_gate_command_waiting",
        table_name="gate_command",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_gate_command_gate_id", table_name="gate_command")
    op.drop_table("gate_command")
    op.drop_index(
        "uq_gate_registration_own",
        table_name="gate_registration",
        postgresql_where=sa.text("state = 'registered'"),
    )
    op.drop_index("ix_gate_registration_point_id_starts_at", table_name="gate_registration")
    op.drop_index(
        "ix_gate_registration_open",
        table_name="gate_registration",
        postgresql_where=sa.text("state = 'registered'"),
    )
    op.drop_index("ix_gate_registration_account_id", table_name="gate_registration")
    op.drop_table("gate_registration")
    op.drop_index(op.f("ix_gate_unit_id"), table_name="gate")
    op.drop_table("gate")
